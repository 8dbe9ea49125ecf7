import { imageUrl } from '../../domain/image/kinds';
import { checkProduct } from '../../domain/product/checks';
import { videoUrl } from '../../domain/video/kinds';
import { recordAudit } from '../case/repository';
import type { By } from '../case/record-transition';
import { recordChange } from '../change/outbox';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { newId } from '../new-id';
import type { ReviewDecision, ReviewSubject } from '../review/subjects';
import { toldReasons } from '../review/told-reasons';
import { videosOfSeller } from '../video/queries';
import { checkFactsOf, imagesOf, picturesOf } from './check-facts';
import { requireProductGates } from './gates';
import { categoryPath, isOwnCompany, productThere, submissionBefore, submissionById } from './own-queries';
import {
  lockSubmitted,
  mayAct,
  moveProduct,
  refuseProduct,
  requireComplete,
  requireNew,
  type LockedProduct,
} from './repository';
import { productItems } from './review-items';

/** What a product is to its review (guide B, 商品上架: 提交审核). */
export function productReviewSubject(): ReviewSubject {
  return {
    lock: async (trx, submissionId) => {
      await lockSubmitted(trx, submissionId);
    },
    itemsOf,
    previousOf: submissionBefore,
    onOpened: async (trx, { submissionId, by }) => {
      await takeIntoReview(trx, submissionId, by);
      return true;
    },
    onDecided: decide,
    onWithdrawn: async (trx, { submissionId, by }) => {
      const { product } = await lockSubmitted(trx, submissionId);
      await moveProduct(trx, product, 'withdraw');
      await closeSubmission(trx, submissionId, 'withdraw');
      await record(trx, product, { act: 'withdraw', by });
    },
    ownCompany: isOwnCompany,
    nameOf: async (db, submissionId) => (await submissionById(db, submissionId)).body.name,
    criteriaOf: async (db, submissionId) => ({ deliveryType: (await submissionById(db, submissionId)).deliveryType }),
    problemsOf: async (db, submissionId) => {
      const { sellerId, deliveryType, body } = await submissionById(db, submissionId);
      return checkProduct(body, await checkFactsOf(db, { sellerId, deliveryType, body }));
    },
    takenDown: async (db, submissionId) => {
      const { productId: id } = await submissionById(db, submissionId);
      const taken = 'select 1 from products where id = :id and taken_down_at is not null';
      return (await firstRow(db, taken, { id })) !== undefined;
    },
    subjectIdOf: async (db, submissionId) => (await submissionById(db, submissionId)).productId,
  };
}

async function itemsOf(db: Queryable, submissionId: string) {
  const { sellerId, body } = await submissionById(db, submissionId);
  const pictures = await picturesOf(db, sellerId, imagesOf(body));
  const videos = await videosOfSeller(db, sellerId, body.videoId === undefined ? [] : [body.videoId]);
  const urls = new Map([
    ...pictures.map(({ id, name }) => [id, imageUrl(name)] as const),
    ...videos.map(({ id, name }) => [id, videoUrl(name)] as const),
  ]);
  const category = await categoryPath(db, body.categoryId);
  return productItems(body, { category, urlOf: (id) => urls.get(id) ?? id });
}

/**
 * The draft goes into review as it was handed in. Gates are judged here once more: between the look at the rows and this
 * moment the fee may have ended, or the draft may have changed.
 *
 * @throws DomainError WRONG_STATE, SELLER_CENTRE_CLOSED, FEE_NOT_PAID, DRAFT_UNCHANGED, DRAFT_INCOMPLETE
 */
async function takeIntoReview(trx: Trx, submissionId: string, by: By): Promise<void> {
  const { submission, product } = await lockSubmitted(trx, submissionId);
  // rule: submitted-draft-is-the-one-that-stands
  const isStale = submission.draftVersion !== product.draftVersion;
  if (isStale || !mayAct(product, 'submit')) await refuseProduct(trx, product.id);
  await requireProductGates(trx, product.sellerId);
  const row = await productThere(trx, product.id);
  // rule: unchanged-since-it-was-looked-at
  requireNew(row);
  requireComplete(submission.body, product.deliveryType);
  await run(trx, 'update product_submissions set opened_at = now() where id = :submissionId', { submissionId });
  await moveProduct(trx, product, 'submit', { submissionId });
  await record(trx, product, { act: 'submit', by });
}

/** Approved is published as it was submitted; what came back waits for its seller, with the reasons at its fields. */
async function decide(trx: Trx, decision: ReviewDecision): Promise<void> {
  const { submissionId, outcome } = decision;
  const { product } = await lockSubmitted(trx, submissionId);
  if (product.submissionId !== submissionId) throw new Error(`${submissionId} is not in review`);
  const revisionId = outcome === 'approve' ? await publish(trx, submissionId) : undefined;
  await moveProduct(trx, product, outcome, revisionId === undefined ? {} : { revisionId });
  await run(
    trx,
    // rule: approval-clears-a-take-down
    `update products
        set draft_errors = :errors::jsonb,
            rejected_version = case when :outcome = 'reject' then draft_version end,
            taken_down_at = case when :outcome <> 'approve' then taken_down_at end,
            taken_down_by = case when :outcome <> 'approve' then taken_down_by end,
            taken_down_reason = case when :outcome <> 'approve' then taken_down_reason end
      where id = :id`,
    { id: product.id, outcome, errors: JSON.stringify(outcome === 'approve' ? [] : toldReasons(decision)) },
  );
  await closeSubmission(trx, submissionId, outcome);
  await record(trx, product, { act: outcome, by: decision.by });
}

/** In the audit, and to whoever looks on. */
async function record(
  trx: Trx,
  { id: subjectId, sellerId }: LockedProduct,
  { act, by }: { readonly act: string; readonly by: By },
): Promise<void> {
  await recordAudit(trx, { action: `product.${act}`, subjectId, enterpriseId: null, sellerId, by });
  await recordChange(trx, { type: `product.${act}`, subjectId, sellerId });
}

/** What was approved, and nothing else, becomes what buyers may see. */
async function publish(trx: Trx, submissionId: string): Promise<string> {
  const published = await firstRow<{ id: string }>(
    trx,
    `insert into product_revisions (id, product_id, seller_id, number, submission_id, body)
     select :id, s.product_id, s.seller_id,
            1 + coalesce((select max(r.number) from product_revisions r where r.product_id = s.product_id), 0),
            s.id, s.body
       from product_submissions s where s.id = :submissionId
     returning id`,
    { id: newId('revision'), submissionId },
  );
  if (published === undefined) throw new Error(`no submission ${submissionId}`);
  return published.id;
}

async function closeSubmission(
  trx: Trx,
  submissionId: string,
  outcome: ReviewDecision['outcome'] | 'withdraw',
): Promise<void> {
  await run(trx, 'update product_submissions set outcome = :outcome, closed_at = now() where id = :submissionId', {
    submissionId,
    outcome,
  });
}
