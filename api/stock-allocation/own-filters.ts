import { DomainError } from '../../domain/shared/errors';
import type { Queryable } from '../../db/connection';
import { mallById } from '../../db/mall/queries';
import { commodityById } from '../../db/stock/queries';

/** @throws DomainError NOT_FOUND when a list is asked for what belongs to a mall or commodity of another enterprise */
export async function requireOwnFilters(
  db: Queryable,
  enterpriseId: string,
  filter: { readonly mallId: string | null; readonly commodityId: string | null },
): Promise<void> {
  const { mallId, commodityId } = filter;
  // rule: another-enterprises-mall-is-not-filtered-by
  if (mallId !== null && (await mallById(db, mallId))?.enterpriseId !== enterpriseId)
    throw new DomainError('NOT_FOUND');
  // rule: another-enterprises-commodity-is-not-filtered-by
  if (commodityId !== null && (await commodityById(db, enterpriseId, commodityId)) === undefined)
    throw new DomainError('NOT_FOUND');
}
