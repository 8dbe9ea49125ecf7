import type { Db } from '../../db/connection';
import { remindOrEscalate } from '../../db/review/clock';
import { reviewSnapshot, type ReviewOrder, type ReviewSnapshot } from '../../db/review/moves';
import { claimReview, openReview, reassignReview, releaseReview } from '../../db/review/repository';
import { decideReview } from '../../db/review/settlement';
import type { ReviewSubjects } from '../../db/review/subjects';
import {
  reviewWorkflowId,
  type ReviewActInput,
  type ReviewActivities,
  type ReviewSnapshotDto,
} from '../../workflows/review/contract';
import { inTransaction } from '../shared/transactions';

export function createReviewActivities(db: Db, subjects: ReviewSubjects): ReviewActivities {
  return {
    openReview: ({ policy, ...input }) =>
      inTransaction(db, async (trx) => {
        const { dueInWorkingDays, dueInMs } = policy;
        const workflowId = reviewWorkflowId(input.submissionId);
        return toDto(await openReview(trx, { ...input, workflowId, dueInWorkingDays, dueInMs }, subjects));
      }),

    loadReview: async ({ reviewId }) => {
      const snapshot = await reviewSnapshot(db, reviewId);
      // Its submission was withdrawn before there was a review.
      return toDto(snapshot ?? { state: 'withdrawn', dueAt: null });
    },

    claimReview: (input) => inTransaction(db, async (trx) => toDto(await claimReview(trx, orderOf(input)))),

    releaseReview: (input) => inTransaction(db, async (trx) => toDto(await releaseReview(trx, orderOf(input)))),

    reassignReview: ({ toAccountId, from, ...input }) =>
      inTransaction(db, async (trx) => toDto(await reassignReview(trx, { ...orderOf(input), toAccountId, from }))),

    decideReview: ({ decisionId, ...input }) =>
      inTransaction(db, async (trx) => toDto(await decideReview(trx, { ...orderOf(input), decisionId }, subjects))),

    remindOrEscalate: (input) => inTransaction(db, async (trx) => toDto(await remindOrEscalate(trx, orderOf(input)))),
  };
}

function orderOf({ reviewId, commandId, actor, requestId }: ReviewActInput): ReviewOrder {
  return { reviewId, commandId, by: { actor, requestId } };
}

function toDto({ state, dueAt }: ReviewSnapshot): ReviewSnapshotDto {
  return { state, dueAt: dueAt?.toISOString() ?? null };
}
