import type { AllocationTerms } from '../../domain/stock/allocation-terms';
import { firstRow, type Queryable } from '../connection';

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
