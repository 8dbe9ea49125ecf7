import { DomainError } from '../../domain/shared/errors';
import { run, type Trx } from '../connection';
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
