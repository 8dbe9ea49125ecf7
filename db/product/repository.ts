import { draftMachine, type DraftState } from '../../domain/market/draft-states';
import { missingFields } from '../../domain/product/checks';
import type { ProductBody } from '../../domain/product/schemas';
import {
  productActions,
  productMachine,
  type DeliveryType,
  type ProductAct,
  type ProductState,
} from '../../domain/product/states';
import { DomainError } from '../../domain/shared/errors';
import { allows, transition } from '../../domain/shared/state-machine';
import { recordChange } from '../change/outbox';
import { firstRow, run, type Db, type Queryable, type Trx } from '../connection';
import { productThere, submissionById, type ProductRow } from './own-queries';

/** 创建商品: a draft, which nobody but its seller sees. */
export async function createProduct(
  trx: Trx,
  product: {
    readonly id: string;
    readonly sellerId: string;
    readonly deliveryType: DeliveryType;
    readonly body: ProductBody;
  },
): Promise<void> {
  await run(
    trx,
    `insert into products (id, seller_id, delivery_type, state, draft, draft_state)
     values (:id, :sellerId, :deliveryType, :state, :draft::jsonb, :draftState)`,
    {
      ...{ id: product.id, sellerId: product.sellerId, deliveryType: product.deliveryType },
      ...{ state: productMachine.initial, draft: JSON.stringify(product.body), draftState: draftMachine.initial },
    },
  );
}

export interface LockedProduct {
  readonly id: string;
  readonly sellerId: string;
  readonly deliveryType: DeliveryType;
  readonly state: ProductState;
  readonly draftState: DraftState;
  readonly draftVersion: number;
  readonly submissionId: string | null;
  readonly publishedRevisionId: string | null;
  readonly takenDownAt: Date | null;
  readonly takenDownReason: string | null;
}

/** The product, locked until the transaction ends; whoever locks an onboarding or a shop too has locked it before. */
export async function lockProduct(trx: Trx, id: string): Promise<LockedProduct> {
  const row = await firstRow<LockedProduct>(
    trx,
    `select id, seller_id as "sellerId", delivery_type as "deliveryType", state, draft_state as "draftState",
            draft_version as "draftVersion", submission_id as "submissionId",
            published_revision_id as "publishedRevisionId", taken_down_at as "takenDownAt",
            taken_down_reason as "takenDownReason"
       from products where id = :id for no key update`,
    { id },
  );
  if (row === undefined) throw new Error(`no product ${id}`);
  return row;
}

/** @throws DomainError WRONG_STATE with what its owner may do instead */
export async function refuseProduct(db: Queryable, id: string): Promise<never> {
  throw new DomainError('WRONG_STATE', standingOf(await productThere(db, id)));
}

/** Where it stands, and what its owner may do: what a refusal tells. */
export function standingOf(row: ProductRow): { state: ProductState; allowed: string[] } {
  return { state: row.state, allowed: productActions({ ...row, takenDown: row.takenDownAt !== null }) };
}

/**
 * Changes the draft; what is published stays as it is. `facts` may refuse it once the state allows it. What says the same
 * as before is no other draft: what was rejected stays rejected until something of it is different.
 *
 * @throws DomainError WRONG_STATE while it is in review
 */
export async function editDraft(
  trx: Trx,
  id: string,
  body: ProductBody,
  facts: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const product = await lockProduct(trx, id);
  if (!mayAct(product, 'edit')) return refuseProduct(trx, id);
  await facts();
  const changed = await firstRow(
    trx,
    // rule: same-draft-is-no-edit
    `update products set draft = :body::jsonb, draft_version = draft_version + 1
      where id = :id and draft is distinct from :body::jsonb returning id`,
    { id, body: JSON.stringify(body) },
  );
  if (changed === undefined) return;
  await moveProduct(trx, product, 'edit');
  await recordChange(trx, { type: 'product.edit', subjectId: id, sellerId: product.sellerId });
}

/** The draft as it stands, written down under this id; whoever comes again under it finds the first. */
export async function freezeSubmission(db: Db, submissionId: string, productId: string): Promise<void> {
  await run(
    db,
    // rule: judged-as-handed-in
    `insert into product_submissions (id, product_id, seller_id, draft_version, body)
     select :submissionId, id, seller_id, draft_version, draft from products where id = :productId
     on conflict (id) do nothing`,
    { submissionId, productId },
  );
}

/** What was never taken into review; a day later nobody can still be on the way with it. */
export async function deleteInertProductSubmissions(db: Db): Promise<void> {
  // rule: judged-submissions-are-kept
  await run(db, `delete from product_submissions where opened_at is null and created_at < now() - interval '24 hours'`);
}

/** @throws DomainError DRAFT_INCOMPLETE: at which fields something is missing */
export function requireComplete(body: ProductBody, deliveryType: DeliveryType): void {
  const missing = missingFields(body, { deliveryType });
  if (missing.length === 0) return;
  throw new DomainError('DRAFT_INCOMPLETE', {
    errors: missing.map(({ path, code, en }) => ({ path, code, message: en })),
  });
}

/** Both tables agree: what is sold, and what is worked on. */
export function mayAct({ state, draftState }: Pick<LockedProduct, 'state' | 'draftState'>, act: DraftingAct): boolean {
  return allows(productMachine, state, act) && allows(draftMachine, draftState, act);
}

export type DraftingAct = Exclude<ProductAct, 'list' | 'unlist'>;

/** What comes with an act: the submission that goes into review, or the revision that is published. */
interface Named {
  readonly submissionId?: string;
  readonly revisionId?: string;
}

/** What becomes of product and draft by an act that both tables know. */
export async function moveProduct(
  trx: Trx,
  { id, state, draftState }: LockedProduct,
  act: DraftingAct,
  { submissionId, revisionId }: Named = {},
): Promise<void> {
  await run(
    trx,
    `update products
        set state = :state, draft_state = :draftState, updated_at = now(),
            state_since = case when state = :state then state_since else now() end,
            draft_since = case when state = :state and draft_state = :draftState then draft_since else now() end,
            submission_id = :submissionId,
            published_revision_id = coalesce(:revisionId, published_revision_id)
      where id = :id`,
    {
      id,
      state: transition(productMachine, state, act),
      draftState: transition(draftMachine, draftState, act),
      submissionId: submissionId ?? null,
      revisionId: revisionId ?? null,
    },
  );
}

/**
 * @throws DomainError DRAFT_UNCHANGED: what was rejected or is published is not judged again as it was
 */
export function requireNew(product: Pick<ProductRow, 'state' | 'unchanged'>): void {
  // rule: unchanged-is-not-judged-again
  if (product.unchanged) throw new DomainError('DRAFT_UNCHANGED', { state: product.state, allowed: ['edit'] });
}

/** The product of a submission, locked. */
export async function lockSubmitted(trx: Trx, submissionId: string) {
  const submission = await submissionById(trx, submissionId);
  return { submission, product: await lockProduct(trx, submission.productId) };
}
