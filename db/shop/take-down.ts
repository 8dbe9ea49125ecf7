import { DomainError } from '../../domain/shared/errors';
import type { By } from '../case/record-transition';
import { firstRow, type Trx } from '../connection';
import { tellTakenDown } from '../market/take-downs';
import { withdrawReview } from '../review/settlement';
import { shopOf } from './queries';
import { closeSubmission, hideShop, lockShop, moveDraft, record } from './repository';

/**
 * An operator takes a published shop from buyers' sight. Its draft comes back with the reason, out of review if it was
 * there, and is reviewed whatever it changes. The submission whose review ended by it; null where there was none.
 *
 * @throws DomainError WRONG_STATE: nothing of it is published
 */
export async function takeDownShop(
  trx: Trx,
  { sellerId, by }: { readonly sellerId: string; readonly by: By & { readonly reason: string } },
): Promise<string | null> {
  const begun = await shopOf(trx, sellerId);
  // rule: only-what-is-published-is-taken-down
  if (begun?.published == null) throw new DomainError('WRONG_STATE', { state: 'unpublished', allowed: [] });
  const shop = await lockShop(trx, sellerId);
  // rule: shop-taken-down-once
  if (shop.takenDownAt !== null) return null;
  const { submissionId } = shop;
  if (submissionId !== null) {
    await withdrawReview(trx, { submissionId, by });
    await closeSubmission(trx, submissionId, 'withdraw');
  }
  const errors = [{ path: '', code: 'TAKEN_DOWN', reason: by.reason }];
  await moveDraft(trx, shop, { act: 'take_down', submissionId: null, errors });
  await hideShop(trx, sellerId, by);
  await record(trx, { act: 'take_down', sellerId, by });
  const seller = await firstRow<{ accountId: string }>(
    trx,
    'select account_id as "accountId" from sellers where id = :sellerId',
    { sellerId },
  );
  await tellTakenDown(trx, {
    kind: 'shop',
    subjectId: sellerId,
    accountIds: seller === undefined ? [] : [seller.accountId],
  });
  return submissionId;
}
