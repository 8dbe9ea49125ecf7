import { certificationFeeWorkflowId } from '../workflows/certification-fee/contract';
import type { OnboardingPolicy } from '../workflows/seller-onboarding/contract';

/** What a reviewer's decision about a seller's form needs to take effect. */
export function reviewTerms({ accountsPerCompany, proveWithinMs, feeAmountFen }: OnboardingPolicy) {
  return {
    accountsPerCompany,
    proveWithinMs,
    fee: { amountFen: feeAmountFen, workflowIdOf: certificationFeeWorkflowId },
  };
}
