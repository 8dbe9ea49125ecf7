import { randomUUID } from 'node:crypto';
import { payFromBalance, placePurchase } from '../../db/purchase/repository';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import { newId } from '../../db/new-id';
import { eventually } from './eventually';
import type { Body, HttpClient, Reply } from './http-client';
import type { Installation } from './installation';
import { demoTenants, type Tenant } from './sub-stock-rows';

/** Demo benefits by price: what a purchase of one costs. */
export const coupon = { id: 'ben_01demo00000000000000000001', priceFen: 350 } as const;
export const rightsPack = { id: 'ben_01demo00000000000000000005', priceFen: 9_900, days: 180 } as const;

/** Places an order; where the answer is slow the same key is asked again, as a client would. */
export async function place(manager: HttpClient, quantity = 1, benefitId: string = coupon.id): Promise<Body> {
  const key = randomUUID();
  return finished(() => manager.post('/v1/purchases', { benefitId, quantity }, { key }));
}

export function pay(manager: HttpClient, id: string, key: string = randomUUID()): Promise<Reply> {
  return manager.post(`/v1/purchases/${id}/pay`, { method: 'balance' }, { key });
}

/** The answer does not say yet what becomes of the command: the same key tells later. */
export function isUnderWay({ status, body }: Reply): boolean {
  return status === 202 || ['TRY_AGAIN', 'IDEMPOTENCY_IN_FLIGHT'].includes(body.code as string);
}

/** Repeats a call until its answer says what has become of it: `send` keeps its key. */
export function outcomeOf(send: () => Promise<Reply>): Promise<Reply> {
  return eventually(send, (reply) => !isUnderWay(reply));
}

/** What a call has come to; throws where it was refused. */
export async function finished(send: () => Promise<Reply>): Promise<Body> {
  const { status, body } = await outcomeOf(send);
  if (status >= 300) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** The rows of a purchase without any run, of the first demo enterprise unless said otherwise: for reads and refusals. */
export async function purchaseRows(
  mallflow: Installation,
  options: { readonly paid?: boolean; readonly quantity?: number; readonly of?: Tenant } = {},
): Promise<{ readonly id: string; readonly commodityId: string | null }> {
  const purchaseId = newId('purchase');
  const { enterpriseId, accountId } = options.of ?? demoTenants[0];
  const by = { actor: accountId, requestId: null };
  return mallflow.database.db.transaction(async (trx) => {
    await placePurchase(trx, {
      purchaseId,
      workflowId: purchaseWorkflowId(purchaseId),
      enterpriseId,
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
