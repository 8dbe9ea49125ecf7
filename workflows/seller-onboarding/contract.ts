import type { OnboardingStage } from '../../domain/seller/onboarding-states';
import type { CaseSnapshot, CommandInput } from '../shared/messages';
import type { StepTimes } from '../shared/own-transactions';

/** One run per onboarding, from the ticked agreement to the first listed product; it may last months. */
export function sellerOnboardingWorkflowId(onboardingId: string): string {
  return `seller-onboarding:${onboardingId}`;
}

export const sellerOnboardingWorkflowName = 'sellerOnboarding';

/** Names of the updates: wire contracts, never renamed. */
export const onboardingUpdates = {
  submit_verification: 'submitVerification',
  enter_amount: 'enterTransferAmount',
  withdraw_verification: 'withdrawVerification',
  submit_information: 'submitCompanyInformation',
  defer_fee: 'deferFee',
} as const;

/** Wake-ups: what they are about stands in the rows. */
export const onboardingSignals = {
  reviewDecided: 'reviewDecided',
  feeSettled: 'feeSettled',
  merchantIdChanged: 'merchantIdChanged',
  verificationReported: 'verificationReported',
} as const;

export interface OnboardingPolicy {
  readonly times: StepTimes;
}

/** Everything an onboarding starts from. Ids and versions only: nothing personal enters a history. */
export interface SellerOnboardingInput {
  readonly onboardingId: string;
  readonly accountId: string;
  readonly agreementVersion: string;
  /** The claim that created it; null when the run was started again from facts. */
  readonly commandId: string | null;
  readonly requestId: string | null;
  readonly policy: OnboardingPolicy;
}

/** A command that brings a form: the form is a row, and only its id travels. */
export interface SubmissionInput extends CommandInput {
  readonly submissionId: string;
}

export type OnboardingSnapshotDto = CaseSnapshot<OnboardingStage>;
