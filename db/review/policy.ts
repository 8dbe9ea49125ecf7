import { systemActor } from '../../domain/case/states';
import { approvedByPolicy } from '../../domain/review/policy';
import type { DecideReview } from '../../domain/review/schemas';
import type { ReviewKind } from '../../domain/review/states';
import { firstRow, type Queryable, type Trx } from '../connection';
import { writeDecision } from './decisions';
import { duplicatesOf } from './marks';
import type { ReviewSnapshot } from './moves';
import { settle, type KnownReview } from './settlement';
import { subjectOf, type ReviewSubject, type ReviewSubjects } from './subjects';
import { trustWith } from './trust';

/**
 * Decides a review that was opened in this very transaction, if the policy for trusted sellers approves it. It is a
 * decision like any other, recorded as the policy's: nobody's account stands in it.
 */
export async function approveByPolicy(
  trx: Trx,
  subjects: ReviewSubjects,
  review: KnownReview,
): Promise<ReviewSnapshot | null> {
  // Most sellers are not trusted, so that is asked first.
  const trust = await trustWith(trx, review.sellerId, review.kind);
  if (trust === undefined || !(await policyApproves(trx, subjectOf(subjects, review.kind), review))) return null;
  const decisionId = `policy:${review.reviewId}`;
  const decision: DecideReview = { outcome: 'approve', verdicts: [] };
  await writeDecision(trx, { decisionId, reviewId: review.reviewId, accountId: null, decision });
  return settle(trx, subjects, review, {
    decisionId,
    decision: { outcome: 'approve', note: null, verdicts: [] },
    decidedBy: 'policy',
    assignee: null,
    act: 'approve_by_policy',
    from: 'waiting',
    // Trust may be taken back later: what it rested upon stays here.
    by: { actor: systemActor, requestId: null, reason: `${trust.grantedBy}: ${trust.reason}` },
  });
}

async function policyApproves(trx: Trx, subject: ReviewSubject, review: KnownReview): Promise<boolean> {
  const { kind, sellerId, submissionId } = review;
  const problems = await subject.problemsOf?.(trx, submissionId);
  return approvedByPolicy({
    trusted: true,
    approvedBefore: await approvedBefore(trx, sellerId, kind),
    problems: problems?.length ?? null,
    duplicates: (await duplicatesOf(trx, sellerId)).length,
    takenDown: (await subject.takenDown?.(trx, submissionId)) ?? false,
  });
}

async function approvedBefore(db: Queryable, sellerId: string, kind: ReviewKind): Promise<boolean> {
  const approved = await firstRow(
    db,
    `select 1 from reviews r join review_decisions d on d.id = r.decision_id
      where r.seller_id = :sellerId and r.kind = :kind and r.decided_by = 'reviewer' and d.outcome = 'approve' limit 1`,
    { sellerId, kind },
  );
  return approved !== undefined;
}
