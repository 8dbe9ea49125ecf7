import { DomainError } from '../../domain/shared/errors';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { openLedger } from '../ledger/repository';
import { newId } from '../new-id';
import { addDefaultSection } from './section-repository';

/** An enterprise comes with its ledger accounts, at zero. */
export async function addEnterprise(
  trx: Trx,
  enterprise: { readonly id?: string; readonly name: string },
): Promise<string> {
  const id = enterprise.id ?? newId('enterprise');
  await run(trx, 'insert into enterprises (id, name) values (:id, :name)', { id, name: enterprise.name });
  await openLedger(trx, id);
  return id;
}

export interface NewMall {
  readonly id?: string;
  readonly enterpriseId: string;
  readonly name: string;
  /** domain.md §1.0: an enterprise has at most three products. */
  readonly limit: number;
}

/** @throws DomainError REFERENCE_NOT_FOUND at /enterpriseId, MALL_LIMIT_REACHED `{limit}` */
export async function addMall(trx: Trx, mall: NewMall): Promise<string> {
  await lockEnterprise(trx, mall.enterpriseId);
  const count = await firstRow<{ count: number }>(
    trx,
    'select count(*) as count from malls where enterprise_id = :enterpriseId',
    { enterpriseId: mall.enterpriseId },
  );
  // rule: mall-limit
  if ((count?.count ?? 0) >= mall.limit)
    throw new DomainError('MALL_LIMIT_REACHED', {
      limit: mall.limit,
      errors: [{ path: '/enterpriseId', code: 'MALL_LIMIT_REACHED', message: `at most ${mall.limit} malls` }],
    });
  const id = mall.id ?? newId('mall');
  await run(trx, 'insert into malls (id, enterprise_id, name) values (:id, :enterpriseId, :name)', {
    id,
    enterpriseId: mall.enterpriseId,
    name: mall.name,
  });
  await addDefaultSection(trx, id);
  return id;
}

/** Serialises what counts malls of one enterprise. */
async function lockEnterprise(trx: Trx, id: string): Promise<void> {
  // rule: malls-counted-under-lock
  const row = await firstRow(trx, 'select id from enterprises where id = :id for update', { id });
  if (row === undefined) throw enterpriseNotFound();
}

export async function requireEnterprise(db: Queryable, id: string): Promise<void> {
  const row = await firstRow(db, 'select id from enterprises where id = :id', { id });
  if (row === undefined) throw enterpriseNotFound();
}

function enterpriseNotFound(): DomainError {
  return new DomainError('REFERENCE_NOT_FOUND', {
    errors: [{ path: '/enterpriseId', code: 'REFERENCE_NOT_FOUND', message: 'no such enterprise' }],
  });
}
