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

/** How the run of a case is started, by a person's command as well as from facts. */
export const caseStarts = {
  purchase: (order: Omit<PurchaseInput, 'policy'>, settings: RunSettings): CaseStart =>
    start('purchase', order.purchaseId, {
      workflowName: purchaseWorkflowName,
      workflowId: purchaseWorkflowId(order.purchaseId),
      enterpriseId: order.enterpriseId,
      input: { ...order, policy: settings.policies.purchase } satisfies PurchaseInput,
      workflowTaskTimeoutMs: settings.workflowTaskTimeoutMs,
    }),

  /** A payment is begun by the run of its case; this starts its run again, or wakes it. */
  payment: (payment: Omit<PaymentInput, 'policy'>, settings: RunSettings<'payment'>): CaseStart =>
    start('payment', payment.paymentId, {
      workflowName: paymentWorkflowName,
      workflowId: paymentWorkflowId(payment.paymentId),
      enterpriseId: payment.enterpriseId,
      input: { ...payment, policy: settings.policies.payment } satisfies PaymentInput,
      workflowTaskTimeoutMs: settings.workflowTaskTimeoutMs,
    }),

  commodityAdd: (commodity: Omit<CommodityAddInput, 'policy'>, settings: RunSettings): CaseStart =>
    start('commodity_add', commodity.commodityId, {
      workflowName: commodityAddWorkflowName,
      workflowId: commodityAddWorkflowId(commodity.commodityId),
      enterpriseId: commodity.enterpriseId,
      input: { ...commodity, policy: settings.policies.commodityAdd } satisfies CommodityAddInput,
      workflowTaskTimeoutMs: settings.workflowTaskTimeoutMs,
    }),

  stockAllocation: (allocation: Omit<StockAllocationInput, 'policy'>, settings: RunSettings): CaseStart =>
    start('stock_allocation', allocation.allocationId, {
      workflowName: stockAllocationWorkflowName,
      workflowId: stockAllocationWorkflowId(allocation.allocationId),
      enterpriseId: allocation.enterpriseId,
      input: { ...allocation, policy: settings.policies.stockAllocation } satisfies StockAllocationInput,
      workflowTaskTimeoutMs: settings.workflowTaskTimeoutMs,
    }),

  sellerOnboarding: (onboarding: Omit<SellerOnboardingInput, 'policy'>, settings: RunSettings): CaseStart =>
    start('seller_onboarding', onboarding.onboardingId, {
      workflowName: sellerOnboardingWorkflowName,
      workflowId: sellerOnboardingWorkflowId(onboarding.onboardingId),
      enterpriseId: null,
      input: { ...onboarding, policy: settings.policies.sellerOnboarding } satisfies SellerOnboardingInput,
      workflowTaskTimeoutMs: settings.workflowTaskTimeoutMs,
    }),

  /** A period is begun by the run of the onboarding, or of the period before; this starts its run again. */
  certificationFee: (fee: Omit<FeeInput, 'policy'>, settings: RunSettings<'certificationFee'>): CaseStart =>
    start('certification_fee', fee.feeId, {
      workflowName: certificationFeeWorkflowName,
      workflowId: certificationFeeWorkflowId(fee.feeId),
      enterpriseId: null,
      input: { ...fee, policy: settings.policies.certificationFee } satisfies FeeInput,
      workflowTaskTimeoutMs: settings.workflowTaskTimeoutMs,
    }),

  /** A review is begun by the run of its case; this starts its run again. */
  review: (review: Omit<ReviewInput, 'policy'>, settings: RunSettings): CaseStart =>
    start('review', review.reviewId, {
      workflowName: reviewWorkflowName,
      workflowId: reviewWorkflowId(review.submissionId),
      enterpriseId: null,
      input: { ...review, policy: settings.policies.review } satisfies ReviewInput,
      workflowTaskTimeoutMs: settings.workflowTaskTimeoutMs,
    }),

  /** Its id is the seller's and the channel's: a run that was refused may have had it before. */
  merchantId: (
    application: Omit<MerchantIdInput, 'policy'>,
    subjectId: string,
    settings: RunSettings<'merchantId'>,
  ): CaseStart =>
    start('merchant_id', subjectId, {
      workflowName: merchantIdWorkflowName,
      workflowId: merchantIdWorkflowId(application),
      enterpriseId: null,
      input: { ...application, policy: settings.policies.merchantId } satisfies MerchantIdInput,
      workflowTaskTimeoutMs: settings.workflowTaskTimeoutMs,
      startsAgain: true,
    }),
} as const;

function start(kind: ProcessKind, subjectId: string, rest: Omit<CaseStart, 'kind' | 'subjectId'>): CaseStart {
  return { kind, subjectId, ...rest };
}
