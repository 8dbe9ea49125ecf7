import type { AllocationTerms } from '../../domain/stock/allocation-terms';
import type { SubStockState } from '../../domain/stock/sub-stock-states';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';
import { walkedBy } from './list-walk';
import type { Movement } from './movements';

export interface SubStockRow {
  readonly id: string;
  readonly state: SubStockState;
  readonly commodityId: string;
  readonly mallId: string;
  readonly allocationId: string;
  readonly allocated: number;
  readonly held: number;
  readonly consumed: number;
  readonly dailyLimit: number;
  readonly memberLimits: AllocationTerms['memberLimits'];
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly autoAward: boolean;
  readonly remark: string | null;
  readonly award: AllocationTerms['award'];
  readonly commodityExpired: boolean;
  readonly inUse: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * Held for redemptions, or shown by a listing that is not void: then it cannot be deleted. Looked up row by row: of an
 * `exists` in a page of fifty the planner makes one look at every listing there is.
 */
export const inUse = `(s.held > 0 or
  coalesce((select true from listings l where l.sub_stock_id = s.id and l.state <> 'void' limit 1), false))`;

/** The expiry of the commodity `c`, whose row may not know of it yet. */
export const commodityExpired = `(c.state = 'expired' or coalesce(c.expires_at <= now(), false))`;

export const subStockColumns = `
  s.id, s.state, s.commodity_id as "commodityId", s.mall_id as "mallId", s.allocation_id as "allocationId",
  s.allocated, s.held, s.consumed, s.daily_limit as "dailyLimit", s.member_limits as "memberLimits",
  s.valid_from as "validFrom", s.valid_until as "validUntil", s.auto_award as "autoAward", s.remark, s.award,
  ${commodityExpired} as "commodityExpired", ${inUse} as "inUse",
  s.created_at as "createdAt", s.updated_at as "updatedAt"`;

const source = 'from sub_stocks s join commodities c on c.id = s.commodity_id';

/** A sub-stock of the caller's own enterprise; also a deleted one, which only its deletion still finds. */
export async function subStockEverKnown(
  db: Queryable,
  enterpriseId: string,
  id: string,
): Promise<SubStockRow | undefined> {
  // rule: own-sub-stock-alone
  return firstRow<SubStockRow>(
    db,
    `select ${subStockColumns} ${source} where s.id = :id and s.enterprise_id = :enterpriseId`,
    { id, enterpriseId },
  );
}

export async function subStockById(db: Queryable, enterpriseId: string, id: string): Promise<SubStockRow | undefined> {
  const row = await subStockEverKnown(db, enterpriseId, id);
  // rule: deleted-sub-stock-is-gone
  return row?.state === 'deleted' ? undefined : row;
}

export interface SubStockFilter {
  readonly state: SubStockState | null;
  readonly mallId: string | null;
  readonly commodityId: string | null;
}

export async function listSubStocks(
  db: Queryable,
  enterpriseId: string,
  filter: SubStockFilter,
  request: PageRequest,
): Promise<Page<SubStockRow>> {
  // rule: own-sub-stock-in-lists
  const conditions = ['s.enterprise_id = any (array[:enterpriseId::text])'];
  // rule: deleted-sub-stock-in-no-list
  conditions.push(filter.state === null ? "s.state <> 'deleted'" : 's.state = :state');
  if (filter.mallId !== null) conditions.push('s.mall_id = any (array[:mallId::text])');
  if (filter.commodityId !== null) conditions.push('s.commodity_id = any (array[:commodityId::text])');
  const found = await rows<SubStockRow>(
    db,
    `select ${subStockColumns} ${source}
      where ${conditions.join(' and ')} and (:after::text is null or s.id < :after)
      order by s.${walkedBy(filter)} desc, s.id desc limit :limit + 1`,
    { enterpriseId, ...filter, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

export interface MovementRow {
  readonly id: number;
  readonly at: Date;
  readonly kind: Movement['kind'];
  /** Signed: negative for what went back to the enterprise. */
  readonly quantity: number;
  readonly actor: string;
  readonly actorName: string | null;
}

/** What moved the stock of a sub-stock, newest first; all of them sum to what it was given. */
export async function listMovements(
  db: Queryable,
  subStockId: string,
  request: PageRequest,
): Promise<Page<MovementRow>> {
  const found = await rows<MovementRow>(
    db,
    `select m.id, m.at, m.kind, m.quantity, m.actor, a.display_name as "actorName"
       from stock_movements m left join accounts a on a.id = m.actor
      where m.sub_stock_id = :subStockId and (:after::bigint is null or m.id < :after::bigint)
      order by m.id desc limit :limit + 1`,
    { subStockId, ...request },
  );
  return pageOf(found, request, (row) => String(row.id));
}
