import type { FieldProblem } from '../../domain/market/field-problem';
import type { DecideReview } from '../../domain/review/schemas';
import { withAccepted } from '../../domain/review/judging';
import { reviewIdOf } from '../../domain/shared/ids';
import { run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { writeDecision } from '../../db/review/decisions';
import { itemsOfReview, type JudgedItem } from '../../db/review/items';
import { reviewById, type ReviewRow } from '../../db/review/queries';
import { openReview } from '../../db/review/repository';
import { decideReview } from '../../db/review/settlement';
import type { ReviewSnapshot } from '../../db/review/moves';
import type { ReviewSubject, ReviewSubjects } from '../../db/review/subjects';
import { reviewWorkflowId } from '../../workflows/review/contract';
import { formSubjects, submit, type Form } from '../support/reviews';
import type { ReviewRoom } from './review-room';

const form: ReviewSubject = (() => {
  const { shop } = formSubjects;
  if (shop === undefined) throw new Error('no form is judged');
  return shop;
})();

/** A form judged like a shop: by numbered criteria, with machine rules, and given back when it is taken back. */
export class Widened {
  problems: readonly FieldProblem[] = [];
  takenDown = false;

  constructor(private readonly room: ReviewRoom) {}

  readonly subjects: ReviewSubjects = {
    shop: {
      ...form,
      criteriaOf: () => Promise.resolve({ deliveryType: null }),
      problemsOf: () => Promise.resolve(this.problems),
      takenDown: () => Promise.resolve(this.takenDown),
      subjectIdOf: (_, submissionId) => Promise.resolve(`about:${submissionId}`),
      onWithdrawn: (trx, { submissionId: id }) =>
        run(trx, `update reviewed_forms set state = 'withdrawn' where id = :id`, { id }),
    },
  };

  /** Two criteria of a version of their own: one about the name, one about the phone. */
  async addCriteria(version: number): Promise<string> {
    const id = newId('criteriaSet');
    const { owner } = this.room.database;
    await run(owner, `insert into review_criteria_sets (id, kind, version) values (:id, 'shop', :version)`, {
      ...{ id, version },
    });
    await run(
      owner,
      `insert into review_criteria (set_id, number, zh, en, fields)
       values (:id, 1, '简称规范', 'The name is fine', array['/shortName']), (:id, 2, '电话可用', 'The phone works', array['/phone'])`,
      { id },
    );
    return id;
  }

  /** Hands a form in and opens its review. */
  async open(
    changed: Partial<Form> = {},
    more: { readonly sellerId?: string; readonly commandId?: string; readonly submissionId?: string } = {},
  ): Promise<{ readonly reviewId: string; readonly submissionId: string; readonly opened: ReviewSnapshot }> {
    const { sellerId = this.room.sellerId, commandId = null } = more;
    const submissionId = more.submissionId ?? (await submit(this.room.database, sellerId, changed));
    const reviewId = reviewIdOf(submissionId);
    const opening = { reviewId, kind: 'shop', submissionId, sellerId, caseWorkflowId: 'nobody', commandId } as const;
    const terms = { workflowId: reviewWorkflowId(submissionId), dueInWorkingDays: 7, dueInMs: null, requestId: null };
    const opened = await this.room.inTrx((trx) => openReview(trx, { ...opening, ...terms }, this.subjects));
    return { reviewId, submissionId, opened };
  }

  async rowOf(reviewId: string): Promise<ReviewRow> {
    const row = await reviewById(this.room.db, reviewId);
    if (row === undefined) throw new Error(`no review ${reviewId}`);
    return row;
  }

  async itemsOf(reviewId: string): Promise<readonly JudgedItem[]> {
    return itemsOfReview(this.room.db, this.subjects, await this.rowOf(reviewId));
  }

  async acceptedOf(reviewId: string): Promise<string[]> {
    return (await this.itemsOf(reviewId)).filter(({ accepted }) => accepted).map(({ item }) => item);
  }

  /** As the API does: with what stays accepted. */
  async decide(reviewId: string, actor: string, decision: DecideReview): Promise<ReviewSnapshot> {
    const written = { decisionId: newId('command'), reviewId, accountId: actor };
    const whole = withAccepted(decision, await this.itemsOf(reviewId));
    await this.room.inTrx((trx) => writeDecision(trx, { ...written, decision: whole }));
    const order = { ...this.room.order(reviewId, actor), decisionId: written.decisionId };
    return this.room.inTrx((trx) => decideReview(trx, order, this.subjects));
  }
}
