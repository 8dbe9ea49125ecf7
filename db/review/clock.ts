import type { ReviewKind } from '../../domain/review/states';
import { firstRow, run, type Trx } from '../connection';
import { doneOrRefused, moveCase, reviewSnapshot, thereOf, type ReviewOrder, type ReviewSnapshot } from './moves';
import { tellOperators, tellReviewers } from './notices';

/**
 * The review's clock: reminds whoever should look at it at half time, and tells the operators when it is overdue; once
 * each. The engine's clock and ours need not agree to the second: what is called a little early counts as called in time.
 *
 * @throws DomainError WRONG_STATE
 */
export async function remindOrEscalate(trx: Trx, order: ReviewOrder): Promise<ReviewSnapshot> {
  const { reviewId } = order;
  const open = await firstRow<Clocked>(
    trx,
    // rule: clock-acts-on-open-reviews
    `select kind, state, assignee, due_at as "dueAt", remind_at as "remindAt",
            reminded_at is not null as "isReminded", escalated_at is not null as "isEscalated",
            now() >= remind_at - least(interval '5 seconds', (remind_at - opened_at) / 2) as "isHalfOver",
            now() >= due_at - least(interval '5 seconds', (due_at - remind_at) / 2) as "isOver"
       from reviews where id = :reviewId and state in ('waiting', 'claimed') for no key update`,
    { reviewId },
  );
  if (open === undefined) return doneOrRefused(trx, order);
  const about = { reviewId, kind: open.kind, dueAt: open.dueAt };
  // rule: escalated-once
  if (open.isOver && !open.isEscalated) {
    await run(trx, `update reviews set escalated_at = now() where id = :reviewId and escalated_at is null`, {
      reviewId,
    });
    await tellOperators(trx, about);
    await moveCase(trx, order, { act: 'escalate', from: open.state, dueAt: open.dueAt });
    return { state: open.state, dueAt: null };
  }
  // rule: half-time-told-once
  if (open.isHalfOver && !open.isReminded) {
    await run(trx, `update reviews set reminded_at = now() where id = :reviewId and reminded_at is null`, { reviewId });
    await tellReviewers(trx, about, open.assignee);
    await moveCase(trx, order, { act: 'remind', from: open.state, dueAt: open.dueAt });
  }
  return thereOf(await reviewSnapshot(trx, reviewId), reviewId);
}

interface Clocked {
  readonly kind: ReviewKind;
  readonly state: 'waiting' | 'claimed';
  readonly assignee: string | null;
  readonly dueAt: Date;
  readonly isReminded: boolean;
  readonly isEscalated: boolean;
  readonly isHalfOver: boolean;
  readonly isOver: boolean;
}
