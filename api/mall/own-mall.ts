import { DomainError } from '../../domain/shared/errors';
import type { Principal } from '../../domain/shared/roles';
import type { Queryable } from '../../db/connection';
import { mallById, mallIdsOf } from '../../db/mall/queries';
import { enterpriseOf } from '../http/route';

/**
 * The malls a manager's list is about: the one asked for, else all of the enterprise.
 *
 * @throws DomainError NOT_FOUND for a mall of another enterprise, as if it did not exist
 */
export async function mallsInView(db: Queryable, principal: Principal, mallId: string | undefined): Promise<string[]> {
  const own = await mallIdsOf(db, { enterpriseId: enterpriseOf(principal), mallId: null });
  if (mallId === undefined) return own;
  // rule: another-enterprises-mall-is-404
  if (!own.includes(mallId)) throw new DomainError('NOT_FOUND');
  return [mallId];
}

/** @throws DomainError REFERENCE_NOT_FOUND at /mallId unless the mall is one of the enterprise's own */
export async function requireOwnMall(db: Queryable, principal: Principal, mallId: string): Promise<void> {
  const mall = await mallById(db, mallId);
  // rule: own-malls-alone
  if (mall?.enterpriseId === enterpriseOf(principal)) return;
  throw new DomainError('REFERENCE_NOT_FOUND', {
    errors: [{ path: '/mallId', code: 'REFERENCE_NOT_FOUND', message: 'no such mall' }],
  });
}
