import { DomainError } from '../../domain/shared/errors';
import type { AllocationState } from '../../domain/stock/allocation-states';
import type { AllocationTerms } from '../../domain/stock/allocation-terms';
import type { CommodityCategory, CommodityState } from '../../domain/stock/states';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';
import { walkedBy } from './list-walk';
import { commodityExpired } from './sub-stock-queries';

/** What the run of an allocation is started from again. */
export interface AllocationOrigin {
  readonly allocationId: string;
  readonly enterpriseId: string;
  readonly proposedBy: string;
  readonly terms: AllocationTerms;
}

export async function allocationOrigin(db: Queryable, allocationId: string): Promise<AllocationOrigin | undefined> {
  return firstRow<AllocationOrigin>(
    db,
    `select id as "allocationId", enterprise_id as "enterpriseId", proposed_by as "proposedBy",
            jsonb_build_object('commodityId', commodity_id, 'mallId', mall_id, 'quantity', quantity,
              'dailyLimit', daily_limit, 'memberLimits', member_limits, 'validFrom', valid_from,
              'validUntil', valid_until, 'autoAward', auto_award, 'remark', remark, 'award', award) as terms
       from stock_allocations where id = :allocationId`,
    { allocationId },
  );
}

/** Times come as JSON from the columns' own types, the rest as it was proposed. */
export interface AllocationRow {
  readonly id: string;
  readonly state: AllocationState;
  readonly commodityId: string;
  readonly mallId: string;
  readonly quantity: number;
  readonly leftBefore: number;
  readonly leftAfter: number;
  readonly dailyLimit: number;
  readonly memberLimits: AllocationTerms['memberLimits'];
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly autoAward: boolean;
  readonly remark: string | null;
  readonly award: AllocationTerms['award'];
  readonly expiresAt: Date;
  readonly subStockId: string | null;
  /** The commodity's time is over: then nothing is left but to cancel. */
  readonly commodityExpired: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const selected = `
  select a.id, a.state, a.commodity_id as "commodityId", a.mall_id as "mallId", a.quantity,
         a.left_before as "leftBefore", a.left_after as "leftAfter", a.daily_limit as "dailyLimit",
         a.member_limits as "memberLimits", a.valid_from as "validFrom", a.valid_until as "validUntil",
         a.auto_award as "autoAward", a.remark, a.award, a.expires_at as "expiresAt",
         a.sub_stock_id as "subStockId", ${commodityExpired} as "commodityExpired",
         a.created_at as "createdAt", a.updated_at as "updatedAt"
    from stock_allocations a join commodities c on c.id = a.commodity_id`;

/** An allocation of the caller's own enterprise; another's is not there. */
export async function allocationById(
  db: Queryable,
  enterpriseId: string,
  id: string,
): Promise<AllocationRow | undefined> {
  // rule: own-allocations-alone
  return firstRow<AllocationRow>(db, `${selected} where a.id = :id and a.enterprise_id = :enterpriseId`, {
    id,
    enterpriseId,
  });
}

export interface AllocationFilter {
  readonly state: AllocationState | null;
  readonly commodityId: string | null;
  readonly mallId: string | null;
}

export async function listAllocations(
  db: Queryable,
  enterpriseId: string,
  filter: AllocationFilter,
  request: PageRequest,
): Promise<Page<AllocationRow>> {
  // rule: own-allocations-in-lists
  const conditions = ['a.enterprise_id = any (array[:enterpriseId::text])'];
  if (filter.state !== null) conditions.push('a.state = :state');
  if (filter.commodityId !== null) conditions.push('a.commodity_id = any (array[:commodityId::text])');
  if (filter.mallId !== null) conditions.push('a.mall_id = any (array[:mallId::text])');
  const found = await rows<AllocationRow>(
    db,
    `${selected} where ${conditions.join(' and ')} and (:after::text is null or a.id < :after)
      order by a.${walkedBy(filter)} desc, a.id desc limit :limit + 1`,
    { enterpriseId, ...filter, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

/** What a proposal is judged by beforehand; undefined when the commodity or the mall is not the enterprise's. */
export async function allocatableStock(
  db: Queryable,
  enterpriseId: string,
  ids: { readonly commodityId: string; readonly mallId: string },
): Promise<
  { readonly state: CommodityState; readonly category: CommodityCategory; readonly left: number } | undefined
> {
  const { commodityId, mallId } = ids;
  return firstRow(
    db,
    `select case when c.expires_at <= now() then 'expired' else c.state end as state, c.category,
            c.total - c.allocated - c.held as left
       from commodities c join malls m on m.enterprise_id = c.enterprise_id
      where c.id = :commodityId and m.id = :mallId and c.enterprise_id = :enterpriseId`,
    { enterpriseId, commodityId, mallId },
  );
}

/** The refusal that names each id of a proposal which is missing or another enterprise's. */
export async function referencesNotFound(
  db: Queryable,
  enterpriseId: string,
  { commodityId, mallId }: { readonly commodityId: string; readonly mallId: string },
): Promise<DomainError> {
  const there = await firstRow<{ commodityId: boolean; mallId: boolean }>(
    db,
    `select exists (select from commodities where id = :commodityId and enterprise_id = :enterpriseId) as "commodityId",
            exists (select from malls where id = :mallId and enterprise_id = :enterpriseId) as "mallId"`,
    { enterpriseId, commodityId, mallId },
  );
  const missing = (['commodityId', 'mallId'] as const).filter((name) => there?.[name] !== true);
  return new DomainError('REFERENCE_NOT_FOUND', {
    errors: missing.map((name) => ({ path: `/${name}`, code: 'REFERENCE_NOT_FOUND', message: 'nothing you may use' })),
  });
}
