import { z } from 'zod';
import { alreadyReached } from '../../domain/shared/state-machine';
import { draftMachine } from '../../domain/market/draft-states';
import { DomainError } from '../../domain/shared/errors';
import { shopDraftSchema, type ShopDraft } from '../../domain/shop/schemas';
import { requireSellerCentre } from '../../db/product/gates';
import { requireSignedAgreement } from '../../db/seller/agreements';
import type { SellerRow } from '../../db/seller/onboarding-queries';
import { rememberShopPhone } from '../../db/shop/marks';
import { shopOf, type ShopRow } from '../../db/shop/queries';
import {
  actionsOf,
  freezeShop,
  pathOfShop,
  publishRest,
  requireAct,
  requireWhole,
  resetDraft,
  saveDraft,
  standingOf,
} from '../../db/shop/repository';
import { takeDownShop } from '../../db/shop/take-down';
import { takeShopBack } from '../../db/shop/take-back';
import { reviewWorkflowId } from '../../workflows/review/contract';
import { acceptedSchema, type Answer } from '../http/answers';
import { commandRequest, route, type AnyRoute, type Call } from '../http/route';
import { takeDownSchema } from '../market/taken-down';
import { submitForReview } from '../review/submit';
import { ownSeller, visibleSeller } from '../seller/seller-command';
import { requireReferences } from './check';
import { renderDraft, shopDraftAnswer } from './render';

const draft = route({
  method: 'get',
  path: '/v1/sellers/:id/shop/draft',
  summary: 'The shop its seller works on (店铺信息), beside what is published',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: visibleSeller,
  query: z.strictObject({}),
  answers: { 200: shopDraftAnswer },
  handle: async (call) => ({
    status: 200,
    body: await renderDraft(call.services.db, call.target.sellerId, call),
  }),
});

const save = route<ShopDraft, undefined, SellerRow>({
  method: 'put',
  path: '/v1/sellers/:id/shop/draft',
  summary: 'Save the shop’s draft, however little of it is there; what is left out is gone',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: ownSeller,
  body: shopDraftSchema,
  answers: { 200: shopDraftAnswer },
  handle: (call) => {
    const { services, principal, body, target, requestId } = call;
    const { sellerId } = target;
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: sellerId,
      work: async (trx) => {
        await saveDraft(trx, { sellerId, draft: body, by: { actor: principal.accountId, requestId } });
        // After the state: what is refused for it has no facts.
        await requireReferences(trx, sellerId, body);
      },
      render: (trx) => renderDraft(trx, sellerId, call),
    });
  },
});

const reset = route<undefined, undefined, SellerRow>({
  method: 'post',
  path: '/v1/sellers/:id/shop/reset',
  summary: 'Begin the draft again from what is published (重置草稿)',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  answers: { 200: shopDraftAnswer },
  handle: (call) => {
    const { services, principal, target, requestId } = call;
    const { sellerId } = target;
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: sellerId,
      work: (trx) => resetDraft(trx, { sellerId, by: { actor: principal.accountId, requestId } }),
      render: (trx) => renderDraft(trx, sellerId, call),
    });
  },
});

type ShopCall = Call<undefined, undefined, SellerRow>;

/** 提交: what a reviewer must see is reviewed, the rest is published at once (domain.md §2.6). */
async function submitShop(call: ShopCall): Promise<Answer> {
  const { services, target } = call;
  const { db } = services;
  const { sellerId } = target;
  const shop = await shopOf(db, sellerId);
  if (shop !== undefined && mayPublish(shop)) return publishAtOnce(call, sellerId);
  return submitForReview(call, {
    ...{ kind: 'shop', sellerId, resourceId: sellerId },
    check: () => mayBeReviewed(call, sellerId),
    freeze: async (submissionId) => {
      await freezeShop(db, submissionId, sellerId);
      await rememberShopPhone(db, services.vault, { sellerId, source: submissionId });
    },
    standing: async () => {
      const now = await shopOf(db, sellerId);
      return now === undefined ? { state: draftMachine.initial, allowed: [] } : standingOf(now);
    },
    render: () => renderDraft(db, sellerId, call),
  });
}

function mayPublish(shop: ShopRow): boolean {
  return shop.draftState !== 'in_review' && pathOfShop(shop) === 'publish';
}

/** State and gates (409), then facts (422). */
async function mayBeReviewed({ services }: ShopCall, sellerId: string): Promise<'go' | 'reached'> {
  const { db } = services;
  const shop = await shopOf(db, sellerId);
  if (shop !== undefined && alreadyReached(draftMachine, shop.draftState, 'submit')) return 'reached';
  await requireSellerCentre(db, sellerId);
  await requireSignedAgreement(db, sellerId);
  if (shop === undefined) {
    requireWhole({});
    return 'go';
  }
  requireAct(shop, 'submit');
  const path = pathOfShop(shop);
  // rule: shop-without-a-change-is-refused
  if (path === 'unchanged') throw new DomainError('DRAFT_UNCHANGED', { allowed: actionsOf(shop) });
  requireWhole(shop.draft);
  // It took the other path when it was looked at first.
  if (path === 'publish') throw new DomainError('TRY_AGAIN');
  return 'go';
}

function publishAtOnce(call: ShopCall, sellerId: string): Promise<Answer> {
  const { services, principal, requestId } = call;
  return services.commands.inTransaction({
    ...commandRequest(call),
    status: 200,
    resourceId: sellerId,
    work: async (trx) => {
      await requireSignedAgreement(trx, sellerId);
      await publishRest(trx, { sellerId, by: { actor: principal.accountId, requestId } });
      await rememberShopPhone(trx, services.vault, { sellerId, source: sellerId });
    },
    render: (trx) => renderDraft(trx, sellerId, call),
  });
}

const submit = route({
  method: 'post',
  path: '/v1/sellers/:id/shop/submit',
  summary: 'Hand the shop in (店铺发布): its introduction to a reviewer, everything else is published at once',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  answers: { 200: shopDraftAnswer, 202: acceptedSchema },
  handle: submitShop,
});

/** 撤回审核. */
async function withdrawShop(call: ShopCall): Promise<Answer> {
  const { services, principal, target, requestId } = call;
  const { sellerId } = target;
  let submissionId: string | null = null;
  const answer = await services.commands.inTransaction({
    ...commandRequest(call),
    status: 200,
    resourceId: sellerId,
    work: async (trx) => {
      const by = { actor: principal.accountId, requestId };
      submissionId = await takeShopBack(trx, services.reviewSubjects, { sellerId, by });
    },
    render: (trx) => renderDraft(trx, sellerId, call),
  });
  tellRun(call.services, submissionId);
  return answer;
}

/** The run of the review reads its row; a run that stays behind is moved on by its clock. */
function tellRun({ gateway }: Pick<ShopCall['services'], 'gateway'>, submissionId: string | null): void {
  if (submissionId !== null) void gateway.reload(reviewWorkflowId(submissionId)).catch(() => false);
}

const withdraw = route({
  method: 'post',
  path: '/v1/sellers/:id/shop/withdraw',
  summary: 'Take the shop back from review (撤回审核): its draft can be edited again',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  answers: { 200: shopDraftAnswer },
  handle: withdrawShop,
});

const takeDown = route<z.infer<typeof takeDownSchema>, undefined, SellerRow>({
  method: 'post',
  path: '/v1/sellers/:id/shop/take-down',
  summary: 'Take a published shop from buyers’ sight; its seller reads why and can hand it in again',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'honoured',
  find: visibleSeller,
  body: takeDownSchema,
  answers: { 200: shopDraftAnswer },
  handle: async (call) => {
    const { services, principal, target, body, requestId } = call;
    const { sellerId } = target;
    let submissionId: string | null = null;
    const answer = await services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: sellerId,
      work: async (trx) => {
        const by = { actor: principal.accountId, requestId, reason: body.reason };
        submissionId = await takeDownShop(trx, { sellerId, by });
      },
      render: (trx) => renderDraft(trx, sellerId, call),
    });
    tellRun(services, submissionId);
    return answer;
  },
});

export const shopRoutes: readonly AnyRoute[] = [draft, save, reset, submit, withdraw, takeDown];
