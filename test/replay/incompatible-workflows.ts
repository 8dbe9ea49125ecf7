import { sleep } from '@temporalio/workflow';
import { certificationFee as keptCertificationFee } from '../../workflows/certification-fee/workflow';
import { commodityAdd as keptCommodityAdd } from '../../workflows/commodity-add/workflow';
import { merchantId as keptMerchantId } from '../../workflows/merchant-id/workflow';
import { payment as keptPayment } from '../../workflows/payment/workflow';
import { purchase as keptPurchase } from '../../workflows/purchase/workflow';
import { reconciliation as keptReconciliation } from '../../workflows/reconciliation/workflow';
import { review as keptReview } from '../../workflows/review/workflow';
import { sellerOnboarding as keptSellerOnboarding } from '../../workflows/seller-onboarding/workflow';
import { stockAllocation as keptStockAllocation } from '../../workflows/stock-allocation/workflow';

/** What nobody may deploy while cases are open: a step more at the beginning, and no `patched()`. */
const withStepMore =
  <I>(kept: (input: I) => Promise<unknown>) =>
  async (input: I): Promise<unknown> => {
    await sleep(1_000);
    return kept(input);
  };

export const purchase = withStepMore(keptPurchase);
export const payment = withStepMore(keptPayment);
export const reconciliation = withStepMore(keptReconciliation);
export const commodityAdd = withStepMore(keptCommodityAdd);
export const stockAllocation = withStepMore(keptStockAllocation);
export const sellerOnboarding = withStepMore(keptSellerOnboarding);
export const certificationFee = withStepMore(keptCertificationFee);
export const merchantId = withStepMore(keptMerchantId);
export const review = withStepMore(keptReview);
