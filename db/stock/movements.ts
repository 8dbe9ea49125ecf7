import { run, type Trx } from '../connection';
import type { By } from '../case/record-transition';

/**
 * One change of a stock number, written once. Of a commodity, `added` and `increased` sum to its total and everything
 * that names a sub-stock sums to what is allocated; of a sub-stock, its movements sum to what it was given.
 */
export interface Movement {
  readonly commodityId: string;
  /** Null when the enterprise's total changes. */
  readonly subStockId: string | null;
  readonly kind: 'added' | 'increased' | 'allocated' | 'restocked' | 'returned' | 'deleted';
  /** Signed, never 0: negative for what goes back to the enterprise. */
  readonly quantity: number;
  readonly by: By;
}

export async function recordMovement(trx: Trx, movement: Movement): Promise<void> {
  await run(
    trx,
    `insert into stock_movements (commodity_id, sub_stock_id, kind, quantity, actor, request_id)
     values (:commodityId, :subStockId, :kind, :quantity, :actor, :requestId)`,
    {
      commodityId: movement.commodityId,
      subStockId: movement.subStockId,
      kind: movement.kind,
      quantity: movement.quantity,
      actor: movement.by.actor,
      requestId: movement.by.requestId,
    },
  );
}
