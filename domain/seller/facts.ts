import type { FeeFacts } from './fee-states';
import type { FieldReason } from './field-reason';
import type { MarketFacts } from './market-facts';
import type { MerchantFacts } from './merchant-facts';
import type { OnboardingStage } from './onboarding-states';
import type { ProofLeg, RegistryLeg, VerificationMethod, VerificationState } from './verification-states';

/** The agreement as it stands: signed since the onboarding began, perhaps in a version that is no longer the newest. */
export interface AgreementStanding {
  readonly signedAt: Date;
  readonly newer: { readonly version: string; readonly signBy: Date } | null;
  /** The date to sign by has passed. */
  readonly overdue: boolean;
}

/** The verification that is under way or came last. */
export interface VerificationFacts {
  readonly state: Exclude<VerificationState, 'submitted'>;
  readonly method: VerificationMethod;
  readonly registry: RegistryLeg;
  readonly proof: ProofLeg;
  /** The transfer is known to have arrived: its amount can be told. */
  readonly transferArrived: boolean;
  /** When `state` began. */
  readonly since: Date;
  /** Until when the seller has to prove; null while nothing can be done by the seller. */
  readonly dueAt: Date | null;
  readonly registryNextAt: Date | null;
  readonly proofNextAt: Date | null;
  /** Until when a reviewer has to decide. */
  readonly reviewDueAt: Date | null;
  readonly errors: readonly FieldReason[];
}

export const informationStates = ['submitted', 'in_review', 'action_needed', 'accepted'] as const;
export type InformationState = (typeof informationStates)[number];

export interface InformationFacts {
  readonly state: Exclude<InformationState, 'submitted'>;
  readonly since: Date;
  readonly reviewDueAt: Date | null;
  readonly errors: readonly FieldReason[];
}

/** Everything the one computed answer is made of. Each part is loaded by the owner of its tables. */
export interface SellerFacts {
  readonly stage: OnboardingStage;
  readonly openedAt: Date;
  readonly agreement: AgreementStanding;
  /** When this account came to hold the verified subject. */
  readonly verifiedAt: Date | null;
  readonly verification: VerificationFacts | null;
  readonly informationAcceptedAt: Date | null;
  readonly information: InformationFacts | null;
  /** Null before the first period is opened. */
  readonly fee: FeeFacts | null;
  readonly centreOpenedAt: Date | null;
  readonly merchantIds: readonly MerchantFacts[];
  readonly market: MarketFacts;
}
