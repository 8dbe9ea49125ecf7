import { draftMachine } from '../../domain/market/draft-states';
import { productMachine, type ProductState } from '../../domain/product/states';
import { DomainError } from '../../domain/shared/errors';
import { onboardingIdOf } from '../../domain/shared/ids';
import { allows, alreadyReached, transition } from '../../domain/shared/state-machine';
import type { By } from '../case/record-transition';
import { recordChange } from '../change/outbox';
import { firstRow, run, type Trx } from '../connection';
import { tellTakenDown } from '../market/take-downs';
import { withdrawBySeller } from '../review/settlement';
import type { ReviewSubjects } from '../review/subjects';
import { requireSignedAgreement } from '../seller/agreements';
import { lockOnboarding, moveOnboarding, type LockedOnboarding } from '../seller/onboarding-repository';
import { requireSellerCentre } from './gates';
import { wasTakenBack } from './own-queries';
import { lockProduct, mayAct, moveProduct, refuseProduct, type LockedProduct } from './repository';

export interface SaleOrder {
  readonly productId: string;
  readonly sellerId: string;
  readonly by: By;
}

/**
 * 上架: buyers see what was approved. Neither fee nor merchant ID is asked for: without the one nothing new is handed in,
 * without the other buyers cannot pay, and the market says so. The first one ever completes the seller's onboarding
 * (domain.md §5.17).
 *
 * @returns false when it was listed already
 * @throws DomainError WRONG_STATE: nothing of it was approved, or the agreement is overdue; TAKEN_DOWN {reason}
 */
export async function listProduct(trx: Trx, { productId, sellerId, by }: SaleOrder): Promise<boolean> {
  const onboarding = await unfinishedOnboarding(trx, sellerId);
  const product = await lockProduct(trx, productId);
  if (alreadyReached(productMachine, product.state, 'list')) return false;
  // rule: taken-down-is-not-listed
  if (product.takenDownAt !== null) throw takenDown(product);
  if (!allows(productMachine, product.state, 'list')) await refuseProduct(trx, productId);
  await requireSellerCentre(trx, sellerId);
  await requireSignedAgreement(trx, sellerId);
  await sell(trx, product, 'list');
  // rule: first-listing-completes-the-onboarding
  if (onboarding !== null) await moveOnboarding(trx, onboarding, { act: 'product_listed', by });
  return true;
}

/** 下架: buyers do not see it any more. False when they did not. @throws DomainError WRONG_STATE */
export async function unlistProduct(trx: Trx, { productId }: Pick<SaleOrder, 'productId'>): Promise<boolean> {
  const product = await lockProduct(trx, productId);
  if (alreadyReached(productMachine, product.state, 'unlist')) return false;
  if (!allows(productMachine, product.state, 'unlist')) await refuseProduct(trx, productId);
  await sell(trx, product, 'unlist');
  return true;
}

async function sell(trx: Trx, { id, sellerId, state }: LockedProduct, act: 'list' | 'unlist'): Promise<void> {
  const to: ProductState = transition(productMachine, state, act);
  await run(
    trx,
    `update products
        set state = :to, state_since = now(), updated_at = now(),
            listed_at = case when :to = 'listed' then now() else listed_at end,
            first_listed_at = case when :to = 'listed' then coalesce(first_listed_at, now()) else first_listed_at end
      where id = :id`,
    { id, to },
  );
  await recordChange(trx, { type: `product.${act}`, subjectId: id, sellerId });
}

/** Locked before the product, by the order of locks; null once it is complete, which it then stays. */
async function unfinishedOnboarding(trx: Trx, sellerId: string): Promise<LockedOnboarding | null> {
  const onboardingId = onboardingIdOf(sellerId);
  const open = await firstRow(
    trx,
    `select 1 from seller_onboardings where id = :onboardingId and stage <> 'complete'`,
    {
      onboardingId,
    },
  );
  if (open === undefined) return null;
  const locked = await lockOnboarding(trx, onboardingId);
  return locked.stage === 'seller_centre' ? locked : null;
}

function takenDown({ state, takenDownReason }: LockedProduct): DomainError {
  return new DomainError('TAKEN_DOWN', { state, reason: takenDownReason, allowed: ['edit', 'submit'] });
}

/**
 * 撤销审核: what is with a reviewer is the seller's again.
 *
 * @returns the submission taken back, so that its run can be told; null when it was taken back already
 * @throws DomainError WRONG_STATE: it was decided, or never handed in
 */
export async function withdrawProduct(
  trx: Trx,
  subjects: ReviewSubjects,
  { productId, by }: Pick<SaleOrder, 'productId' | 'by'>,
): Promise<string | null> {
  const product = await lockProduct(trx, productId);
  const { draftState, submissionId } = product;
  // rule: judged-is-not-taken-back
  if (alreadyReached(draftMachine, draftState, 'withdraw') && (await wasTakenBack(trx, productId))) return null;
  if (submissionId === null) return refuseProduct(trx, productId);
  const withdrawn = await withdrawBySeller(trx, subjects, { submissionId, by, commandId: null });
  if (!withdrawn) throw new Error(`${submissionId} is in review without a review`);
  return submissionId;
}

/**
 * An operator takes it off the market; its seller is told why, and can hand it in again. What was with a reviewer is
 * taken back: its id, so that its run can be told.
 *
 * @returns null when it was taken down already
 * @throws DomainError WRONG_STATE: nothing of it was ever approved
 */
export async function takeProductDown(
  trx: Trx,
  subjects: ReviewSubjects,
  { productId, by }: { readonly productId: string; readonly by: By & { readonly reason: string } },
): Promise<{ readonly withdrawn: string | null } | null> {
  const product = await lockProduct(trx, productId);
  // rule: taken-down-once
  if (product.takenDownAt !== null) return null;
  if (!mayAct(product, 'take_down')) await refuseProduct(trx, productId);
  const { submissionId: withdrawn } = product;
  if (withdrawn !== null) await withdrawBySeller(trx, subjects, { submissionId: withdrawn, by, commandId: null });
  await moveProduct(trx, withdrawn === null ? product : await lockProduct(trx, productId), 'take_down');
  await run(
    trx,
    `update products
        set taken_down_at = now(), taken_down_by = :actor, taken_down_reason = :reason, rejected_version = null,
            draft_errors = :errors::jsonb
      where id = :productId`,
    {
      ...{ productId, actor: by.actor, reason: by.reason },
      errors: JSON.stringify([{ path: '', code: 'TAKEN_DOWN', reason: by.reason }]),
    },
  );
  await tellOwner(trx, product);
  await recordChange(trx, { type: 'product.take_down', subjectId: productId, sellerId: product.sellerId });
  return { withdrawn };
}

async function tellOwner(trx: Trx, { id, sellerId }: LockedProduct): Promise<void> {
  const owner = await firstRow<{ accountId: string }>(
    trx,
    'select account_id as "accountId" from sellers where id = :sellerId',
    { sellerId },
  );
  if (owner === undefined) throw new Error(`no seller ${sellerId}`);
  await tellTakenDown(trx, { kind: 'product', subjectId: id, accountIds: [owner.accountId] });
}
