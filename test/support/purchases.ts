import { payFromBalance, placePurchase } from '../../db/purchase/repository';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import { newId } from '../../db/new-id';
import type { Body, HttpClient } from './http-client';
import type { Installation } from './installation';

/** Demo benefits by price: what a purchase of one costs. */
export const coupon = { id: 'ben_01demo00000000000000000001', priceFen: 350 } as const;
export const rightsPack = { id: 'ben_01demo00000000000000000005', priceFen: 9_900, days: 180 } as const;

export async function place(manager: HttpClient, quantity = 1, benefitId: string = coupon.id): Promise<Body> {
  const reply = await manager.post('/v1/purchases', { benefitId, quantity });
  if (reply.status !== 201) throw new Error(`placing a purchase answered ${reply.status}`);
  return reply.body;
}

export function pay(manager: HttpClient, id: string, key?: string) {
  return manager.post(`/v1/purchases/${id}/pay`, { method: 'balance' }, key === undefined ? {} : { key });
}

/** The rows of a purchase of the first demo enterprise without any run: enough for reads and refusals. */
export async function purchaseRows(
  mallflow: Installation,
  options: { readonly paid?: boolean; readonly quantity?: number } = {},
): Promise<{ readonly id: string; readonly commodityId: string | null }> {
  const purchaseId = newId('purchase');
  const by = { actor: 'acc_01demo00000000000000000001', requestId: null };
  return mallflow.database.db.transaction(async (trx) => {
    await placePurchase(trx, {
      purchaseId,
      workflowId: purchaseWorkflowId(purchaseId),
      enterpriseId: 'ent_01demo00000000000000000001',
      benefitId: coupon.id,
      quantity: options.quantity ?? 1,
      payWithinMs: 600_000,
      by,
    });
    if (options.paid === true) await payFromBalance(trx, { purchaseId, commandId: null, by, detailOpenForMs: 600_000 });
    const found = await trx<{ id: string; purchase_id: string }>('commodities').where({ purchase_id: purchaseId });
    return { id: purchaseId, commodityId: found[0]?.id ?? null };
  });
}
