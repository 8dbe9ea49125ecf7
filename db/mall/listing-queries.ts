import type { Exchange } from '../../domain/mall/exchange';
import type { ListingState } from '../../domain/mall/listing-states';
import { ledgerAccountId } from '../../domain/ledger/accounts';
import type { RedemptionFacts } from '../../domain/mall/redeemable';
import type { CommodityCategory, CommoditySource } from '../../domain/stock/states';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';
import { takeDownColumns, type TakenDown } from '../market/take-downs';
import { eachMall } from './each-mall';

export interface ListingRow extends TakenDown {
  readonly id: string;
  readonly state: ListingState;
  readonly mallId: string;
  readonly subStockId: string;
  /** Null once a void listing's section was deleted. */
  readonly sectionId: string | null;
  readonly name: string;
  readonly category: CommodityCategory;
  readonly exchange: Exchange;
  readonly strikePriceFen: number | null;
  readonly saleFrom: Date | null;
  readonly saleUntil: Date | null;
  readonly rules: string | null;
  readonly description: string | null;
  readonly arrivalDays: number | null;
  /** Its sub-stock is online, and neither that nor its commodity has expired. */
  readonly mayBeShown: boolean;
  /** Names of the images the commodity was added with (商品封面图, 详情页大图); purchased stock has none. */
  readonly coverName: string | null;
  readonly detailName: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `
  l.id, l.state, l.mall_id as "mallId", l.sub_stock_id as "subStockId", l.section_id as "sectionId", l.name, c.category,
  jsonb_strip_nulls(jsonb_build_object('kind', l.exchange_kind, 'pointsPrice', l.points_price,
                                       'cashFen', l.cash_fen)) as exchange,
  l.strike_price_fen as "strikePriceFen", l.sale_from as "saleFrom", l.sale_until as "saleUntil", l.rules,
  l.description, l.arrival_days as "arrivalDays",
  s.state = 'online' and coalesce(s.valid_until > now(), true) and coalesce(c.expires_at > now(), true)
    as "mayBeShown",
  (select name from images where id = c.cover_image_id) as "coverName",
  (select name from images where id = c.detail_image_id) as "detailName", l.created_at as "createdAt",
  l.updated_at as "updatedAt", ${takeDownColumns('l')}`;

const tables = `
  listings l join sub_stocks s on s.id = l.sub_stock_id join commodities c on c.id = s.commodity_id`;

/** A listing of the caller's own enterprise; another's is not there. */
export async function listingById(db: Queryable, enterpriseId: string, id: string): Promise<ListingRow | undefined> {
  // rule: own-listings-alone
  return firstRow<ListingRow>(
    db,
    `select ${columns} from ${tables} where l.id = :id and l.enterprise_id = :enterpriseId`,
    { id, enterpriseId },
  );
}

/** Anybody's: for operators. */
export async function anyListingById(db: Queryable, id: string): Promise<ListingRow | undefined> {
  return firstRow<ListingRow>(db, `select ${columns} from ${tables} where l.id = :id`, { id });
}

/** Of these malls, void ones too, newest first; see {@link eachMall}. */
export async function listListings(
  db: Queryable,
  mallIds: readonly string[],
  filter: { readonly state: ListingState | null },
  request: PageRequest,
): Promise<Page<ListingRow>> {
  const found = await rows<ListingRow>(
    db,
    `select l.* from ${eachMall} (
        select ${columns} from ${tables}
         where l.mall_id = any (array[mall.id]) and (:state::text is null or l.state = :state)
           and (:after::text is null or l.id < :after)
         order by l.mall_id desc, l.id desc limit :limit + 1
      ) l order by l.id desc limit :limit + 1`,
    { mallIds: [...mallIds], ...filter, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

/** A sub-stock that can be put into its mall (选择商品). */
export interface CandidateRow {
  readonly id: string;
  readonly mallId: string;
  readonly commodityId: string;
  readonly name: string;
  readonly source: CommoditySource;
  readonly category: CommodityCategory;
  readonly priceFen: number;
  readonly redemptionNote: string;
  readonly left: number;
  readonly expiresAt: Date | null;
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface CandidateFilter {
  readonly name: string | null;
  readonly source: CommoditySource | null;
  readonly category: CommodityCategory | null;
}

/**
 * "可以通过资源名称、资源来源和资源分类，来选择所需商品" (guide A, 步骤3). Only what could be brought online: sub-stock that is
 * online and has not expired, of goods that may be listed.
 */
export async function listCandidates(
  db: Queryable,
  mallIds: readonly string[],
  filter: CandidateFilter,
  request: PageRequest,
): Promise<Page<CandidateRow>> {
  // rule: candidates-are-online, candidates-are-listable, candidates-have-not-expired
  const found = await rows<CandidateRow>(
    db,
    `select s.* from ${eachMall} (
        select s.id, s.mall_id as "mallId", s.commodity_id as "commodityId", c.name, c.source, c.category,
               c.price_fen as "priceFen", c.redemption_note as "redemptionNote",
               s.allocated - s.held - s.consumed as left, c.expires_at as "expiresAt", s.valid_from as "validFrom",
               s.valid_until as "validUntil", s.created_at as "createdAt", s.updated_at as "updatedAt"
          from sub_stocks s join commodities c on c.id = s.commodity_id
         where s.mall_id = any (array[mall.id]) and s.state = 'online' and c.purpose = 'points_operation'
           and coalesce(s.valid_until > now(), true) and coalesce(c.expires_at > now(), true)
           and (:name::text is null or strpos(lower(c.name), lower(:name)) > 0)
           and (:source::text is null or c.source = :source) and (:category::text is null or c.category = :category)
           and (:after::text is null or s.id < :after)
         order by s.mall_id desc, s.id desc limit :limit + 1
      ) s order by s.id desc limit :limit + 1`,
    { mallIds: [...mallIds], ...filter, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

/** A listing as the shelf shows it, with all that decides whether it can be redeemed. */
export interface ShelfRow extends ListingRow {
  readonly redemptionNote: string;
  readonly at: Date;
  readonly left: number;
  readonly subStockState: RedemptionFacts['subStock']['state'];
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly commodityExpiresAt: Date | null;
  readonly availablePoints: number | null;
}

/**
 * What stands on the shelf of a mall, newest first: one statement, along the index of online listings (see
 * {@link eachMall}). `memberId` is whose points count, null for none.
 */
export async function shelfOf(
  db: Queryable,
  shelf: { readonly mallId: string; readonly sectionId: string | null; readonly memberId: string | null },
  request: PageRequest,
): Promise<Page<ShelfRow>> {
  const { mallId, sectionId, memberId } = shelf;
  // rule: shelf-shows-online-listings, shelf-of-one-mall
  const found = await rows<ShelfRow>(
    db,
    `select ${columns}, c.redemption_note as "redemptionNote", now() as at,
            s.allocated - s.held - s.consumed as left, s.state as "subStockState", s.valid_from as "validFrom",
            s.valid_until as "validUntil", c.expires_at as "commodityExpiresAt",
            (select posted - held from ledger_balances where account_id = :pointsId) as "availablePoints"
       from ${tables}
      where l.mall_id = any (array[:mallId::text]) and l.state = 'online' and (:sectionId::text is null or l.section_id = :sectionId)
        and (:after::text is null or l.id < :after)
      order by l.mall_id desc, l.id desc limit :limit + 1`,
    { mallId, sectionId, pointsId: memberId === null ? null : ledgerAccountId('points', memberId), ...request },
  );
  return pageOf(found, request, (row) => row.id);
}
