import type { CommodityCategory, CommodityPurpose, CommoditySource, CommodityState } from '../../domain/stock/states';
import type { FirstStep } from '../../domain/stock/steps';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

export interface CommodityRow {
  readonly id: string;
  readonly state: CommodityState;
  readonly source: CommoditySource;
  readonly purpose: CommodityPurpose;
  readonly category: CommodityCategory;
  readonly name: string;
  readonly priceFen: number;
  readonly redemptionNote: string;
  /** These three of own commodities alone. */
  readonly awardTemplateId: string | null;
  readonly coverImageId: string | null;
  readonly detailImageId: string | null;
  readonly platforms: readonly string[];
  readonly tags: readonly string[];
  readonly remark: string | null;
  readonly draftExpiresAt: Date | null;
  readonly expiresAt: Date | null;
  readonly purchaseId: string | null;
  readonly total: number;
  readonly allocated: number;
  readonly held: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * Where a commodity stands now: past its time it is expired, also before the clock has written it down. Every read and
 * every gate asks this, never the bare column.
 */
// rule: expired-by-the-clock
export const stateNow = `case when state in ('online', 'offline') and expires_at <= now() then 'expired' else state end`;

const columns = `
  id, ${stateNow} as state, source, purpose, category, name, price_fen as "priceFen",
  redemption_note as "redemptionNote", award_template_id as "awardTemplateId", cover_image_id as "coverImageId",
  detail_image_id as "detailImageId", platforms, tags, remark, draft_expires_at as "draftExpiresAt",
  expires_at as "expiresAt", purchase_id as "purchaseId", total, allocated, held,
  created_at as "createdAt", updated_at as "updatedAt"`;

export interface CommodityFilter {
  readonly state: CommodityState | null;
  readonly source: CommoditySource | null;
  readonly category: CommodityCategory | null;
  readonly q: string | null;
}

export async function listCommodities(
  db: Queryable,
  enterpriseId: string,
  filter: CommodityFilter,
  request: PageRequest,
): Promise<Page<CommodityRow>> {
  // rule: own-stock-in-lists
  const found = await rows<CommodityRow>(
    db,
    `select ${columns} from commodities
      where enterprise_id = :enterpriseId and ${stands(filter.state)}
        and (:source::text is null or source = :source) and (:category::text is null or category = :category)
        and (:q::text is null or strpos(lower(name), lower(:q)) > 0)
        and (:after::text is null or id < :after)
      order by id desc limit :limit + 1`,
    { enterpriseId, ...filter, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

/** {@link stateNow} as conditions on the column, which the index by state can serve. */
function stands(state: CommodityState | null): string {
  if (state === null) return 'true';
  if (state === 'expired') return `(state = 'expired' or (state in ('online', 'offline') and expires_at <= now()))`;
  // rule: lists-know-the-clock
  return 'state = :state and (expires_at is null or expires_at > now())';
}

export async function commodityById(
  db: Queryable,
  enterpriseId: string,
  id: string,
): Promise<CommodityRow | undefined> {
  // rule: own-stock-alone
  return firstRow<CommodityRow>(
    db,
    `select ${columns} from commodities where id = :id and enterprise_id = :enterpriseId`,
    { id, enterpriseId },
  );
}

export interface DeedRow {
  readonly at: Date;
  readonly actor: string;
  readonly actorName: string | null;
  /** Without the prefix `commodity.`. */
  readonly act: string;
}

/** What was done to a commodity beside its case, oldest first; from the audit log. */
export async function commodityDeeds(db: Queryable, commodityId: string): Promise<DeedRow[]> {
  return rows<DeedRow>(
    db,
    `select l.at, l.actor, a.display_name as "actorName", substr(l.action, 11) as act
       from audit_log l left join accounts a on a.id = l.actor
      where l.subject_id = :commodityId and l.action like 'commodity.%' order by l.id`,
    { commodityId },
  );
}

/** What the run of an own commodity is started from again; undefined for purchased stock, which no run brought in. */
export interface CommodityOrigin {
  readonly commodityId: string;
  readonly enterpriseId: string;
  readonly addedBy: string;
  readonly firstStep: FirstStep;
}

export async function commodityOrigin(db: Queryable, commodityId: string): Promise<CommodityOrigin | undefined> {
  return firstRow<CommodityOrigin>(
    db,
    `select id as "commodityId", enterprise_id as "enterpriseId", added_by as "addedBy",
            jsonb_build_object('purpose', purpose, 'name', name, 'category', category,
              'awardTemplateId', award_template_id, 'priceFen', price_fen, 'redemptionNote', redemption_note,
              'coverImageId', cover_image_id, 'detailImageId', detail_image_id) as "firstStep"
       from commodities where id = :commodityId and source = 'own'`,
    { commodityId },
  );
}
