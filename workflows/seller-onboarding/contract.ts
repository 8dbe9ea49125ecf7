import type { OnboardingDutyAct } from '../../domain/seller/duties';
import type { OnboardingStage } from '../../domain/seller/onboarding-states';
import type { ErrorCode, ErrorFacts } from '../../domain/shared/errors';
import type { FeeInput, FeePolicy } from '../certification-fee/contract';
import type { ReviewInput, ReviewPolicy } from '../review/contract';
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

/** Wake-ups: what they are about stands in the rows. What a scan came to is written down, and the run asked to reload. */
export const onboardingSignals = {
  reviewDecided: 'reviewDecided',
  feeSettled: 'feeSettled',
  merchantIdChanged: 'merchantIdChanged',
} as const;

export interface OnboardingPolicy {
  /** From when the seller can prove (the transfer arrived, the scan is open) until it is over. */
  readonly proveWithinMs: number;
  /** How often the sum of one transfer may be told. */
  readonly triesPerTransfer: number;
  /** Pauses until the registry is asked again about a company it does not know, the last repeated. */
  readonly askRegistryAgainMs: readonly number[];
  /** Pauses between asking a partner that was away, or about a transfer or scan that is under way. */
  readonly askAgainMs: readonly number[];
  /** A seller whose turn it is and who does nothing is reminded after so long, three times. */
  readonly remindAfterMs: number;
  readonly accountsPerCompany: number;
  readonly feeAmountFen: number;
  /** How long the answer to a verification waits for the address of its scan. */
  readonly awaitScanMs: number;
  /** One attempt of a step that calls a partner: longer than its own deadlines together. */
  readonly providerStepMs: number;
  readonly workflowTaskMs: number;
  readonly review: ReviewPolicy;
  readonly fee: FeePolicy;
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

/** A command that brings a form, or a sum: that is a row, and only its id travels. */
export interface SubmissionInput extends CommandInput {
  readonly submissionId: string;
}

/** One onboarding as an activity is asked to act upon it. `commandId` is null when it acts by itself. */
export interface OnboardingActInput {
  readonly onboardingId: string;
  readonly commandId: string | null;
  /** Account id, or `system`. */
  readonly actor: string;
  readonly requestId: string | null;
  readonly policy: OnboardingPolicy;
}

export type OnboardingSubmissionInput = OnboardingActInput & { readonly submissionId: string };

export interface OnboardingSnapshotDto extends CaseSnapshot<OnboardingStage> {
  /** What the rows say is owed, and when; relative, since only the database's clock counts. */
  readonly next: { readonly act: OnboardingDutyAct; readonly inMs: number } | null;
  /** A person is to judge this. */
  readonly review: Pick<ReviewInput, 'reviewId' | 'kind' | 'submissionId'> | null;
  /** A review that is not needed any more. */
  readonly reviewWithdrawn: string | null;
  /** The fee's first period waits to be paid. */
  readonly fee: Pick<FeeInput, 'feeId'> | null;
  /** The address of a scan is there, or none is waited for. */
  readonly scanReady: boolean;
  /** The step was refused; where the onboarding stands is told all the same. */
  readonly refused?: { readonly code: ErrorCode; readonly facts: ErrorFacts };
}

/**
 * What an onboarding does to the world. Each is one transaction and safe to run twice. The steps of persons tell a
 * refusal in their answer.
 */
export interface OnboardingActivities {
  /** 同意协议. Refuses with ALREADY_ONBOARDING, AGREEMENT_OUTDATED. */
  openOnboarding(input: SellerOnboardingInput): Promise<OnboardingSnapshotDto>;
  loadOnboarding(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
  /** 企业实名认证 begins. WRONG_STATE, COMPANY_ACCOUNTS_FULL. */
  startVerification(input: OnboardingSubmissionInput): Promise<OnboardingSnapshotDto>;
  /** The sum is judged, once per try. WRONG_STATE, AMOUNT_WRONG `{triesLeft}`. */
  judgeAmount(input: OnboardingSubmissionInput): Promise<OnboardingSnapshotDto>;
  withdrawVerification(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
  /** 填写信息: accepted by rules, or handed to a reviewer. WRONG_STATE, SUBJECT_MISMATCH. */
  acceptInformation(input: OnboardingSubmissionInput): Promise<OnboardingSnapshotDto>;
  /** 暂不缴纳. WRONG_STATE, FEE_ALREADY_PAID. */
  deferFee(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
  /** The fee is paid: the seller centre opens. */
  openPaidCentre(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
  passTurn(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
  /** The seller did not prove in time. */
  endProof(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
  remindSeller(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
}

/**
 * Steps that call a partner, then write down its answer. That it is away or refuses is written down too, and no failure
 * of the step: it comes up again as what is owed next, under the same reference.
 */
export interface OnboardingProviderSteps {
  askRegistry(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
  sendTransfer(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
  queryTransfer(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
  beginScan(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
  queryScan(input: OnboardingActInput): Promise<OnboardingSnapshotDto>;
}
