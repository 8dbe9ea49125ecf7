import type { MarketFacts } from '../../domain/seller/market-facts';
import { firstRow, type Queryable } from '../connection';
import { expectedAtOf } from '../review/expected';

interface FactsRow {
  readonly listedNow: number;
  readonly newest: (Omit<Newest, 'since' | 'expectedAt'> & { since: string; submissionId: string | null }) | null;
}

type Newest = NonNullable<MarketFacts['products']['newest']>;

/** How far a seller's products have come, for the one answer that says what is missing. */
export async function productFactsOf(db: Queryable, sellerId: string): Promise<MarketFacts['products']> {
  const row = await firstRow<FactsRow>(
    db,
    `select (select count(*) from products where seller_id = :sellerId and state = 'listed') as "listedNow",
            (select jsonb_build_object('id', p.id, 'state', p.state, 'errors', p.draft_errors,
                      'since', case when p.published_revision_id is null then p.draft_since else p.state_since end,
                      'submissionId', p.submission_id)
               from products p
              where p.seller_id = :sellerId order by p.id desc limit 1) as newest`,
    { sellerId },
  );
  const { listedNow = 0, newest = null } = row ?? {};
  if (newest === null) return { listedNow, newest };
  const { since, submissionId, ...rest } = newest;
  const expectedAt = submissionId === null ? null : await expectedAtOf(db, submissionId);
  return { listedNow, newest: { ...rest, since: new Date(since), expectedAt } };
}
