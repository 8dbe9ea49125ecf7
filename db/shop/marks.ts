import type { Vault } from '../../domain/ports/vault';
import { normalisedPhone } from '../../domain/seller/identifiers';
import { firstRow, type Queryable } from '../connection';
import { recordMarks } from '../review/marks';

/** Remembers the phone of a shop that is handed in: two shops with one phone may be one seller's. */
export async function rememberShopPhone(
  db: Queryable,
  vault: Vault,
  { sellerId, source }: { readonly sellerId: string; readonly source: string },
): Promise<void> {
  const shop = await firstRow<{ phone: string | null }>(
    db,
    `select draft -> 'service' ->> 'phone' as phone from shops where seller_id = :sellerId`,
    { sellerId },
  );
  if (shop?.phone == null) return;
  await recordMarks(db, vault, { sellerId, source, marks: [{ kind: 'phone', value: normalisedPhone(shop.phone) }] });
}
