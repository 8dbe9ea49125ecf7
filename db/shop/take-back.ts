import { draftMachine } from '../../domain/market/draft-states';
import { DomainError } from '../../domain/shared/errors';
import { alreadyReached } from '../../domain/shared/state-machine';
import type { By } from '../case/record-transition';
import type { Trx } from '../connection';
import { withdrawBySeller } from '../review/settlement';
import type { ReviewSubjects } from '../review/subjects';
import { shopOf, wasTakenBack } from './queries';
import { lockShop, requireAct } from './repository';

/**
 * 撤回审核: what is with a reviewer is the seller's again.
 *
 * @returns the submission taken back, so that its run can be told; null when it was taken back already
 * @throws DomainError WRONG_STATE: it was decided, or never handed in
 */
export async function takeShopBack(
  trx: Trx,
  subjects: ReviewSubjects,
  { sellerId, by }: { readonly sellerId: string; readonly by: By },
): Promise<string | null> {
  if ((await shopOf(trx, sellerId)) === undefined)
    throw new DomainError('WRONG_STATE', { state: draftMachine.initial, allowed: ['edit'] });
  // rule: shop-taken-back-under-lock
  const shop = await lockShop(trx, sellerId);
  // rule: judged-shop-is-not-taken-back
  if (alreadyReached(draftMachine, shop.draftState, 'withdraw') && (await wasTakenBack(trx, sellerId))) return null;
  requireAct(shop, 'withdraw');
  const { submissionId } = shop;
  const withdrawn =
    submissionId !== null && (await withdrawBySeller(trx, subjects, { submissionId, by, commandId: null }));
  if (!withdrawn) throw new Error(`the shop of ${sellerId} is in review without a review`);
  return submissionId;
}
