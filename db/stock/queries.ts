import type { CommodityCategory, CommoditySource, CommodityState } from '../../domain/stock/states';
import type { FirstStep } from '../../domain/stock/steps';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

export interface CommodityRow {
  readonly id: string;
  readonly state: CommodityState;
  readonly source: CommoditySource;
  readonly category: CommodityCategory;
  readonly name: string;
  readonly priceFen: number;
  readonly redemptionNote: string;
  readonly expiresAt: Date | null;
  readonly purchaseId: string | null;
  readonly total: number;
  readonly allocated: number;
  readonly held: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `
  id, state, source, category, name, price_fen as "priceFen", redemption_note as "redemptionNote",
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
      where enterprise_id = :enterpriseId and (:state::text is null or state = :state)
        and (:source::text is null or source = :source) and (:category::text is null or category = :category)
        and (:q::text is null or strpos(lower(name), lower(:q)) > 0)
        and (:after::text is null or id < :after)
      order by id desc limit :limit + 1`,
    { enterpriseId, ...filter, ...request },
  );
  return pageOf(found, request, (row) => row.id);
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
