import { merchantStates } from '../merchant/states';
import { paymentStates } from '../payment/states';
import { purchaseStates } from '../purchase/states';
import { reviewStates } from '../review/states';
import { feeStates } from '../seller/fee-states';
import { onboardingStages } from '../seller/onboarding-states';
import { allocationStates } from '../stock/allocation-states';
import { commodityStates } from '../stock/states';
import type { KnownKind } from './states';

/** The stage of a case is the state of its subject: what each kind of process may stand at. */
const stagesOfKind: Readonly<Record<KnownKind, readonly string[]>> = {
  purchase: purchaseStates,
  payment: paymentStates,
  commodity_add: commodityStates,
  stock_allocation: allocationStates,
  seller_onboarding: onboardingStages,
  certification_fee: feeStates,
  review: reviewStates,
  merchant_id: merchantStates,
  redemption: [],
};

/** The stages of all kinds, each once: what lists of cases may be asked for. */
export const caseStages: readonly string[] = [...new Set(Object.values(stagesOfKind).flat())].sort();
