import { DomainError } from '../../domain/shared/errors';
import { grantRole } from '../account/repository';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { isUniqueViolation } from '../errors';

/**
 * The seller an account begins to become (个人中心 > 卖家入驻).
 *
 * @throws DomainError ALREADY_ONBOARDING: the account has one already
 */
export async function addSeller(
  trx: Trx,
  seller: { readonly sellerId: string; readonly accountId: string },
): Promise<void> {
  try {
    await run(trx, 'insert into sellers (id, account_id) values (:sellerId, :accountId)', seller);
  } catch (error) {
    if (!isUniqueViolation(error, 'sellers_one_per_account')) throw error;
    // rule: one-onboarding-at-a-time
    throw new DomainError('ALREADY_ONBOARDING');
  }
}

/**
 * The account holds this subject from now on, unless the company is held by as many accounts as are allowed
 * ("一个企业主体默认可认证 10 个账号"). Accounts of one company wait for each other here.
 */
export async function holdSubject(
  trx: Trx,
  subject: {
    readonly sellerId: string;
    readonly name: string;
    readonly code: string;
    readonly verifiedBy: 'registry' | 'reviewer';
    readonly accountsPerCompany: number;
  },
): Promise<'held' | 'full'> {
  const { code, accountsPerCompany, ...held } = subject;
  await run(trx, "select pg_advisory_xact_lock(hashtextextended('seller-subject:' || :code, 0))", { code });
  // rule: company-accounts-are-limited
  if ((await accountsOfCompany(trx, code)) >= accountsPerCompany) return 'full';
  await run(
    trx,
    `update sellers set subject_name = :name, subject_code = :code, subject_verified_at = now(),
            subject_verified_by = :verifiedBy, updated_at = now()
      where id = :sellerId and subject_verified_at is null`,
    { ...held, code },
  );
  return 'held';
}

/** How many accounts hold the company of this code. */
export async function accountsOfCompany(db: Queryable, code: string): Promise<number> {
  const found = await firstRow<{ count: number }>(
    db,
    'select count(*) as count from sellers where subject_code = :code',
    { code },
  );
  return found?.count ?? 0;
}

/** The seller centre is open: the fact and the role in one. */
export async function markCentreOpen(
  trx: Trx,
  centre: { readonly sellerId: string; readonly accountId: string; readonly how: 'fee' | 'defer' },
): Promise<void> {
  const { sellerId, accountId, how } = centre;
  await run(
    trx,
    `update sellers set centre_opened_at = now(), centre_opened_by = :how, updated_at = now()
      where id = :sellerId and centre_opened_at is null`,
    { sellerId, how },
  );
  await grantRole(trx, accountId, 'seller');
}
