import { requireSound, withAccepted } from '../../domain/review/judging';
import type { DecideReview } from '../../domain/review/schemas';
import { DomainError } from '../../domain/shared/errors';
import type { By } from '../case/record-transition';
import type { Trx } from '../connection';
import { decisionOf, writeDecision } from './decisions';
import { itemsOfReview } from './items';
import { lockOpen } from './interventions';
import type { ReviewSnapshot } from './moves';
import { tellTakenAway } from './notices';
import { settle } from './settlement';
import { subjectOf, type ReviewSubjects } from './subjects';

export interface ForcedDecision {
  readonly reviewId: string;
  readonly decision: DecideReview;
  /** The operator who asked for it, and why. */
  readonly by: By;
  /** The account of the operator who confirmed it. */
  readonly second: string;
}

/**
 * Two operators decide in a reviewer's place, whoever had it, under the same rules: reasons where they are needed,
 * nothing refused that stays accepted, and neither of the two of the company that submitted it.
 *
 * @throws DomainError WRONG_STATE: it is over; OWN_SUBMISSION; REASON_MISSING, REFERENCE_NOT_FOUND, ITEM_ACCEPTED
 */
export async function forceDecision(
  trx: Trx,
  { reviewId, decision, by, second }: ForcedDecision,
  subjects: ReviewSubjects,
): Promise<ReviewSnapshot> {
  const open = await lockOpen(trx, subjects, reviewId);
  const subject = subjectOf(subjects, open.kind);
  for (const accountId of [by.actor, second])
    // rule: nobody-forces-their-own
    if (await subject.ownCompany(trx, open.submissionId, accountId)) throw new DomainError('OWN_SUBMISSION');
  const items = await itemsOfReview(trx, subjects, open);
  requireSound(decision, items);
  const decisionId = `forced:${reviewId}`;
  const written = { decisionId, reviewId, accountId: by.actor };
  await writeDecision(trx, { ...written, confirmedBy: second, decision: withAccepted(decision, items) });
  const known = await decisionOf(trx, written);
  if (known === undefined) throw new Error(`no decision ${decisionId}`);
  await tellTakenAway(trx, open, { from: open.assignee, by: 'force_decide', actor: by.actor });
  return settle(trx, subjects, open, {
    ...{ decisionId, decision: known, by },
    decidedBy: 'operator',
    assignee: null,
    act: 'force_decide',
    from: open.state,
  });
}
