import type { EventDetail } from '../../domain/case/event-detail';
import { reviewMachine, reviewStanding, type ReviewAct, type ReviewState } from '../../domain/review/states';
import { transition } from '../../domain/shared/state-machine';
import { recordTransition, type By } from '../case/record-transition';
import { refusedOrDone, type Snapshot } from '../case/refused-or-done';
import { firstRow, type Queryable, type Trx } from '../connection';

/** `dueAt`: when the review's clock has something to do; null when nothing is left for it. */
export type ReviewSnapshot = Snapshot<ReviewState>;

/** An act upon one review; `commandId` is the claim of the person's command, null when a clock acts. */
export interface ReviewOrder {
  readonly reviewId: string;
  readonly commandId: string | null;
  readonly by: By;
}

/** When the clock of a row has something to do. */
export const clock = `
  case when state not in ('waiting', 'claimed') then null
       when escalated_at is not null then null
       when reminded_at is not null then due_at
       else remind_at end`;

export async function reviewSnapshot(db: Queryable, reviewId: string): Promise<ReviewSnapshot | undefined> {
  return firstRow<ReviewSnapshot>(db, `select state, ${clock} as "dueAt" from reviews where id = :reviewId`, {
    reviewId,
  });
}

/** The row did not stand where the act starts. */
export async function doneOrRefused(trx: Trx, order: ReviewOrder): Promise<ReviewSnapshot> {
  const snapshot = thereOf(await reviewSnapshot(trx, order.reviewId), order.reviewId);
  return refusedOrDone(trx, reviewMachine, snapshot, order.commandId);
}

export function thereOf<R>(found: R | undefined, reviewId: string): R {
  if (found === undefined) throw new Error(`no review ${reviewId}`);
  return found;
}

/** {@link recordTransition} of a review. */
export function moveCase(
  trx: Trx,
  { reviewId, by }: Pick<ReviewOrder, 'reviewId' | 'by'>,
  move: {
    readonly act: ReviewAct;
    readonly from: ReviewState;
    readonly dueAt: Date | null;
    readonly detail?: EventDetail;
  },
): Promise<void> {
  const to = transition(reviewMachine, move.from, move.act);
  return recordTransition(trx, { kind: 'review', subjectId: reviewId, to, standing: reviewStanding[to], ...move, by });
}
