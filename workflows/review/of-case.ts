import { startChild, TemporalFailure } from '@temporalio/workflow';
import { caseAttributes } from '../shared/attributes';
import { reloadSignalName } from '../shared/messages';
import { tellRun } from '../shared/tell-run';
import { reviewWorkflowId, reviewWorkflowName, type ReviewInput } from './contract';

/** The reviews of one case, as its run deals with them. The case itself listens to `reviewDecided`. */
export class ReviewsOfCase {
  /** A run for the review of a submission; one that is there already is fine. It outlives the case. */
  async begin(start: ReviewInput): Promise<void> {
    try {
      await startChild(reviewWorkflowName, {
        workflowId: reviewWorkflowId(start.submissionId),
        args: [start],
        parentClosePolicy: 'ABANDON',
        workflowTaskTimeout: start.policy.workflowTaskMs,
        typedSearchAttributes: caseAttributes({ kind: 'review', subjectId: start.reviewId, enterpriseId: null }),
      });
    } catch (error) {
      // The engine's class for it is no part of what workflows are given.
      if (!(error instanceof TemporalFailure) || error.name !== 'WorkflowExecutionAlreadyStartedError') throw error;
    }
  }

  /** After a step of the case withdrew the review's row (`withdrawReview`): its run reads that and ends. */
  async withdrawn(submissionId: string): Promise<void> {
    await tellRun(reviewWorkflowId(submissionId), reloadSignalName);
  }
}
