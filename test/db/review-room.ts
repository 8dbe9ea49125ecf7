import type { DecideReview } from '../../domain/review/schemas';
import { DomainError } from '../../domain/shared/errors';
import { addAccount } from '../../db/account/repository';
import { claimCommand } from '../../db/command/repository';
import { firstRow, rows, type Db, type Trx } from '../../db/connection';
import { newId } from '../../db/new-id';
import { writeDecision } from '../../db/review/decisions';
import type { ReviewSnapshot } from '../../db/review/moves';
import { decideReview } from '../../db/review/settlement';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { createForms, formSubjects, sellerOf } from '../support/reviews';

export const approve: DecideReview = { outcome: 'approve', verdicts: [] };
export const sendBack: DecideReview = {
  outcome: 'request_changes',
  verdicts: [{ item: '/phone', outcome: 'change', reasonCode: 'MISMATCH' }],
};

export const by = (actor: string) => ({ actor, requestId: null });
export const refused = (error: unknown) => (error instanceof DomainError ? error.code : String(error));

export function accountOf(
  { db }: Pick<TestDatabase, 'db'>,
  login: string,
  roles: readonly ('reviewer' | 'operator')[],
): Promise<string> {
  const account = { login, roles, passwordHash: '-', displayName: login, enterpriseId: null, mallId: null };
  return db.transaction((trx) => addAccount(trx, account));
}

/** A database with a seller, two reviewers and an operator; its reviews have no runs. */
export class ReviewRoom {
  private constructor(
    readonly database: TestDatabase,
    readonly people: Readonly<Record<'seller' | 'one' | 'two' | 'operator', string>>,
    readonly sellerId: string,
  ) {}

  static async furnish(): Promise<ReviewRoom> {
    const database = await cloneDatabase();
    await createForms(database);
    const people = {
      seller: await accountOf(database, 'seller', []),
      one: await accountOf(database, 'one', ['reviewer']),
      two: await accountOf(database, 'two', ['reviewer']),
      operator: await accountOf(database, 'operator', ['operator']),
    };
    return new ReviewRoom(database, people, await sellerOf(database, people.seller));
  }

  get db(): Db {
    return this.database.db;
  }

  inTrx<R>(work: (trx: Trx) => Promise<R>): Promise<R> {
    return this.db.transaction(work);
  }

  order(reviewId: string, actor: string, commandId: string | null = null) {
    return { reviewId, commandId, by: by(actor) };
  }

  async decide(
    reviewId: string,
    actor: string,
    decision: DecideReview,
    commandId: string | null = null,
  ): Promise<ReviewSnapshot> {
    const decisionId = newId('command');
    await this.inTrx((trx) => writeDecision(trx, { decisionId, reviewId, accountId: actor, decision }));
    const order = { ...this.order(reviewId, actor, commandId), decisionId };
    return this.inTrx((trx) => decideReview(trx, order, formSubjects));
  }

  /** A claim, as the API makes one before it tells the run; its id. */
  async command(accountId: string, reviewId: string): Promise<string> {
    const id = newId('command');
    await claimCommand(this.db, {
      ...{ id, accountId, route: `POST /${id}`, key: null, bodySha256: Buffer.alloc(32) },
      ...{ workflowId: null, resourceId: reviewId, updateId: id, leaseMs: 0 },
    });
    return id;
  }

  async noticesOf(accountId: string, about: string): Promise<string[]> {
    const found = await rows<{ kind: string }>(
      this.db,
      'select kind from notices where account_id = :accountId and subject_id = :about order by id',
      { accountId, about },
    );
    return found.map(({ kind }) => kind);
  }

  async actsOf(reviewId: string): Promise<string[]> {
    const found = await rows<{ act: string }>(
      this.db,
      `select e.act from case_events e join process_cases c on c.id = e.case_id
        where c.subject_id = :reviewId order by e.id`,
      { reviewId },
    );
    return found.map(({ act }) => act);
  }

  stageOf(reviewId: string) {
    return firstRow(
      this.db,
      `select state, stage, whose_turn as turn, due_at is not null as due from process_cases
        where subject_id = :reviewId`,
      { reviewId },
    );
  }
}
