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
  /** Names of the two images. */
  readonly coverName: string | null;
  readonly detailName: string | null;
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
  detail_image_id as "detailImageId", (select i.name from images i where i.id = cover_image_id) as "coverName",
  (select i.name from images i where i.id = detail_image_id) as "detailName", platforms, tags, remark, draft_expires_at as "draftExpiresAt",
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
  const found = await rows<CommodityRow>(db, pageSql(filter.state), { enterpriseId, ...filter, ...request });
  return pageOf(found, request, (row) => row.id);
}

/**
 * {@link stateNow} as conditions on the column, which an index serves. Sorted by (enterprise_id, id), though it is one
 * enterprise's: so that it is a walk along such an index, as `eachMall` tells. What is past its time and not yet written
 * down is little, and found by its time.
 */
function pageSql(state: CommodityState | null): string {
  // rule: own-stock-in-lists
  const those = (stand: string) => `
    select ${columns} from commodities
     where enterprise_id = any (array[:enterpriseId::text]) and ${stand}
       and (:source::text is null or source = :source) and (:category::text is null or category = :category)
       and (:q::text is null or strpos(lower(name), lower(:q)) > 0)
       and (:after::text is null or id < :after)`;
  const walk = (stand: string) => `${those(stand)} order by enterprise_id desc, id desc limit :limit + 1`;
  if (state === null) return walk('true');
  // rule: lists-know-the-clock
  if (state !== 'expired') return walk('state = :state and (expires_at is null or expires_at > now())');
  const due = those(`state in ('online', 'offline') and expires_at <= now()`);
  return `select * from ((${walk(`state = 'expired'`)}) union all ${due}) c order by id desc limit :limit + 1`;
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
