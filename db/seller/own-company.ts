import { firstRow, type Queryable } from '../connection';

/** The seller is the account's own, or another one of the same company. */
export async function isOwnSeller(db: Queryable, sellerId: string, accountId: string): Promise<boolean> {
  const own = await firstRow(
    db,
    `select 1 from sellers owner join sellers s on s.id = owner.id or s.subject_code = owner.subject_code
      where owner.id = :sellerId and s.account_id = :accountId`,
    { sellerId, accountId },
  );
  return own !== undefined;
}
