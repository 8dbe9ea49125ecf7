import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import type { ImageStore } from '../domain/ports/image-store';
import type { Vault } from '../domain/ports/vault';
import type { ReviewKind } from '../domain/review/states';
import { reviewIdOf } from '../domain/shared/ids';
import { shopBodySchema } from '../domain/shop/schemas';
import { firstRow, type Trx } from '../db/connection';
import { addImage } from '../db/image/repository';
import { recordReport, recordSubmitted } from '../db/merchant/provider';
import { openMerchantId } from '../db/merchant/repository';
import { saveSubmission } from '../db/merchant/submissions';
import { newId } from '../db/new-id';
import { createProduct, freezeSubmission } from '../db/product/repository';
import { productReviewSubject } from '../db/product/review-subject';
import { listProduct } from '../db/product/sale';
import { writeDecision } from '../db/review/decisions';
import { openReview } from '../db/review/repository';
import { decideReview } from '../db/review/settlement';
import { freezeShop, saveDraft } from '../db/shop/repository';
import { shopReviewSubject } from '../db/shop/review-subject';
import { merchantIdWorkflowId } from '../workflows/merchant-id/contract';
import { reviewWorkflowId } from '../workflows/review/contract';
import { sellerOnboardingWorkflowId } from '../workflows/seller-onboarding/contract';

export interface DemoMarketParts {
  readonly images: ImageStore;
  readonly vault: Vault;
}

/** Whose: far enough that the seller centre is open and the fee paid. */
export interface DemoShopkeeper {
  readonly accountId: string;
  readonly sellerId: string;
  readonly onboardingId: string;
  readonly company: string;
  readonly code: string;
  readonly licenceDocumentId: string;
  readonly phone: string;
  readonly servicePhone: string;
  readonly accountNumber: string;
  readonly bank: { readonly bankName: string; readonly branchName: string; readonly location: string };
}

/** No channel knows of these applications, so none is asked before long. */
const askAgainInMs = 365 * 86_400_000;

const subjects = { shop: shopReviewSubject(), product: productReviewSubject() };

/** What a demo seller does in the seller centre, with what others decide about it, in one transaction. */
export class DemoMarket {
  private readonly by: { readonly actor: string; readonly requestId: null };

  constructor(
    private readonly trx: Trx,
    private readonly parts: DemoMarketParts,
    private readonly seller: DemoShopkeeper,
  ) {
    this.by = { actor: seller.accountId, requestId: null };
  }

  /** 开通商户号, as if the channel had opened it. */
  async openMerchantId(): Promise<void> {
    const { trx, by } = this;
    const { vault } = this.parts;
    const { sellerId, accountId, company, code, licenceDocumentId } = this.seller;
    const { phone, servicePhone, accountNumber, bank } = this.seller;
    const [submissionId, place] = [newId('command'), { sellerId, channel: 'wechat_pay' } as const];
    const person = { name: '张三', idNumber: '11010519491231002X' };
    await saveSubmission(trx, vault, {
      ...{ id: submissionId, sellerId, accountId, channels: [place.channel], licenceDocumentId },
      form: {
        ...{ sellerId, enterpriseName: company, enterpriseCode: code, shortName: company.slice(0, 8) },
        ...{ servicePhone, legalRepresentative: person },
        administrator: { ...person, mobile: phone, email: 'admin@example.com' },
        account: { number: accountNumber, ...bank },
      },
    });
    const workflowId = merchantIdWorkflowId(place);
    await openMerchantId(trx, { ...place, submissionId, workflowId, commandId: null, by });
    const providerId = `2000${sellerId.slice(-8)}`;
    await recordSubmitted(trx, place, { submissionId, providerId, askAgainInMs });
    await recordReport(trx, vault, place, {
      ...{ submissionId, errors: [], askAgainInMs },
      report: {
        ...{ providerId, standing: 'opened', verification: null, signUrl: null, reasons: [] },
        merchantId: `1900${sellerId.slice(-6).replace(/\D/g, '0')}`,
      },
    });
  }

  /** 店铺发布. */
  async publishShop(): Promise<void> {
    const { trx, by } = this;
    const { sellerId, company, servicePhone } = this.seller;
    const draft = shopBodySchema.parse({
      bannerImageId: await this.picture(1_920, 300),
      logoImageId: await this.picture(390, 260),
      name: `${company.slice(0, 4)}旗舰店`,
      headline: '让企业上云更简单',
      slogan: '每周七天，随时在线',
      businessScope: '云服务器运维、数据库托管、业务上云与迁移。',
      introduction: '我们为中小企业提供上云、迁移与日常运维服务，由认证工程师交付。',
      service: {
        ...{ qq: '100012345', email: 'service@example.com', phone: servicePhone },
        ...{ onlineHours: '09:00:00 - 21:00:00', phoneHours: '09:00:00 - 18:00:00' },
      },
    });
    await saveDraft(trx, { sellerId, draft, by });
    await this.approve('shop', (submissionId) => freezeShop(trx, submissionId, sellerId));
  }

  /** 商品上架. */
  async listProduct(): Promise<void> {
    const { trx, by } = this;
    const { sellerId } = this.seller;
    const productId = newId('product');
    await createProduct(trx, {
      ...{ id: productId, sellerId, deliveryType: 'manual' },
      body: {
        ...{ categoryId: 'cat_migration', name: '业务上云迁移服务', tags: ['上云', '迁移'] },
        agreementText: '双方按本协议约定的范围提供迁移服务，验收后交付完成。',
        pictureIds: [await this.picture(390, 260)],
        summary: '由工程师协助把现有业务平滑迁移到云上。',
        details: '包含现状评估、迁移方案、实施与验收。服务时间为每周七天，每天八小时。',
        deliveryDays: 15,
        specs: [
          { name: '标准版', onShelf: true, price: { per: 'once', amountFen: 500_000 } },
          { name: '按月运维', onShelf: true, price: { per: 'month', amountFen: 80_000 } },
        ],
      },
    });
    await this.approve('product', (submissionId) => freezeSubmission(trx, submissionId, productId));
    await listProduct(trx, { productId, sellerId, by });
  }

  /** Handed in, and approved by a reviewer of the demo: the review is over, and no run is begun for it. */
  private async approve(
    kind: Extract<ReviewKind, 'shop' | 'product'>,
    freeze: (submissionId: string) => Promise<void>,
  ): Promise<void> {
    const { trx } = this;
    const { sellerId, onboardingId } = this.seller;
    const [submissionId, decisionId] = [newId('submission'), newId('command')];
    const reviewId = reviewIdOf(submissionId);
    await freeze(submissionId);
    const runs = {
      workflowId: reviewWorkflowId(submissionId),
      caseWorkflowId: sellerOnboardingWorkflowId(onboardingId),
    };
    const times = { dueInWorkingDays: 7, dueInMs: null };
    await openReview(trx, { reviewId, kind, submissionId, sellerId, ...runs, ...times }, subjects);
    const accountId = await this.reviewer();
    await writeDecision(trx, { decisionId, reviewId, accountId, decision: { outcome: 'approve', verdicts: [] } });
    const by = { actor: accountId, requestId: null };
    await decideReview(trx, { reviewId, decisionId, commandId: null, by }, subjects);
  }

  private async reviewer(): Promise<string> {
    const login = 'reviewer@demo';
    const found = await firstRow<{ id: string }>(this.trx, 'select id from accounts where login = :login', { login });
    if (found === undefined) throw new Error(`no ${login}`);
    return found.id;
  }

  /** A plain picture in the market's colour. */
  private async picture(width: number, height: number): Promise<string> {
    const { accountId, sellerId } = this.seller;
    const id = newId('image');
    const name = `${randomBytes(20).toString('hex')}.png`;
    const plain = sharp({ create: { width, height, channels: 3, background: '#1a6fd4' } });
    const bytes = await plain.png().toBuffer();
    await this.parts.images.put(name, bytes);
    await addImage(this.trx, {
      ...{ id, name, ownerAccountId: accountId, enterpriseId: null, sellerId },
      ...{ contentType: 'image/png', width, height, bytes: bytes.length },
    });
    return id;
  }
}
