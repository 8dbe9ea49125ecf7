import { draftMachine, type DraftAct, type DraftState } from '../../domain/market/draft-states';
import { DomainError } from '../../domain/shared/errors';
import { allows, transition } from '../../domain/shared/state-machine';
import {
  introductionDiffers,
  missingFields,
  restDiffers,
  restFields,
  shopBodySchema,
  type ShopBody,
  type ShopDraft,
} from '../../domain/shop/schemas';
import { canBeReset, pathOf, publishedWithRest, shopActions } from '../../domain/shop/submission';
import { recordAudit } from '../case/repository';
import type { By } from '../case/record-transition';
import { recordChange } from '../change/outbox';
import { firstRow, run, type Db, type Trx } from '../connection';
import { newId } from '../new-id';
import { requireSellerCentre } from '../product/gates';
import { requireSignedAgreement } from '../seller/agreements';
import { shopOf, shopSubmission, type ShopRow } from './queries';

/**
 * Whoever changes a shop does so one after another, and judges the state the one before has left. It is read once the lock
 * is held: a statement that had to wait would join the revision that was published before it waited.
 */
export async function lockShop(trx: Trx, sellerId: string): Promise<ShopRow> {
  // rule: shop-judged-under-lock
  await run(trx, 'select 1 from shops where seller_id = :sellerId for no key update', { sellerId });
  const row = await shopOf(trx, sellerId);
  if (row === undefined) throw new Error(`no shop of ${sellerId}`);
  return row;
}

/** @throws DomainError WRONG_STATE with what its seller may do instead */
export function requireAct(shop: ShopRow, act: DraftAct): void {
  if (allows(draftMachine, shop.draftState, act)) return;
  throw new DomainError('WRONG_STATE', standingOf(shop));
}

/** Where it stands, and what its seller may do: what a refusal tells. */
export function standingOf(shop: ShopRow): { state: DraftState; allowed: string[] } {
  return { state: shop.draftState, allowed: actionsOf(shop) };
}

export function actionsOf(shop: ShopRow): string[] {
  return shopActions(submitted(shop));
}

function submitted(shop: ShopRow) {
  return { ...shop, takenDown: shop.takenDownAt !== null };
}

/** What becomes of it when it is handed in now. */
export function pathOfShop(shop: ShopRow) {
  return pathOf(submitted(shop));
}

/**
 * Saves the draft, however little of it is there; what is published stays as it is.
 *
 * @throws DomainError SELLER_CENTRE_CLOSED, WRONG_STATE while it is in review
 */
export async function saveDraft(
  trx: Trx,
  { sellerId, draft, by }: { readonly sellerId: string; readonly draft: ShopDraft; readonly by: By },
): Promise<void> {
  await requireSellerCentre(trx, sellerId);
  const values = { sellerId, draft: JSON.stringify(draft), state: draftMachine.initial };
  const begun = await firstRow(
    trx,
    `insert into shops (seller_id, draft, draft_state) values (:sellerId, :draft::jsonb, :state)
     on conflict (seller_id) do nothing returning seller_id`,
    values,
  );
  if (begun === undefined) {
    const shop = await lockShop(trx, sellerId);
    requireAct(shop, 'edit');
    await run(
      trx,
      // What says the same as before is no other draft. And where only what needs no reviewer is another, the introduction
      // that was rejected stays the rejected one.
      // rule: rejected-introductions-stay-rejected
      `update shops set draft = :draft::jsonb, updated_at = now(),
                        draft_version = draft_version + (draft is distinct from :draft::jsonb)::integer,
                        rejected_version = rejected_version + (draft is distinct from :draft::jsonb
                          and rejected_version = draft_version and :isPublished
                          and draft - :rest::text[] = :draft::jsonb - :rest::text[])::integer
        where seller_id = :sellerId`,
      { ...values, rest: restFields, isPublished: shop.published !== null && shop.takenDownAt === null },
    );
  }
  await record(trx, { act: 'edit', sellerId, by });
}

/**
 * 重置草稿: the draft begins again from what is published; where it says that already, nothing is left to do.
 *
 * @throws DomainError SELLER_CENTRE_CLOSED, WRONG_STATE while it is in review, or before anything was published
 */
export async function resetDraft(trx: Trx, { sellerId, by }: { sellerId: string; by: By }): Promise<void> {
  await requireSellerCentre(trx, sellerId);
  const begun = await shopOf(trx, sellerId);
  // rule: reset-begins-from-the-published
  if (begun?.published == null)
    throw new DomainError(
      'WRONG_STATE',
      begun === undefined ? { state: draftMachine.initial, allowed: ['edit'] } : standingOf(begun),
    );
  const shop = await lockShop(trx, sellerId);
  requireAct(shop, 'edit');
  if (shop.published === null || !canBeReset(submitted(shop))) return;
  await saveDraft(trx, { sellerId, draft: shop.published, by });
  // What was said of the draft is said of nothing any more; a take-down is of what is published.
  // rule: reset-forgets-what-was-said
  if (shop.takenDownAt === null)
    await run(trx, `update shops set draft_errors = '[]' where seller_id = :sellerId`, { sellerId });
}

/** The draft as it stands, written down under this id; whoever comes again under it finds the first. */
export async function freezeShop(db: Db, submissionId: string, sellerId: string): Promise<void> {
  await run(
    db,
    // rule: shop-judged-as-handed-in
    `insert into shop_submissions (id, seller_id, draft_version, body)
     select :submissionId, seller_id, draft_version, draft from shops where seller_id = :sellerId
     on conflict (id) do nothing`,
    { submissionId, sellerId },
  );
}

/** What was never taken into review; a day later nobody can still be on the way with it. */
export async function deleteInertShopSubmissions(db: Db): Promise<void> {
  await run(
    db,
    // rule: only-inert-shop-submissions-are-swept
    `delete from shop_submissions where opened_at is null and created_at < now() - interval '24 hours'`,
  );
}

/**
 * The draft whole, as it is handed in.
 *
 * @throws DomainError DRAFT_INCOMPLETE: at which fields something is missing
 */
export function requireWhole(draft: ShopDraft): ShopBody {
  const missing = missingFields(draft);
  if (missing.length > 0)
    throw new DomainError('DRAFT_INCOMPLETE', {
      errors: missing.map((path) => ({ path, code: 'MISSING', message: 'required' })),
    });
  return shopBodySchema.parse(draft);
}

/**
 * A submission goes into review: whoever changed the draft since it was frozen has to hand in anew. What needs no
 * reviewer is published now.
 *
 * @throws DomainError WRONG_STATE, DRAFT_UNCHANGED, DRAFT_INCOMPLETE
 */
export async function takeIntoReview(trx: Trx, submissionId: string, by: By): Promise<void> {
  const { sellerId, draftVersion, body } = await shopSubmission(trx, submissionId);
  const shop = await lockShop(trx, sellerId);
  requireAct(shop, 'submit');
  // rule: shop-reviewed-as-it-stands
  if (shop.draftVersion !== draftVersion) throw new DomainError('WRONG_STATE', standingOf(shop));
  await requireSignedAgreement(trx, sellerId);
  if (pathOfShop(shop) === 'unchanged') throw new DomainError('DRAFT_UNCHANGED', { allowed: actionsOf(shop) });
  const whole = requireWhole(body);
  if (shop.published !== null && shop.takenDownAt === null && restDiffers(whole, shop.published))
    await publish(trx, shop, { body: publishedWithRest(shop.published, whole), submissionId: null, by });
  await run(trx, 'update shop_submissions set opened_at = now() where id = :submissionId', { submissionId });
  await moveDraft(trx, shop, { act: 'submit', submissionId, errors: shop.errors });
  await record(trx, { act: 'submit', sellerId, by });
}

/**
 * 店铺介绍 is as it was: the rest is published at once, without a reviewer.
 *
 * @throws DomainError WRONG_STATE, DRAFT_INCOMPLETE; TRY_AGAIN where the draft was changed meanwhile and takes the other path
 */
export async function publishRest(trx: Trx, { sellerId, by }: { sellerId: string; by: By }): Promise<void> {
  const shop = await lockShop(trx, sellerId);
  requireAct(shop, 'publish');
  // rule: only-the-rest-is-published-at-once
  if (shop.published === null || pathOfShop(shop) !== 'publish') throw new DomainError('TRY_AGAIN');
  await publish(trx, shop, {
    body: publishedWithRest(shop.published, requireWhole(shop.draft)),
    ...{ submissionId: null, by },
  });
  // An introduction that was sent back waits to be mended, with the reasons.
  const errors = introductionDiffers(shop.draft, shop.published) ? shop.errors : [];
  await moveDraft(trx, shop, { act: 'publish', submissionId: null, errors });
}

/** What buyers see from now on; revisions that were published before stay as they were. */
export async function publish(
  trx: Trx,
  { sellerId }: Pick<ShopRow, 'sellerId'>,
  { body, submissionId, by }: { readonly body: ShopBody; readonly submissionId: string | null; readonly by: By },
): Promise<void> {
  await run(
    trx,
    `with published as (
       insert into shop_revisions (id, seller_id, number, submission_id, body)
       select :id, :sellerId, coalesce(max(number), 0) + 1, :submissionId, :body::jsonb
         from shop_revisions where seller_id = :sellerId
       returning id
     )
     update shops set published_revision_id = published.id, updated_at = now() from published
      where seller_id = :sellerId`,
    { id: newId('revision'), sellerId, submissionId, body: JSON.stringify(body) },
  );
  await record(trx, { act: 'publish', sellerId, by });
}

/** The draft goes where the table says, with what its seller is to read at its fields. */
export async function moveDraft(
  trx: Trx,
  shop: ShopRow,
  move: { readonly act: DraftAct; readonly submissionId: string | null; readonly errors: ShopRow['errors'] },
): Promise<void> {
  await run(
    trx,
    `update shops
        set draft_state = :to, draft_since = now(), draft_errors = :errors::jsonb, submission_id = :submissionId,
            rejected_version = case :act when 'reject' then draft_version when 'publish' then rejected_version end,
            updated_at = now()
      where seller_id = :sellerId`,
    {
      ...{ sellerId: shop.sellerId, act: move.act, submissionId: move.submissionId },
      ...{ to: transition(draftMachine, shop.draftState, move.act), errors: JSON.stringify(move.errors) },
    },
  );
}

/** A submission is over: decided, or taken back. */
export async function closeSubmission(
  trx: Trx,
  submissionId: string,
  outcome: 'approve' | 'request_changes' | 'reject' | 'withdraw',
): Promise<void> {
  await run(
    trx,
    `update shop_submissions set outcome = :outcome, closed_at = now() where id = :submissionId and outcome is null`,
    { submissionId, outcome },
  );
}

/** Approved: what operators had taken down may be seen again. */
export async function clearTakeDown(trx: Trx, sellerId: string): Promise<void> {
  await run(
    trx,
    `update shops set taken_down_at = null, taken_down_by = null, taken_down_reason = null where seller_id = :sellerId`,
    { sellerId },
  );
}

export async function hideShop(trx: Trx, sellerId: string, by: By): Promise<void> {
  await run(
    trx,
    `update shops set taken_down_at = now(), taken_down_by = :actor, taken_down_reason = :reason, updated_at = now()
      where seller_id = :sellerId`,
    { sellerId, actor: by.actor, reason: by.reason ?? null },
  );
}

/** In the audit, and to whoever looks on. */
export async function record(
  trx: Trx,
  { act, sellerId, by }: { readonly act: string; readonly sellerId: string; readonly by: By },
): Promise<void> {
  await recordAudit(trx, { action: `shop.${act}`, subjectId: sellerId, enterpriseId: null, sellerId, by });
  await recordChange(trx, { type: `shop.${act}`, subjectId: sellerId, sellerId });
}
