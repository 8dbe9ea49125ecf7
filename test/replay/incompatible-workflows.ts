import { sleep } from '@temporalio/workflow';
import { purchase as kept } from '../../workflows/purchase/workflow';
import type { PurchaseInput } from '../../workflows/purchase/contract';

/** What nobody may deploy while purchases are open: a purchase with a step more at its beginning, and no `patched()`. */
export async function purchase(input: PurchaseInput): Promise<unknown> {
  await sleep(1_000);
  return kept(input);
}
