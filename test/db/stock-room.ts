import { addMall } from '../../db/mall/repository';
import { newId } from '../../db/new-id';
import {
  confirmAllocation,
  giveUpAllocation,
  proposeAllocation,
  type AllocationSnapshot,
} from '../../db/stock/allocation-repository';
import { subStockById, type SubStockRow } from '../../db/stock/sub-stock-queries';
import type { SubStockDeed } from '../../db/stock/sub-stock-repository';
import { firstRow, type Trx } from '../../db/connection';
import type { AllocationTerms } from '../../domain/stock/allocation-terms';
import { stockAllocationWorkflowId } from '../../workflows/stock-allocation/contract';
import { commodityRow, termsOf, type CommodityOptions } from '../support/allocations';
import { furnish, type Furnished } from './furnished';

export type AllocationAct = 'confirm' | 'cancel' | 'expire';

interface ProposeOptions extends Partial<AllocationTerms> {
  readonly id?: string;
  readonly commandId?: string;
  readonly enterpriseId?: string;
}

/** A furnished enterprise with a mall, and what is done to stock, each in its own transaction. */
export interface StockRoom extends Furnished {
  readonly mallId: string;
  commodity(options?: CommodityOptions): Promise<string>;
  propose(commodityId: string, options?: ProposeOptions): Promise<string>;
  act(allocationId: string, name: AllocationAct, commandId?: string | null): Promise<AllocationSnapshot>;
  /** Proposed and confirmed. */
  allocate(commodityId: string, terms?: Partial<AllocationTerms>): Promise<string>;
  /** One deed upon a sub-stock of the enterprise. */
  upon(subStockId: string, work: (trx: Trx, deed: SubStockDeed) => Promise<void>): Promise<void>;
  subStock(subStockId: string): Promise<SubStockRow>;
}

export async function furnishStock(): Promise<StockRoom> {
  const base = await furnish();
  const { enterpriseId, managerId, inTrx } = base;
  const mallId = await inTrx((trx) => addMall(trx, { enterpriseId, name: '星河积分商城', limit: 3 }));
  const by = { actor: managerId, requestId: 'request-1' };
  const propose: StockRoom['propose'] = async (commodityId, options = {}) => {
    const { id = newId('allocation'), commandId = null, enterpriseId: of = enterpriseId, ...terms } = options;
    await inTrx((trx) =>
      proposeAllocation(trx, {
        allocationId: id,
        workflowId: stockAllocationWorkflowId(id),
        enterpriseId: of,
        terms: termsOf(commodityId, mallId, terms),
        confirmWithinMs: 60_000,
        commandId,
        by,
      }),
    );
    return id;
  };
  const act: StockRoom['act'] = (allocationId, name, commandId = null) => {
    const deed = { allocationId, commandId, by };
    return inTrx((trx) =>
      name === 'confirm' ? confirmAllocation(trx, deed) : giveUpAllocation(trx, { ...deed, act: name }),
    );
  };
  return {
    ...base,
    mallId,
    commodity: (options = {}) => commodityRow(base.owner, options, { enterpriseId, accountId: managerId }),
    propose,
    act,
    allocate: async (commodityId, terms = {}) => {
      const id = await propose(commodityId, terms);
      await act(id, 'confirm');
      const sql = 'select sub_stock_id as "subStockId" from stock_allocations where id = :id';
      return (await firstRow<{ subStockId: string }>(base.db, sql, { id }))?.subStockId ?? '';
    },
    upon: (subStockId, work) => inTrx((trx) => work(trx, { subStockId, enterpriseId, by })),
    subStock: async (subStockId) => {
      const row = await subStockById(base.db, enterpriseId, subStockId);
      if (row === undefined) throw new Error(`no sub-stock ${subStockId}`);
      return row;
    },
  };
}
