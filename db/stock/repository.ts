import { firstRow, type Trx } from '../connection';
import type { By } from '../case/record-transition';
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
