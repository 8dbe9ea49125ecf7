import type { ReviewDecider, ReviewKind } from '../../domain/review/states';
import type { By } from '../case/record-transition';
import { recordEffect } from '../command/repository';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { criteriaOfSet } from './criteria';
import { decisionOf, type DecisionRow } from './decisions';
import { doneOrRefused, moveCase, thereOf, type ReviewOrder, type ReviewSnapshot } from './moves';
import { tellSeller, tellTakenAway, type ReviewTold } from './notices';
import { fieldReasons } from './reasons';
import { subjectOf, type ReviewSubjects } from './subjects';

/**
 * The decision and what it means for its subject, in one transaction; an unclaimed review is the decider's first.
 *
 * @throws DomainError WRONG_STATE: decided or withdrawn already, or another reviewer's; the rows tell which
 */
export async function decideReview(
  trx: Trx,
  order: ReviewOrder & { readonly decisionId: string },
  subjects: ReviewSubjects,
): Promise<ReviewSnapshot> {
  const { reviewId, decisionId, by } = order;
  const known = thereOf(await knownReview(trx, reviewId), reviewId);
  await subjectOf(subjects, known.kind).lock(trx, known.submissionId);
  // rule: decided-under-lock
  const open = await firstRow<{ state: 'waiting' | 'claimed'; dueAt: Date }>(
    trx,
    `select state, due_at as "dueAt" from reviews
      where id = :reviewId and (state = 'waiting' or state = 'claimed' and assignee = :actor) for no key update`,
    { reviewId, actor: by.actor },
  );
  if (open === undefined) return doneOrRefused(trx, order);
  const decision = await decisionOf(trx, { decisionId, reviewId, accountId: by.actor });
  if (decision === undefined) throw new Error(`no decision ${decisionId} about ${reviewId}`);
  if (open.state === 'waiting') await moveCase(trx, order, { act: 'claim', from: 'waiting', dueAt: open.dueAt });
  // rule: deciding-records-its-effect
  if (order.commandId !== null) await recordEffect(trx, order.commandId);
  return settle(trx, subjects, known, {
    ...{ decisionId, decision, by: withReason(by, decision) },
    decidedBy: 'reviewer',
    assignee: by.actor,
    act: 'decide',
    from: 'claimed',
  });
}

/** What the reviewer said of the whole, or else for which reasons something is to change. */
function withReason(by: By, { note, verdicts }: DecisionRow): By {
  const codes = [...new Set(verdicts.flatMap(({ reasonCode }) => reasonCode ?? []))];
  const reason = note ?? codes.join(', ');
  return reason === '' ? by : { ...by, reason };
}

/** By whom, or by what, an open review is decided. */
export interface Settlement {
  readonly decisionId: string;
  readonly decision: DecisionRow;
  readonly decidedBy: ReviewDecider;
  /** Whose the review is from now on; null leaves it as it is. */
  readonly assignee: string | null;
  readonly act: 'decide' | 'approve_by_policy' | 'force_decide';
  /** Where its case stands. */
  readonly from: 'waiting' | 'claimed';
  readonly by: By;
}

/** Decides an open review, under the locks of its subject and its row: the row, the case, the seller and the subject. */
export async function settle(
  trx: Trx,
  subjects: ReviewSubjects,
  review: KnownReview,
  settlement: Settlement,
): Promise<ReviewSnapshot> {
  const { reviewId, kind, submissionId, sellerId } = review;
  const { decisionId, decision, decidedBy, assignee, act, from, by } = settlement;
  const { outcome, note, verdicts } = decision;
  await run(
    trx,
    `update reviews set state = 'decided', assignee = coalesce(:assignee, assignee), decided_by = :decidedBy,
                        claimed_at = case when :assignee::text is null then claimed_at
                                          else coalesce(claimed_at, now()) end,
                        decided_at = now(), decision_id = :decisionId, updated_at = now()
      where id = :reviewId and state in ('waiting', 'claimed')`,
    { reviewId, decisionId, decidedBy, assignee },
  );
  await moveCase(trx, { reviewId, by }, { act, from, dueAt: null, detail: { outcome } });
  const subject = subjectOf(subjects, kind);
  const aboutId = (await subject.subjectIdOf?.(trx, submissionId)) ?? reviewId;
  await tellSeller(trx, { reviewId, kind, sellerId, outcome, aboutId });
  // Only what is to change is told in the words of a criterion.
  const isWhole = verdicts.every((verdict) => verdict.outcome === 'ok');
  const reasons = isWhole ? [] : fieldReasons(verdicts, await criteriaOfSet(trx, review.criteriaSetId));
  await subject.onDecided(trx, { reviewId, submissionId, sellerId, outcome, reasons, note, by });
  return { state: 'decided', dueAt: null };
}

/**
 * The submission is taken back, in the transaction of the case's own step, after its rows were locked as
 * `ReviewSubject.lock` does. False when there is no open review of it: it was decided, or none has begun.
 */
export async function withdrawReview(
  trx: Trx,
  withdrawal: { readonly submissionId: string; readonly by: By },
): Promise<boolean> {
  const { submissionId, by } = withdrawal;
  const open = await firstRow<ReviewTold & { state: 'waiting' | 'claimed'; assignee: string | null }>(
    trx,
    // rule: withdrawn-only-while-open
    `select id as "reviewId", state, kind, assignee, due_at as "dueAt" from reviews
      where submission_id = :submissionId and state in ('waiting', 'claimed') for no key update`,
    { submissionId },
  );
  if (open === undefined) return false;
  const { reviewId, state: from } = open;
  await run(
    trx,
    `update reviews set state = 'withdrawn', updated_at = now() where id = :reviewId and state in ('waiting', 'claimed')`,
    { reviewId },
  );
  await moveCase(trx, { reviewId, by }, { act: 'withdraw', from, dueAt: null });
  await tellTakenAway(trx, open, { from: open.assignee, by: 'withdraw', actor: by.actor });
  return true;
}

/**
 * 撤销审核: the seller takes a submission back, and its draft is theirs again. False when no review of it is open: it was
 * decided, taken back, or never begun; the rows tell which.
 */
export async function withdrawBySeller(
  trx: Trx,
  subjects: ReviewSubjects,
  withdrawal: { readonly submissionId: string; readonly by: By; readonly commandId: string | null },
): Promise<boolean> {
  const { submissionId, by, commandId } = withdrawal;
  const review = await firstRow<{ kind: ReviewKind }>(trx, 'select kind from reviews where submission_id = :id', {
    id: submissionId,
  });
  if (review === undefined) return false;
  const subject = subjectOf(subjects, review.kind);
  await subject.lock(trx, submissionId);
  if (!(await withdrawReview(trx, { submissionId, by }))) return false;
  await subject.onWithdrawn?.(trx, { submissionId, by });
  if (commandId !== null) await recordEffect(trx, commandId);
  return true;
}

/** What never changes about a review. */
export interface KnownReview {
  readonly reviewId: string;
  readonly kind: ReviewKind;
  readonly submissionId: string;
  readonly sellerId: string;
  readonly criteriaSetId: string | null;
}

export function knownReview(db: Queryable, reviewId: string): Promise<KnownReview | undefined> {
  return firstRow<KnownReview>(
    db,
    `select id as "reviewId", kind, submission_id as "submissionId", seller_id as "sellerId",
            criteria_set_id as "criteriaSetId"
       from reviews where id = :reviewId`,
    { reviewId },
  );
}
