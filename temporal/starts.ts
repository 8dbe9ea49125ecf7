import type { ProcessKind } from '../domain/case/states';
import {
  certificationFeeWorkflowId,
  certificationFeeWorkflowName,
  type FeeInput,
  type FeePolicy,
} from '../workflows/certification-fee/contract';
import {
  commodityAddWorkflowId,
  commodityAddWorkflowName,
  type CommodityAddInput,
  type CommodityAddPolicy,
} from '../workflows/commodity-add/contract';
import {
  merchantIdWorkflowId,
  merchantIdWorkflowName,
  type MerchantIdInput,
  type MerchantIdPolicy,
} from '../workflows/merchant-id/contract';
import {
  paymentWorkflowId,
  paymentWorkflowName,
  type PaymentInput,
  type PaymentPolicy,
} from '../workflows/payment/contract';
import {
  purchaseWorkflowId,
  purchaseWorkflowName,
  type PurchaseInput,
  type PurchasePolicy,
} from '../workflows/purchase/contract';
import {
  stockAllocationWorkflowId,
  stockAllocationWorkflowName,
  type StockAllocationInput,
  type StockAllocationPolicy,
} from '../workflows/stock-allocation/contract';
import {
  reviewWorkflowId,
  reviewWorkflowName,
  type ReviewInput,
  type ReviewPolicy,
} from '../workflows/review/contract';
import {
  sellerOnboardingWorkflowId,
  sellerOnboardingWorkflowName,
  type OnboardingPolicy,
  type SellerOnboardingInput,
} from '../workflows/seller-onboarding/contract';
import type { CaseStart } from './gateway';

/** What a new run of each kind is given to live by. */
export interface CasePolicies {
  readonly purchase: PurchasePolicy;
  readonly payment: PaymentPolicy;
  readonly commodityAdd: CommodityAddPolicy;
  readonly stockAllocation: StockAllocationPolicy;
  readonly review: ReviewPolicy;
  readonly certificationFee: FeePolicy;
  readonly merchantId: MerchantIdPolicy;
  readonly sellerOnboarding: OnboardingPolicy;
}

/** `K`: the kinds whose runs are started by it. */
export interface RunSettings<K extends keyof CasePolicies = keyof CasePolicies> {
  readonly policies: Pick<CasePolicies, K>;
  readonly workflowTaskTimeoutMs: number;
}

/** What a run of one kind is, told from what it starts from. */
interface RunKind<K extends keyof CasePolicies, I> {
  readonly kind: ProcessKind;
  readonly policy: K;
  readonly workflowName: string;
  readonly workflowId: (input: Omit<I, 'policy'>) => string;
  readonly subjectId: (input: Omit<I, 'policy'>) => string;
  /** Of the points mall; sellers are no enterprise's. */
  readonly enterpriseId?: (input: Omit<I, 'policy'>) => string | null;
  /** Its id is no single subject's: a run that was refused may have had it before. */
  readonly startsAgain?: true;
}

function startOf<K extends keyof CasePolicies, I extends { readonly policy: CasePolicies[K] }>(run: RunKind<K, I>) {
  return (input: Omit<I, 'policy'>, settings: RunSettings<K>): CaseStart => ({
    kind: run.kind,
    subjectId: run.subjectId(input),
    workflowName: run.workflowName,
    workflowId: run.workflowId(input),
    enterpriseId: run.enterpriseId?.(input) ?? null,
    input: { ...input, policy: settings.policies[run.policy] },
    workflowTaskTimeoutMs: settings.workflowTaskTimeoutMs,
    ...(run.startsAgain === true ? { startsAgain: true } : {}),
  });
}

/**
 * How the run of a case is started, by a person's command as well as from facts. Payments, fee periods and reviews are
 * begun by the runs of other cases; for them this is how a run that was lost is started again.
 */
export const caseStarts = {
  purchase: startOf<'purchase', PurchaseInput>({
    kind: 'purchase',
    policy: 'purchase',
    workflowName: purchaseWorkflowName,
    workflowId: ({ purchaseId }) => purchaseWorkflowId(purchaseId),
    subjectId: ({ purchaseId }) => purchaseId,
    enterpriseId: ({ enterpriseId }) => enterpriseId,
  }),
  payment: startOf<'payment', PaymentInput>({
    kind: 'payment',
    policy: 'payment',
    workflowName: paymentWorkflowName,
    workflowId: ({ paymentId }) => paymentWorkflowId(paymentId),
    subjectId: ({ paymentId }) => paymentId,
    enterpriseId: ({ enterpriseId }) => enterpriseId,
  }),
  commodityAdd: startOf<'commodityAdd', CommodityAddInput>({
    kind: 'commodity_add',
    policy: 'commodityAdd',
    workflowName: commodityAddWorkflowName,
    workflowId: ({ commodityId }) => commodityAddWorkflowId(commodityId),
    subjectId: ({ commodityId }) => commodityId,
    enterpriseId: ({ enterpriseId }) => enterpriseId,
  }),
  stockAllocation: startOf<'stockAllocation', StockAllocationInput>({
    kind: 'stock_allocation',
    policy: 'stockAllocation',
    workflowName: stockAllocationWorkflowName,
    workflowId: ({ allocationId }) => stockAllocationWorkflowId(allocationId),
    subjectId: ({ allocationId }) => allocationId,
    enterpriseId: ({ enterpriseId }) => enterpriseId,
  }),
  sellerOnboarding: startOf<'sellerOnboarding', SellerOnboardingInput>({
    kind: 'seller_onboarding',
    policy: 'sellerOnboarding',
    workflowName: sellerOnboardingWorkflowName,
    workflowId: ({ onboardingId }) => sellerOnboardingWorkflowId(onboardingId),
    subjectId: ({ onboardingId }) => onboardingId,
  }),
  certificationFee: startOf<'certificationFee', FeeInput>({
    kind: 'certification_fee',
    policy: 'certificationFee',
    workflowName: certificationFeeWorkflowName,
    workflowId: ({ feeId }) => certificationFeeWorkflowId(feeId),
    subjectId: ({ feeId }) => feeId,
  }),
  review: startOf<'review', ReviewInput>({
    kind: 'review',
    policy: 'review',
    workflowName: reviewWorkflowName,
    workflowId: ({ submissionId }) => reviewWorkflowId(submissionId),
    subjectId: ({ reviewId }) => reviewId,
  }),
  /** Both merchant IDs of a seller have a run each; people look for them by the seller. */
  merchantId: startOf<'merchantId', MerchantIdInput>({
    kind: 'merchant_id',
    policy: 'merchantId',
    workflowName: merchantIdWorkflowName,
    workflowId: merchantIdWorkflowId,
    subjectId: ({ sellerId }) => sellerId,
    startsAgain: true,
  }),
} as const;

/** The workflows that are the run of a case. */
export const caseWorkflowNames: ReadonlySet<string> = new Set([
  purchaseWorkflowName,
  paymentWorkflowName,
  commodityAddWorkflowName,
  stockAllocationWorkflowName,
  sellerOnboardingWorkflowName,
  certificationFeeWorkflowName,
  reviewWorkflowName,
  merchantIdWorkflowName,
]);
