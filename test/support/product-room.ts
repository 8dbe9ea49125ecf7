import type { ProductBody } from '../../domain/product/schemas';
import { reviewIdOf } from '../../domain/shared/ids';
import { addAccount } from '../../db/account/repository';
import { firstRow, rows, type Trx } from '../../db/connection';
import { newId } from '../../db/new-id';
import { productById, type ProductRow } from '../../db/product/own-queries';
import { createProduct, editDraft, freezeSubmission } from '../../db/product/repository';
import { productReviewSubject } from '../../db/product/review-subject';
import { listProduct, takeProductDown, unlistProduct, withdrawProduct } from '../../db/product/sale';
import { writeDecision } from '../../db/review/decisions';
import { openReview } from '../../db/review/repository';
import { decideReview } from '../../db/review/settlement';
import type { ReviewOutcome } from '../../domain/review/states';
import { reviewWorkflowId } from '../../workflows/review/contract';
import { cloneDatabase, type TestDatabase } from './database';
import { centreRows, manualBody, pictureRow, type CentreSeller, type ProductSeller } from './products';

const subjects = { product: productReviewSubject() };

/** A seller in the seller centre, a reviewer and an operator; what they do to products, without any run. */
export class ProductRoom {
  private constructor(
    readonly database: TestDatabase,
    readonly seller: CentreSeller,
    readonly reviewerId: string,
    readonly operatorId: string,
    readonly pictureId: string,
  ) {}

  static async furnish(): Promise<ProductRoom> {
    const database = await cloneDatabase();
    const account = (login: string, roles: readonly ('reviewer' | 'operator')[]) =>
      database.db.transaction((trx) =>
        addAccount(trx, { login, roles, passwordHash: '-', displayName: login, enterpriseId: null, mallId: null }),
      );
    const seller = await centreRows(database, await account('seller', []));
    const [reviewerId, operatorId] = [await account('one', ['reviewer']), await account('op', ['operator'])];
    return new ProductRoom(database, seller, reviewerId, operatorId, await pictureRow(database, seller));
  }

  /** The same in a database that is furnished already, with its demo reviewer and operator. */
  static async within(database: TestDatabase, seller: ProductSeller): Promise<ProductRoom> {
    const idOf = async (login: string): Promise<string> => {
      const found = await firstRow<{ id: string }>(database.db, 'select id from accounts where login = :login', {
        login,
      });
      return found?.id ?? '';
    };
    const [reviewerId, operatorId] = [await idOf('reviewer@demo'), await idOf('operator@demo')];
    return new ProductRoom(database, seller, reviewerId, operatorId, seller.pictureId);
  }

  get db() {
    return this.database.db;
  }

  inTrx<R>(work: (trx: Trx) => Promise<R>): Promise<R> {
    return this.db.transaction(work);
  }

  body(more: Partial<ProductBody> = {}): ProductBody {
    return manualBody(this.pictureId, more);
  }

  async create(more: Partial<ProductBody> = {}): Promise<string> {
    const id = newId('product');
    const { sellerId } = this.seller;
    await this.inTrx((trx) => createProduct(trx, { id, sellerId, deliveryType: 'manual', body: this.body(more) }));
    return id;
  }

  edit(id: string, more: Partial<ProductBody> = {}): Promise<void> {
    return this.inTrx((trx) => editDraft(trx, id, this.body(more)));
  }

  /** Writes the draft down; nothing is in review yet. */
  async freeze(id: string, submissionId = newId('submission')): Promise<string> {
    await freezeSubmission(this.db, submissionId, id);
    return submissionId;
  }

  /** What the review's first step does. */
  async open(submissionId: string): Promise<void> {
    const ids = { reviewId: reviewIdOf(submissionId), submissionId, sellerId: this.seller.sellerId };
    const run = { workflowId: reviewWorkflowId(submissionId), caseWorkflowId: 'nobody' };
    await this.inTrx((trx) =>
      openReview(trx, { ...ids, ...run, kind: 'product', dueInWorkingDays: 7, dueInMs: null }, subjects),
    );
  }

  async submit(id: string): Promise<string> {
    const submissionId = await this.freeze(id);
    await this.open(submissionId);
    return submissionId;
  }

  async decide(submissionId: string, outcome: ReviewOutcome): Promise<void> {
    const [decisionId, reviewId] = [newId('command'), reviewIdOf(submissionId)];
    const verdicts =
      outcome === 'approve' ? [] : [{ item: '/name', outcome: 'change', reasonCode: 'MISLEADING' } as const];
    const accountId = this.reviewerId;
    await this.inTrx((trx) => writeDecision(trx, { decisionId, reviewId, accountId, decision: { outcome, verdicts } }));
    const by = { actor: accountId, requestId: null };
    await this.inTrx((trx) => decideReview(trx, { reviewId, commandId: null, by, decisionId }, subjects));
  }

  /** Submitted and approved. */
  async approved(more: Partial<ProductBody> = {}): Promise<string> {
    const id = await this.create(more);
    await this.decide(await this.submit(id), 'approve');
    return id;
  }

  withdraw(id: string): Promise<string | null> {
    return this.inTrx((trx) => withdrawProduct(trx, subjects, { productId: id, by: this.bySeller }));
  }

  list(id: string): Promise<boolean> {
    const { sellerId } = this.seller;
    return this.inTrx((trx) => listProduct(trx, { productId: id, sellerId, by: this.bySeller }));
  }

  unlist(id: string): Promise<boolean> {
    return this.inTrx((trx) => unlistProduct(trx, { productId: id }));
  }

  takeDown(id: string, reason = '侵犯他人商标') {
    const by = { actor: this.operatorId, requestId: null, reason };
    return this.inTrx((trx) => takeProductDown(trx, subjects, { productId: id, by }));
  }

  get bySeller() {
    return { actor: this.seller.accountId, requestId: null };
  }

  async row(id: string): Promise<ProductRow> {
    const row = await productById(this.db, id, null);
    if (row === undefined) throw new Error(`no product ${id}`);
    return row;
  }

  /** How the onboarding's case stands. */
  async onboarding(): Promise<string> {
    const found = await firstRow<{ state: string; stage: string }>(
      this.db,
      'select state, stage from process_cases where subject_id = :id',
      { id: this.seller.onboardingId },
    );
    return `${found?.state ?? ''} ${found?.stage ?? ''}`;
  }

  async noticesOf(accountId: string): Promise<string[]> {
    const found = await rows<{ kind: string }>(
      this.db,
      'select kind from notices where account_id = :accountId order by id',
      { accountId },
    );
    return found.map(({ kind }) => kind);
  }
}
