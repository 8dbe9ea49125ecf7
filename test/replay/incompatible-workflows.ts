import { sleep } from '@temporalio/workflow';
import { commodityAdd as keptCommodityAdd } from '../../workflows/commodity-add/workflow';
import { payment as keptPayment } from '../../workflows/payment/workflow';
import { purchase as keptPurchase } from '../../workflows/purchase/workflow';
import { reconciliation as keptReconciliation } from '../../workflows/reconciliation/workflow';
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
