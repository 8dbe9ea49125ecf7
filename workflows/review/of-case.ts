import { beginRun } from '../shared/begin-run';
import { reloadSignalName } from '../shared/messages';
import { tellRun } from '../shared/tell-run';
import { reviewWorkflowId, reviewWorkflowName, type ReviewInput } from './contract';

/** The reviews of one case, as its run deals with them. The case itself listens to `reviewDecided`. */
export class ReviewsOfCase {
  /** A run for the review of a submission; one that is there already is fine. It outlives the case. */
  async begin(start: ReviewInput): Promise<void> {
    await beginRun(reviewWorkflowName, {
      workflowId: reviewWorkflowId(start.submissionId),
      input: start,
      workflowTaskMs: start.policy.workflowTaskMs,
      attributes: { kind: 'review', subjectId: start.reviewId, enterpriseId: null },
    });
  }

  /** After a step of the case withdrew the review's row (`withdrawReview`): its run reads that and ends. */
  async withdrawn(submissionId: string): Promise<void> {
    await tellRun(reviewWorkflowId(submissionId), reloadSignalName);
  }
}
