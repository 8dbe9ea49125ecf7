import { hash } from '@node-rs/argon2';
import type { DocumentStore } from '../domain/ports/document-store';
import type { ImageStore } from '../domain/ports/image-store';
import type { FileVault, Vault } from '../domain/ports/vault';
import { sellerIdOf } from '../domain/shared/ids';
import { addAccount, mobileAbout } from '../db/account/repository';
import { firstRow, type Db, type Trx } from '../db/connection';
import { storeDocument } from '../db/document/contents';
import { addDocument } from '../db/document/repository';
import { newId } from '../db/new-id';
import { askToClose, requestPayment } from '../db/payment/repository';
import { recordChannelPayment } from '../db/payment/settlement';
import { paymentsOf } from '../db/payment/queries';
import { currentAgreement } from '../db/seller/agreements';
import { markDeferred, openFee } from '../db/seller/fee-repository';
import { settleFee, type FeeTerms } from '../db/seller/fee-payment';
import { takeInformation } from '../db/seller/information-repository';
import { lockOnboarding, openOnboarding, openSellerCentre } from '../db/seller/onboarding-repository';
import { submitInformation, submitVerification } from '../db/seller/submissions';
import { recordRegistryAnswer, recordScan } from '../db/seller/verification-legs';
import { startVerification } from '../db/seller/verification-repository';
import { certificationFeeWorkflowId } from '../workflows/certification-fee/contract';
import { paymentWorkflowId } from '../workflows/payment/contract';
import { sellerOnboardingWorkflowId } from '../workflows/seller-onboarding/contract';
import { demoPassword, seedDemo } from './demo-data';
import { DemoMarket } from './demo-market';

/** What the product around the demo sellers is made of and lives by. */
export interface DemoWorld {
  readonly db: Db;
  readonly vault: Vault & FileVault;
  readonly documents: DocumentStore;
  readonly images: ImageStore;
  readonly accountsPerCompany: number;
  readonly feeAmountFen: number;
  readonly fee: FeeTerms;
}

/** How far a seller is: everything before has happened, nothing after. */
const steps = [
  'nothing',
  'verification',
  'company',
  'fee',
  'deferred',
  'merchant',
  'shop',
  'product',
  'selling',
] as const;
type Step = (typeof steps)[number];

interface DemoSeller {
  readonly login: string;
  readonly step: Step;
  readonly company: string;
  /** 统一社会信用代码, with a right check digit. */
  readonly code: string;
}

/** Numbered from where the other demo accounts end; only ever added to. */
const firstNumber = 9;

const sellers: readonly DemoSeller[] = [
  { login: 'seller@demo', step: 'nothing', company: '演示科技有限公司', code: '91440300MA5DEM0019' },
  { login: 'seller-verification@demo', step: 'verification', company: '青竹软件有限公司', code: '91440300MA5DEM002C' },
  { login: 'seller-company@demo', step: 'company', company: '白帆网络有限公司', code: '91440300MA5DEM003F' },
  { login: 'seller-fee@demo', step: 'fee', company: '远山数据有限公司', code: '91440300MA5DEM004J' },
  { login: 'seller-deferred@demo', step: 'deferred', company: '晨光云服务有限公司', code: '91440300MA5DEM005M' },
  { login: 'seller-merchant@demo', step: 'merchant', company: '海石安全有限公司', code: '91440300MA5DEM006Q' },
  // The fee is paid and buyers could pay; with the shop published; with a product on sale.
  { login: 'seller-shop@demo', step: 'shop', company: '松风智能有限公司', code: '91440300MA5DEM007U' },
  { login: 'seller-product@demo', step: 'product', company: '长河信息有限公司', code: '91440300MA5DEM008Y' },
  { login: 'seller-selling@demo', step: 'selling', company: '云梯咨询有限公司', code: '91440300MA5DEM0092' },
];

const bySystem = { actor: 'system', requestId: null };
const bank = { bankName: '招商银行', branchName: '深圳分行营业部', location: '深圳' };

/** Of each seller its own: what two have in common is shown to reviewers. */
function contactOf(n: number) {
  const two = String(n).padStart(2, '0');
  return { phone: `138000002${two}`, servicePhone: `0755-860133${two}`, accountNumber: `1109075714105${two}` };
}

/** A licence to look at: one empty page. */
const licence = Buffer.from(
  `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`,
);

const numbered = (prefix: string, n: number): string => `${prefix}_01demo${String(n).padStart(20, '0')}`;

/**
 * Loads the demo sellers, each with its facts written through the repositories as if it had come there by itself, now:
 * deadlines count from loading. Their cases are resumed by the worker, which looks for a run of every open case. Who is
 * there stays as they are. True when any was added.
 */
export async function seedDemoSellers(world: DemoWorld): Promise<boolean> {
  const passwordHash = await hash(demoPassword, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  let added = false;
  for (const [index, seller] of sellers.entries()) {
    const one = { ...seller, passwordHash, n: firstNumber + index };
    if (await world.db.transaction((trx) => seed(trx, world, one))) added = true;
  }
  return added;
}

/** Everything there is of demo data. Of two starts at once one waits for the other, and finds it done. */
export async function seedDemoWhole(world: DemoWorld): Promise<boolean> {
  return world.db.transaction(async (turn) => {
    await firstRow(turn, 'select pg_advisory_xact_lock(7462)');
    const furnished = await seedDemo(world.db);
    return (await seedDemoSellers(world)) || furnished;
  });
}

async function seed(trx: Trx, world: DemoWorld, seller: Numbered): Promise<boolean> {
  const accountId = numbered('acc', seller.n);
  if ((await firstRow(trx, 'select id from accounts where id = :accountId', { accountId })) !== undefined) return false;
  const { login, passwordHash, n } = seller;
  await addAccount(trx, {
    ...{ id: accountId, login, passwordHash, displayName: seller.company, roles: [], enterpriseId: null, mallId: null },
    mobile: world.vault.seal(mobileAbout(accountId), `138000001${String(n).padStart(2, '0')}`),
  });
  const reached = steps.indexOf(seller.step);
  const way = new Way(trx, world, seller, accountId);
  if (reached >= steps.indexOf('verification')) await way.begin();
  if (reached >= steps.indexOf('company')) await way.verify();
  if (reached >= steps.indexOf('fee')) await way.fillIn();
  if (seller.step === 'deferred') await way.defer();
  if (reached >= steps.indexOf('merchant')) await way.payFee();
  if (reached >= steps.indexOf('shop')) await way.sell(reached);
  return true;
}

type Numbered = DemoSeller & { readonly passwordHash: string; readonly n: number };

/** One seller's way, step by step, in one transaction. */
class Way {
  private readonly onboardingId: string;
  private readonly sellerId: string;
  private readonly by: { readonly actor: string; readonly requestId: null };

  constructor(
    private readonly trx: Trx,
    private readonly world: DemoWorld,
    private readonly seller: Numbered,
    private readonly accountId: string,
  ) {
    this.onboardingId = numbered('onb', seller.n);
    this.sellerId = sellerIdOf(this.onboardingId);
    this.by = { actor: accountId, requestId: null };
  }

  private get order() {
    return { onboardingId: this.onboardingId, commandId: null, by: this.by };
  }

  /** 同意并勾选协议. */
  async begin(): Promise<void> {
    const { trx, onboardingId, accountId, by } = this;
    const { version: agreementVersion } = await currentAgreement(trx);
    const workflowId = sellerOnboardingWorkflowId(onboardingId);
    await openOnboarding(trx, { onboardingId, workflowId, accountId, agreementVersion, by });
  }

  /** 企业实名认证, by a scan the registry and the legal representative have answered. */
  async verify(): Promise<void> {
    const { trx, onboardingId } = this;
    const { vault, accountsPerCompany } = this.world;
    const verificationId = await submitVerification(trx, vault, {
      ...{ sellerId: this.sellerId, claimedAs: `demo-verification-${this.seller.n}` },
      form: {
        ...{ method: 'legal_person_scan', enterpriseName: this.seller.company },
        ...{ unifiedSocialCreditCode: this.seller.code, licenceDocumentId: await this.licence() },
        legalRepresentative: { name: '张三', idNumber: '11010519491231002X' },
      },
    });
    const start = { ...this.order, submissionId: verificationId, accountsPerCompany };
    await startVerification(trx, { ...start, keeps: () => ({ registry: false, proof: false }) });
    const answer = { onboardingId, verificationId, accountsPerCompany, askAgainInMs: 0 };
    await recordRegistryAnswer(trx, { ...answer, verdict: 'agrees' });
    await recordScan(trx, { ...answer, standing: 'passed' });
  }

  private async licence(): Promise<string> {
    const id = newId('document');
    const stored = await storeDocument(this.world, { id, bytes: licence });
    const document = {
      id,
      ownerAccountId: this.accountId,
      contentType: 'application/pdf',
      bytes: licence.length,
    } as const;
    await addDocument(this.trx, { ...document, ...stored });
    return id;
  }

  /** 填写信息; the certification fee can be paid from then on. */
  async fillIn(): Promise<void> {
    const { company, code, n } = this.seller;
    const contact = contactOf(n);
    const submissionId = await submitInformation(this.trx, this.world.vault, {
      ...{ sellerId: this.sellerId, claimedAs: `demo-information-${n}` },
      form: {
        ...{ unifiedSocialCreditCode: code, contactName: '李四', contactPhone: contact.phone },
        bank: { accountName: company, accountNumber: contact.accountNumber, ...bank },
      },
    });
    await takeInformation(this.trx, {
      ...{ ...this.order, submissionId, accountNameOf: () => company },
      fee: { amountFen: this.world.feeAmountFen, workflowIdOf: certificationFeeWorkflowId },
    });
  }

  /** 暂不缴纳. */
  async defer(): Promise<void> {
    await markDeferred(this.trx, { sellerId: this.sellerId, by: this.by });
    await this.openCentre('defer');
  }

  /**
   * 立即缴纳, but without money: a payment the channel knows nothing of would differ from its books every morning. The fee
   * is paid; what was to pay it is closed.
   */
  async payFee(): Promise<void> {
    const { trx, sellerId, by } = this;
    const { feeAmountFen: amountFen, fee } = this.world;
    const feeId = await openFee(trx, { sellerId, amountFen, by: bySystem, workflowIdOf: certificationFeeWorkflowId });
    const paymentId = await requestPayment(trx, {
      ...{ subject: { kind: 'certification_fee', id: feeId }, payWithinMs: 1_800_000, by },
      ...{ channel: 'wechat_pay', method: 'wechat_native', workflowIdOf: paymentWorkflowId },
    });
    await settleFee(trx, { subjectId: feeId, paymentId }, fee);
    await askToClose(trx, paymentId, bySystem);
    const [payment] = await paymentsOf(trx, feeId);
    for (const { channelNumber } of payment?.attempts ?? [])
      await recordChannelPayment(trx, {
        ...{ paymentId, askAgainInMs: 0, detailOpenForMs: 0, fee },
        fact: { channelNumber, standing: 'closed', transactionId: null, amountFen: null, paidAt: null, foreign: [] },
      });
    await this.openCentre('fee');
  }

  /** 开通商户号, 店铺发布 and 商品上架, as far as it has come. */
  async sell(reached: number): Promise<void> {
    const { accountId, sellerId, onboardingId } = this;
    const { company, code, n } = this.seller;
    const known = { company, code, licenceDocumentId: await this.licence(), ...contactOf(n), bank };
    const of = { accountId, sellerId, onboardingId, ...known };
    const market = new DemoMarket(this.trx, this.world, of);
    await market.openMerchantId();
    if (reached >= steps.indexOf('product')) await market.publishShop();
    if (reached >= steps.indexOf('selling')) await market.listProduct();
  }

  private async openCentre(how: 'fee' | 'defer'): Promise<void> {
    const onboarding = await lockOnboarding(this.trx, this.onboardingId);
    await openSellerCentre(this.trx, onboarding, { how, by: how === 'fee' ? bySystem : this.by });
  }
}
