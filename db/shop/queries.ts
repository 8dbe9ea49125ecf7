import type { DraftState } from '../../domain/market/draft-states';
import type { FieldReason } from '../../domain/seller/field-reason';
import type { MarketFacts } from '../../domain/seller/market-facts';
import type { ShopBody, ShopDraft } from '../../domain/shop/schemas';
import { firstRow, rows, type Queryable } from '../connection';
import { takeDownColumns, type TakenDown } from '../market/take-downs';
import { expectedAtOf } from '../review/expected';

/** A shop as its seller sees it. */
export interface ShopRow extends TakenDown {
  readonly sellerId: string;
  readonly draft: ShopDraft;
  readonly draftVersion: number;
  readonly draftState: DraftState;
  readonly draftSince: Date;
  readonly errors: readonly FieldReason[];
  readonly submissionId: string | null;
  readonly rejectedVersion: number | null;
  readonly published: ShopBody | null;
  readonly publishedNumber: number | null;
  readonly publishedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const selectShop = `
  select s.seller_id as "sellerId", s.draft, s.draft_version as "draftVersion", s.draft_state as "draftState",
         s.draft_since as "draftSince", s.draft_errors as errors, s.submission_id as "submissionId",
         s.rejected_version as "rejectedVersion", r.body as published, r.number as "publishedNumber",
         r.published_at as "publishedAt", s.created_at as "createdAt", s.updated_at as "updatedAt",
         ${takeDownColumns('s')}
    from shops s left join shop_revisions r on r.id = s.published_revision_id
   where s.seller_id = :sellerId`;

/** Undefined before anything was written down. */
export async function shopOf(db: Queryable, sellerId: string): Promise<ShopRow | undefined> {
  return firstRow<ShopRow>(db, selectShop, { sellerId });
}

/** What of the shop was handed in last was taken back, not judged. */
export async function wasTakenBack(db: Queryable, sellerId: string): Promise<boolean> {
  const last = await firstRow<{ outcome: string | null }>(
    db,
    `select outcome from shop_submissions where seller_id = :sellerId and opened_at is not null
      order by id desc limit 1`,
    { sellerId },
  );
  return last?.outcome === 'withdraw';
}

/** For the one answer that says what of the seller's way is missing; null before anything was written down. */
export async function shopFactsOf(db: Queryable, sellerId: string): Promise<MarketFacts['shop']> {
  const shop = await shopOf(db, sellerId);
  if (shop === undefined) return null;
  const published = shop.published !== null && shop.takenDownAt === null;
  return {
    published,
    since: published ? shop.publishedAt : shop.draftSince,
    draft: shop.draftState,
    expectedAt: await expectedDecision(db, shop),
    errors: openErrors(shop),
  };
}

/** When a reviewer is expected to have decided; null while none has it. */
export async function expectedDecision(db: Queryable, { submissionId }: ShopRow): Promise<Date | null> {
  if (submissionId === null) return null;
  return expectedAtOf(db, submissionId);
}

/** What came back and waits for the seller; while it is with a reviewer again it does not. */
export function openErrors({ draftState, errors }: Pick<ShopRow, 'draftState' | 'errors'>): readonly FieldReason[] {
  return draftState === 'in_review' ? [] : errors;
}

/** Of a seller who has written nothing down yet. */
export async function sellerSince(db: Queryable, sellerId: string): Promise<Date> {
  const seller = await firstRow<{ since: Date }>(db, 'select created_at as since from sellers where id = :sellerId', {
    sellerId,
  });
  if (seller === undefined) throw new Error(`no seller ${sellerId}`);
  return seller.since;
}

/** What buyers see of a shop: what was published, and nothing of its draft. */
export interface MarketShopRow {
  readonly sellerId: string;
  readonly body: ShopBody;
  readonly firstPublishedAt: Date;
  readonly publishedAt: Date;
  /** Names in the image store. */
  readonly bannerName: string;
  readonly logoName: string;
}

export async function marketShop(db: Queryable, sellerId: string): Promise<MarketShopRow | undefined> {
  return firstRow<MarketShopRow>(
    db,
    // rule: market-shop-is-what-was-published, taken-down-shop-is-not-shown
    `select s.seller_id as "sellerId", r.body, r.published_at as "publishedAt",
            (select published_at from shop_revisions f where f.seller_id = s.seller_id and f.number = 1)
              as "firstPublishedAt",
            (select name from images where id = r.body ->> 'bannerImageId') as "bannerName",
            (select name from images where id = r.body ->> 'logoImageId') as "logoName"
       from shops s join shop_revisions r on r.id = s.published_revision_id
      where s.seller_id = :sellerId and s.taken_down_at is null`,
    { sellerId },
  );
}

/** What was handed in, as it was. */
export interface ShopSubmissionRow {
  readonly sellerId: string;
  readonly draftVersion: number;
  readonly body: ShopBody;
}

export async function shopSubmission(db: Queryable, id: string): Promise<ShopSubmissionRow> {
  const row = await firstRow<ShopSubmissionRow>(
    db,
    `select seller_id as "sellerId", draft_version as "draftVersion", body from shop_submissions where id = :id`,
    { id },
  );
  if (row === undefined) throw new Error(`no submission ${id}`);
  return row;
}

/** Those of the ids that are no products of this seller's. */
export async function foreignProducts(db: Queryable, sellerId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const own = await rows<{ id: string }>(
    db,
    // rule: own-products-are-shown-as-hot
    'select id from products where seller_id = :sellerId and id = any(:ids::text[])',
    { sellerId, ids },
  );
  const known = new Set(own.map(({ id }) => id));
  return ids.filter((id) => !known.has(id));
}
