import type { ReviewKind, ReviewState } from '../../domain/review/states';
import type { CaseSnapshot, CommandInput } from '../shared/messages';
import type { StepTimes } from '../shared/own-transactions';

/** One run per submission that a person judges. */
export function reviewWorkflowId(submissionId: string): string {
  return `review:${submissionId}`;
}

export const reviewWorkflowName = 'review';

/** Names of the updates: wire contracts, never renamed. */
export const reviewUpdates = { claim: 'claim', release: 'release', reassign: 'reassign', decide: 'decide' } as const;

/** From the review to the case that waits for it, with the submission's id. A wake-up: the decision is in its rows. */
export const reviewDecidedSignal = 'reviewDecided';

export interface ReviewPolicy {
  /** Working days until it is overdue; half of them until the reviewers are reminded. */
  readonly dueInWorkingDays: number;
  /** Instead of working days, so that tests use seconds. */
  readonly dueInMs: number | null;
  readonly workflowTaskMs: number;
  readonly times: StepTimes;
}

/** Everything a review starts from; what is judged is in the submission's rows. */
export interface ReviewInput {
  readonly reviewId: string;
  readonly kind: ReviewKind;
  readonly submissionId: string;
  readonly sellerId: string;
  /** The run of the case that waits for it. */
  readonly caseWorkflowId: string;
  /** Of the person's command that begins it; without one the case begins it. */
  readonly commandId?: string | null;
  readonly requestId?: string | null;
  readonly policy: ReviewPolicy;
}

export interface ReassignInput extends CommandInput {
  readonly toAccountId: string;
  /** Whose it may be now; null when anybody's. */
  readonly from: string | null;
}

export interface DecideInput extends CommandInput {
  /** What the reviewer decided stands in the rows under this id: notes stay out of histories. */
  readonly decisionId: string;
}

/** One review as an activity is asked to act upon it. `commandId` is null when a clock acts. */
export interface ReviewActInput {
  readonly reviewId: string;
  readonly commandId: string | null;
  /** Account id, or `system`. */
  readonly actor: string;
  readonly requestId: string | null;
}

export type ReviewSnapshotDto = CaseSnapshot<ReviewState>;

/** What a review does to the world. Each is one transaction and safe to run twice. */
export interface ReviewActivities {
  /** Takes the submission into review; `withdrawn` where it does not wait for one any more. */
  openReview(input: ReviewInput): Promise<ReviewSnapshotDto>;
  loadReview(input: { readonly reviewId: string }): Promise<ReviewSnapshotDto>;
  claimReview(input: ReviewActInput): Promise<ReviewSnapshotDto>;
  releaseReview(input: ReviewActInput): Promise<ReviewSnapshotDto>;
  reassignReview(input: ReviewActInput & Pick<ReassignInput, 'toAccountId' | 'from'>): Promise<ReviewSnapshotDto>;
  /** The decision and what it means for its subject. */
  decideReview(input: ReviewActInput & { readonly decisionId: string }): Promise<ReviewSnapshotDto>;
  /** The review's clock: reminds at half time, escalates when it is overdue; once each. */
  remindOrEscalate(input: ReviewActInput): Promise<ReviewSnapshotDto>;
}
