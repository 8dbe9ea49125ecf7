import type { DecideReview } from '../../../domain/review/schemas';
import { DomainError } from '../../../domain/shared/errors';
import { reviewIdOf, sellerIdOf } from '../../../domain/shared/ids';
import { addAccount } from '../../../db/account/repository';
import { run, type Trx } from '../../../db/connection';
import { newId } from '../../../db/new-id';
import { writeDecision } from '../../../db/review/decisions';
import { openReview } from '../../../db/review/repository';
import { decideReview, withdrawBySeller } from '../../../db/review/settlement';
import { currentAgreement } from '../../../db/seller/agreements';
import { openOnboarding } from '../../../db/seller/onboarding-repository';
import { shopOf, type ShopRow } from '../../../db/shop/queries';
import { freezeShop, saveDraft } from '../../../db/shop/repository';
import { shopReviewSubject } from '../../../db/shop/review-subject';
import { takeShopBack } from '../../../db/shop/take-back';
import { takeDownShop } from '../../../db/shop/take-down';
import { cloneDatabase, type TestDatabase } from '../../support/database';
import { shopForm, type ShopImages } from '../../support/shops';

export const subject = shopReviewSubject();
const subjects = { shop: subject };

export const codeOf = (error: unknown) => (error instanceof DomainError ? error.code : String(error));
export const approve: DecideReview = { outcome: 'approve', verdicts: [] };
export const sendBack: DecideReview = { outcome: 'request_changes', verdicts: [], note: '请修改' };
export const reject: DecideReview = { outcome: 'reject', verdicts: [], note: '不予通过' };

/** A database with a reviewer, and sellers whose seller centre is open; their reviews have no runs. */
export class ShopRoom {
  private constructor(
    readonly database: TestDatabase,
    readonly reviewer: string,
  ) {}

  static async furnish(): Promise<ShopRoom> {
    const database = await cloneDatabase();
    return new ShopRoom(database, await account(database, 'reviewer', 'reviewer'));
  }

  /** A seller, who has uploaded what its shop shows. */
  async seller(name: string): Promise<Seller> {
    const { database } = this;
    const accountId = await account(database, name, 'seller');
    const onboardingId = newId('onboarding');
    await database.db.transaction(async (trx) => {
      const { version: agreementVersion } = await currentAgreement(trx);
      const by = { actor: accountId, requestId: null };
      await openOnboarding(trx, { onboardingId, workflowId: onboardingId, accountId, agreementVersion, by });
    });
    const sellerId = sellerIdOf(onboardingId);
    const open = `update sellers set centre_opened_at = now(), centre_opened_by = 'defer' where id = :sellerId`;
    await run(database.owner, open, { sellerId });
    const image = async (place: string) => {
      const id = newId('image');
      await run(
        database.owner,
        `insert into images (id, name, owner_account_id, seller_id, content_type, width, height, bytes)
         values (:id, :name, :accountId, :sellerId, 'image/png', 1, 1, 70)`,
        { id, name: `${place}-${name}.png`, accountId, sellerId },
      );
      return id;
    };
    const images = { bannerImageId: await image('banner'), logoImageId: await image('logo') };
    return new Seller(this, accountId, sellerId, images);
  }
}

function account({ db }: TestDatabase, login: string, role: 'seller' | 'reviewer'): Promise<string> {
  const named = { login, displayName: login, passwordHash: '-', enterpriseId: null, mallId: null };
  return db.transaction((trx) => addAccount(trx, { ...named, roles: [role] }));
}

/** What a seller, its reviewer and an operator do to its shop. */
export class Seller {
  constructor(
    private readonly room: ShopRoom,
    readonly accountId: string,
    readonly sellerId: string,
    private readonly images: ShopImages,
  ) {}

  get by() {
    return { actor: this.accountId, requestId: null };
  }

  inTrx<R>(work: (trx: Trx) => Promise<R>): Promise<R> {
    return this.room.database.db.transaction(work);
  }

  save(changed: Record<string, unknown> = {}): Promise<void> {
    const draft = shopForm({ images: this.images }, changed);
    return this.inTrx((trx) => saveDraft(trx, { sellerId: this.sellerId, draft, by: this.by }));
  }

  async freeze(): Promise<string> {
    const submissionId = newId('submission');
    await freezeShop(this.room.database.db, submissionId, this.sellerId);
    return submissionId;
  }

  open(submissionId: string): Promise<void> {
    return this.inTrx((trx) => this.openIn(trx, submissionId));
  }

  async openIn(trx: Trx, submissionId: string): Promise<void> {
    const ids = { reviewId: reviewIdOf(submissionId), submissionId, sellerId: this.sellerId };
    const runs = { workflowId: `review:${submissionId}`, caseWorkflowId: 'nobody' };
    const times = { dueInWorkingDays: 7, dueInMs: null };
    await openReview(trx, { ...ids, ...runs, ...times, kind: 'shop' }, subjects);
  }

  async submit(): Promise<string> {
    const submissionId = await this.freeze();
    await this.open(submissionId);
    return submissionId;
  }

  decide(submissionId: string, decision: DecideReview): Promise<void> {
    return this.inTrx((trx) => this.decideIn(trx, submissionId, decision));
  }

  async decideIn(trx: Trx, submissionId: string, decision: DecideReview): Promise<void> {
    const { reviewer } = this.room;
    const [decisionId, reviewId] = [newId('command'), reviewIdOf(submissionId)];
    await writeDecision(trx, { decisionId, reviewId, accountId: reviewer, decision });
    const order = { reviewId, commandId: null, by: { actor: reviewer, requestId: null }, decisionId };
    await decideReview(trx, order, subjects);
  }

  takeBack(): Promise<string | null> {
    return this.inTrx((trx) => takeShopBack(trx, subjects, { sellerId: this.sellerId, by: this.by }));
  }

  withdraw(submissionId: string): Promise<boolean> {
    return this.inTrx((trx) => withdrawBySeller(trx, subjects, { submissionId, by: this.by, commandId: null }));
  }

  takeDown(): Promise<string | null> {
    const by = { ...this.by, reason: '违规宣传' };
    return this.inTrx((trx) => takeDownShop(trx, { sellerId: this.sellerId, by }));
  }

  async publish(): Promise<void> {
    await this.save();
    await this.decide(await this.submit(), approve);
  }

  async shop(): Promise<ShopRow> {
    const shop = await shopOf(this.room.database.db, this.sellerId);
    if (shop === undefined) throw new Error('nothing was written down');
    return shop;
  }
}
