import { commodityOffline, notProposable, stockShort } from '../../domain/stock/allocation-refusals';
import type { CommodityState } from '../../domain/stock/states';
import type { By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';
import { newId } from '../new-id';
import { recordMovement } from './movements';

/**
 * Puts what a paid order bought into enterprise stock as one commodity, online (domain.md §5.11). A rights pack starts
 * to run now: its validity becomes the commodity's expiry. The unique key on the order makes it happen once.
 */
export async function stockPurchase(trx: Trx, purchaseId: string, by: By): Promise<string> {
  // rule: validity-starts-with-stocking
  const row = await firstRow<{ id: string; total: number }>(
    trx,
    `insert into commodities (id, enterprise_id, source, state, category, name, price_fen, redemption_note,
                              expires_at, purchase_id, total)
     select :id, p.enterprise_id, 'purchased', 'online', p.benefit ->> 'kind', p.benefit ->> 'name',
            p.unit_price_fen, p.benefit ->> 'exchangeNotes',
            now() + make_interval(secs => (p.benefit #>> '{validity,days}')::integer * 86400), p.id, p.quantity
       from purchases p where p.id = :purchaseId
     returning id, total`,
    { id: newId('commodity'), purchaseId },
  );
  if (row === undefined) throw new Error(`no purchase ${purchaseId} to stock`);
  await recordMovement(trx, { commodityId: row.id, subStockId: null, kind: 'added', quantity: row.total, by });
  return row.id;
}

/*
 * How many pieces are where. All who allocate a commodity meet at its row: in each transaction the allocation's or the
 * sub-stock's row is locked first and the commodity's row last, by one conditional statement. After it comes nothing
 * but the commit (in a command of one transaction also its own kept answer). So nobody waits for anybody in a circle,
 * and the crowd waits for no more than it must.
 */

const unexpired = `(state <> 'expired' and (expires_at is null or expires_at > now()))`;

/** Pieces of one commodity. That no number falls below zero is held by the row itself. */
export interface Pieces {
  readonly commodityId: string;
  /** At least 1. */
  readonly quantity: number;
}

/**
 * 下一步: sets stock of an online commodity aside for a proposal, and writes what was left before and after into the
 * proposal in the same statement.
 *
 * @throws DomainError COMMODITY_OFFLINE `{commodityState}`, STOCK_SHORT `{left}` at /quantity
 */
export async function holdForAllocation(trx: Trx, hold: Pieces & { readonly allocationId: string }): Promise<void> {
  // rule: held-only-while-online, held-only-of-what-is-left, held-only-until-expiry
  const held = await firstRow(
    trx,
    `with held as (
       update commodities set held = held + :quantity::integer, updated_at = now()
        where id = :commodityId and state = 'online' and ${unexpired}
          and total - allocated - held >= :quantity::integer
       returning total - allocated - held as left_after
     )
     update stock_allocations set left_before = left_after_hold + quantity, left_after = left_after_hold
       from (select left_after as left_after_hold from held) as of_commodity
      where id = :allocationId returning id`,
    { ...hold },
  );
  if (held === undefined) throw await notAllocatable(trx, hold.commodityId, ['online']);
}

/**
 * 确认分配: what was held is allocated. The commodity may be offline by now, which blocks new allocations only; once it
 * is expired nothing more is made of it.
 *
 * @throws DomainError COMMODITY_OFFLINE `{commodityState: 'expired'}`
 */
export async function allocateHeld(trx: Trx, { commodityId, quantity }: Pieces): Promise<void> {
  // rule: allocated-only-until-expiry
  const allocated = await firstRow(
    trx,
    `update commodities set held = held - :quantity, allocated = allocated + :quantity, updated_at = now()
      where id = :commodityId and ${unexpired} returning id`,
    { commodityId, quantity },
  );
  if (allocated === undefined) throw commodityOffline('expired');
}

/** The hold of a proposal that was given up, whatever became of the commodity. */
export async function releaseHold(trx: Trx, { commodityId, quantity }: Pieces): Promise<void> {
  await run(trx, 'update commodities set held = held - :quantity, updated_at = now() where id = :commodityId', {
    commodityId,
    quantity,
  });
}

/**
 * 补货: more of what is left, for a sub-stock that is there already. Offline blocks new allocations only.
 *
 * @throws DomainError COMMODITY_OFFLINE `{commodityState: 'expired'}`, STOCK_SHORT `{left}` at /quantity
 */
export async function allocateMore(trx: Trx, { commodityId, quantity }: Pieces): Promise<void> {
  // rule: restocked-only-of-what-is-left, restocked-only-until-expiry
  const allocated = await firstRow(
    trx,
    `update commodities set allocated = allocated + :quantity::integer, updated_at = now()
      where id = :commodityId and ${unexpired} and total - allocated - held >= :quantity::integer returning id`,
    { commodityId, quantity },
  );
  if (allocated === undefined) throw await notAllocatable(trx, commodityId, ['online', 'offline']);
}

/** 退库, or a sub-stock's end: unused pieces go back to the enterprise, whatever became of the commodity. */
export async function takeBack(trx: Trx, { commodityId, quantity }: Pieces): Promise<void> {
  await run(
    trx,
    'update commodities set allocated = allocated - :quantity, updated_at = now() where id = :commodityId',
    {
      commodityId,
      quantity,
    },
  );
}

/** Why nothing could be taken of a commodity: it stands in none of `states`, or there is not enough of it. */
async function notAllocatable(trx: Trx, commodityId: string, states: readonly CommodityState[]): Promise<Error> {
  const row = await firstRow<{ state: CommodityState; left: number }>(
    trx,
    `select case when ${unexpired} then state else 'expired' end as state, total - allocated - held as left
       from commodities where id = :commodityId`,
    { commodityId },
  );
  if (row === undefined) return new Error(`no commodity ${commodityId}`);
  if (states.includes(row.state)) return stockShort(row.left);
  return states.includes('offline') ? commodityOffline(row.state) : notProposable(row.state);
}
