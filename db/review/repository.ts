import type { EventDetail } from '../../domain/case/event-detail';
import { systemActor } from '../../domain/case/states';
import { reviewTitle } from '../../domain/case/titles';
import { reviewMachine, reviewStanding, type ReviewKind } from '../../domain/review/states';
import { DomainError } from '../../domain/shared/errors';
import { transition } from '../../domain/shared/state-machine';
import { addWorkingDays } from '../../domain/shared/working-days';
import { calendarFrom } from '../calendar/queries';
import { recordOpening, type By } from '../case/record-transition';
import { recordEffect } from '../command/repository';
import { firstRow, run, type Trx } from '../connection';
import { newestCriteria } from './criteria';
import { clock, doneOrRefused, moveCase, reviewSnapshot, type ReviewOrder, type ReviewSnapshot } from './moves';
import { tellAssignee, tellTakenAway } from './notices';
import { approveByPolicy } from './policy';
import { subjectOf, type ReviewSubjects } from './subjects';

export interface ReviewOpening {
  readonly reviewId: string;
  readonly kind: ReviewKind;
  readonly submissionId: string;
  readonly sellerId: string;
  readonly workflowId: string;
  readonly caseWorkflowId: string;
  readonly dueInWorkingDays: number;
  /** Instead of working days. */
  readonly dueInMs: number | null;
  /** Of the person's command that submits it; null where the case begins it. */
  readonly commandId?: string | null;
  readonly requestId?: string | null;
}

/**
 * Takes a submission into review, or returns the review that is there. `withdrawn` where the submission does not wait
 * for one any more: then there is none.
 *
 * @throws DomainError what the subject refuses to a person's command
 */
export async function openReview(trx: Trx, opening: ReviewOpening, subjects: ReviewSubjects): Promise<ReviewSnapshot> {
  const { reviewId, submissionId, sellerId } = opening;
  const subject = subjectOf(subjects, opening.kind);
  await subject.lock(trx, submissionId);
  const existing = await reviewSnapshot(trx, reviewId);
  if (existing !== undefined) return existing;
  const { remindAt, dueAt } = await deadlines(trx, opening);
  const { commandId = null } = opening;
  const by = await submitterOf(trx, opening);
  // rule: withdrawn-is-not-reviewed
  if (!(await subject.onOpened(trx, { reviewId, submissionId, sellerId, dueAt, by }))) {
    // Whoever submits it is told; a case knows itself that it took it back.
    if (commandId !== null) throw new DomainError('WRONG_STATE');
    return { state: 'withdrawn', dueAt: null };
  }
  const name = await subject.nameOf?.(trx, submissionId);
  const asked = await subject.criteriaOf?.(trx, submissionId);
  const criteriaSetId = asked === undefined ? null : await newestCriteria(trx, { kind: opening.kind, ...asked });
  await run(
    trx,
    `insert into reviews
       (id, kind, submission_id, seller_id, case_workflow_id, state, remind_at, due_at, criteria_set_id)
     values
       (:reviewId, :kind, :submissionId, :sellerId, :caseWorkflowId, 'waiting', :remindAt, :dueAt, :criteriaSetId)`,
    { ...opening, remindAt, dueAt, criteriaSetId },
  );
  await recordOpening(trx, {
    kind: 'review',
    subjectId: reviewId,
    workflowId: opening.workflowId,
    enterpriseId: null,
    sellerId,
    title: reviewTitle(opening.kind, name),
    stage: 'waiting',
    standing: reviewStanding.waiting,
    dueAt,
    by,
  });
  // rule: submitting-records-its-effect
  if (commandId !== null) await recordEffect(trx, commandId);
  const opened = { reviewId, kind: opening.kind, submissionId, sellerId, criteriaSetId };
  return (await approveByPolicy(trx, subjects, opened)) ?? { state: 'waiting', dueAt: remindAt };
}

/** The seller's own account where a command of theirs submits it. */
async function submitterOf(trx: Trx, { sellerId, commandId = null, requestId = null }: ReviewOpening): Promise<By> {
  if (commandId === null) return { actor: systemActor, requestId: null };
  const seller = await firstRow<{ accountId: string }>(
    trx,
    'select account_id as "accountId" from sellers where id = :sellerId',
    { sellerId },
  );
  if (seller === undefined) throw new Error(`no seller ${sellerId}`);
  return { actor: seller.accountId, requestId };
}

/** Half of the time until the reminder, all of it until it is overdue; in working days unless told in milliseconds. */
async function deadlines(trx: Trx, { dueInWorkingDays, dueInMs }: ReviewOpening) {
  const at = await firstRow<{ now: Date }>(trx, 'select now() as now');
  const from = at?.now ?? new Date();
  if (dueInMs !== null)
    return { remindAt: new Date(from.getTime() + dueInMs / 2), dueAt: new Date(from.getTime() + dueInMs) };
  const calendar = await calendarFrom(trx, from);
  return {
    remindAt: addWorkingDays(calendar, from, dueInWorkingDays / 2),
    dueAt: addWorkingDays(calendar, from, dueInWorkingDays),
  };
}

/** @throws DomainError WRONG_STATE: somebody else has it, or it is over; the rows tell which */
export async function claimReview(trx: Trx, order: ReviewOrder): Promise<ReviewSnapshot> {
  // rule: claimed-only-while-waiting
  const claimed = await firstRow<Moved>(
    trx,
    `update reviews set state = 'claimed', assignee = :actor, claimed_at = now(), updated_at = now()
      where id = :reviewId and state = 'waiting' returning due_at as "dueAt", ${clock} as "clockAt"`,
    { reviewId: order.reviewId, actor: order.by.actor },
  );
  return claimed === undefined
    ? doneOrRefused(trx, order)
    : moved(trx, order, claimed, { act: 'claim', from: 'waiting' });
}

/** @throws DomainError WRONG_STATE: it is not the actor's to release */
export async function releaseReview(trx: Trx, order: ReviewOrder): Promise<ReviewSnapshot> {
  // rule: released-only-by-its-assignee
  const released = await firstRow<Moved>(
    trx,
    `update reviews set state = 'waiting', assignee = null, claimed_at = null, updated_at = now()
      where id = :reviewId and state = 'claimed' and assignee = :actor
      returning due_at as "dueAt", ${clock} as "clockAt"`,
    { reviewId: order.reviewId, actor: order.by.actor },
  );
  return released === undefined
    ? doneOrRefused(trx, order)
    : moved(trx, order, released, { act: 'release', from: 'claimed' });
}

/**
 * Gives it to another reviewer. `from`: whose it may be now; null when anybody's.
 *
 * @throws DomainError WRONG_STATE
 */
export async function reassignReview(
  trx: Trx,
  order: ReviewOrder & { readonly toAccountId: string; readonly from: string | null },
): Promise<ReviewSnapshot> {
  const { reviewId, toAccountId, from } = order;
  const given = await firstRow<{ state: 'waiting' | 'claimed'; kind: ReviewKind; assignee: string | null }>(
    trx,
    // rule: reassigned-only-while-open
    `select state, kind, assignee from reviews
      where id = :reviewId and state in ('waiting', 'claimed') and assignee is distinct from :toAccountId
        and (assignee is null or :from::text is null or assignee = :from)
        for no key update`,
    { reviewId, toAccountId, from },
  );
  if (given === undefined) return doneOrRefused(trx, order);
  const claimed = await firstRow<Moved>(
    trx,
    `update reviews set state = 'claimed', assignee = :toAccountId, claimed_at = now(), updated_at = now()
      where id = :reviewId and state in ('waiting', 'claimed') returning due_at as "dueAt", ${clock} as "clockAt"`,
    { reviewId, toAccountId },
  );
  if (claimed === undefined) return doneOrRefused(trx, order);
  const told = order.commandId ?? order.by.requestId ?? '';
  const about = { reviewId, kind: given.kind, dueAt: claimed.dueAt };
  await tellAssignee(trx, about, toAccountId, told);
  await tellTakenAway(trx, about, { from: given.assignee, by: told, actor: order.by.actor });
  return moved(trx, order, claimed, { act: 'reassign', from: given.state, detail: { to: toAccountId } });
}

interface Moved {
  readonly dueAt: Date;
  readonly clockAt: Date | null;
}

async function moved(
  trx: Trx,
  order: ReviewOrder,
  row: Moved,
  move: {
    readonly act: 'claim' | 'release' | 'reassign';
    readonly from: 'waiting' | 'claimed';
    readonly detail?: EventDetail;
  },
): Promise<ReviewSnapshot> {
  await moveCase(trx, order, { ...move, dueAt: row.dueAt });
  // rule: queue-commands-record-their-effect
  if (order.commandId !== null) await recordEffect(trx, order.commandId);
  return { state: transition(reviewMachine, move.from, move.act), dueAt: row.clockAt };
}
