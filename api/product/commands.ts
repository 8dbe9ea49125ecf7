import { z } from 'zod';
import { checkProduct } from '../../domain/product/checks';
import { onboardingIdOf } from '../../domain/shared/ids';
import { recordAudit } from '../../db/case/repository';
import type { Trx } from '../../db/connection';
import { checkFactsOf } from '../../db/product/check-facts';
import { requireProductGates } from '../../db/product/gates';
import { productById, productThere, type ProductRow } from '../../db/product/own-queries';
import {
  freezeSubmission,
  mayAct,
  refuseProduct,
  requireComplete,
  requireNew,
  standingOf,
} from '../../db/product/repository';
import { listProduct, takeProductDown, unlistProduct, withdrawProduct, type SaleOrder } from '../../db/product/sale';
import { reviewWorkflowId } from '../../workflows/review/contract';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import { acceptedSchema, type Answer } from '../http/answers';
import { commandRequest, route, type AnyRoute, type Call } from '../http/route';
import { takeDownSchema } from '../market/taken-down';
import { submitForReview } from '../review/submit';
import type { Services } from '../services';
import { ownProduct, anyProduct } from './find';
import { productSchema, renderProduct } from './render';

type ProductCall<Body = undefined> = Call<Body, undefined, ProductRow>;

/** The rows moved: the onboarding's run makes its lists true. Who is not told finds it at the next look. */
function tellOnboarding({ gateway }: Pick<Services, 'gateway'>, sellerId: string): void {
  void gateway.reload(sellerOnboardingWorkflowId(onboardingIdOf(sellerId))).catch(() => false);
}

function tellReview({ gateway }: Pick<Services, 'gateway'>, submissionId: string | null): void {
  if (submissionId !== null) void gateway.reload(reviewWorkflowId(submissionId)).catch(() => false);
}

/** A command of one transaction upon a product; `work` tells whether anything was left to do, and only that is audited. */
async function inOne<Body>(
  call: ProductCall<Body>,
  action: string,
  work: (trx: Trx, order: SaleOrder) => Promise<boolean>,
  reason?: string,
): Promise<Answer> {
  const { services, principal, target, requestId } = call;
  const { id, sellerId } = target;
  const by = { actor: principal.accountId, requestId, ...(reason === undefined ? {} : { reason }) };
  const answer = await services.commands.inTransaction({
    ...commandRequest(call),
    status: 200,
    resourceId: id,
    work: async (trx) => {
      if (!(await work(trx, { productId: id, sellerId, by }))) return;
      await recordAudit(trx, { action: `product.${action}`, subjectId: id, enterpriseId: null, sellerId, by });
    },
    render: async (trx) => renderProduct(await productThere(trx, id), call),
  });
  tellOnboarding(services, sellerId);
  return answer;
}

const check = route({
  method: 'post',
  path: '/v1/products/:id/check',
  summary: 'What the reviewers’ own rules find in the draft; nothing is handed in',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownProduct,
  answers: {
    200: z.strictObject({
      problems: z.array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() })),
    }),
  },
  handle: (call) => {
    const { services, target, language } = call;
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      work: () => Promise.resolve(),
      render: async (trx) => {
        const { sellerId, deliveryType, draft } = await productThere(trx, target.id);
        const found = checkProduct(draft, await checkFactsOf(trx, { sellerId, deliveryType, body: draft }));
        const problems = found.map(({ path, code, zh, en }) => ({ path, code, message: language === 'en' ? en : zh }));
        return { problems };
      },
    });
  },
});

const submit = route({
  method: 'post',
  path: '/v1/products/:id/submit',
  summary: 'Hand the draft to the reviewers (提交审核)',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownProduct,
  answers: { 200: productSchema, 202: acceptedSchema },
  handle: async (call) => {
    const { services, target } = call;
    const { db } = services;
    const answer = await submitForReview(call, {
      ...{ kind: 'product', sellerId: target.sellerId, resourceId: target.id },
      check: async () => judgeSubmission(services, (await productById(db, target.id, null)) ?? target),
      freeze: (submissionId) => freezeSubmission(db, submissionId, target.id),
      standing: async () => standingOf((await productById(db, target.id, null)) ?? target),
      render: async () => renderProduct(await productThere(db, target.id), call),
    });
    tellOnboarding(services, target.sellerId);
    return answer;
  },
});

/** State and gates (409), then what is missing (422). */
async function judgeSubmission({ db }: Services, row: ProductRow): Promise<'go' | 'reached'> {
  if (row.draftState === 'in_review') return 'reached';
  if (!mayAct(row, 'submit')) await refuseProduct(db, row.id);
  await requireProductGates(db, row.sellerId);
  requireNew(row);
  requireComplete(row.draft, row.deliveryType);
  return 'go';
}

const withdraw = route({
  method: 'post',
  path: '/v1/products/:id/withdraw',
  summary: 'Take back what is with a reviewer (撤销审核)',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownProduct,
  answers: { 200: productSchema },
  handle: async (call) => {
    const { services } = call;
    let withdrawn: string | null = null;
    const answer = await inOne(call, 'withdraw', async (trx, order) => {
      withdrawn = await withdrawProduct(trx, services.reviewSubjects, order);
      // It was audited with its review.
      return false;
    });
    tellReview(services, withdrawn);
    return answer;
  },
});

const listing = route({
  method: 'post',
  path: '/v1/products/:id/list',
  summary: 'Show it to buyers (上架): what was approved; the first one completes the onboarding',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownProduct,
  answers: { 200: productSchema },
  handle: (call) => inOne(call, 'list', listProduct),
});

const unlisting = route({
  method: 'post',
  path: '/v1/products/:id/unlist',
  summary: 'Take it off the market (下架); it can be listed again without a review',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownProduct,
  answers: { 200: productSchema },
  handle: (call) => inOne(call, 'unlist', unlistProduct),
});

const takeDown = route({
  method: 'post',
  path: '/v1/products/:id/take-down',
  summary: 'Take a product off the market for a reason; its seller can change it and hand it in again',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'honoured',
  find: anyProduct,
  body: takeDownSchema,
  answers: { 200: productSchema },
  handle: async (call) => {
    const { services, body } = call;
    let withdrawn: string | null = null;
    const work = async (trx: Trx, { productId, by }: SaleOrder): Promise<boolean> => {
      const taken = await takeProductDown(trx, services.reviewSubjects, { productId, by: { ...by, ...body } });
      withdrawn = taken?.withdrawn ?? null;
      return taken !== null;
    };
    const answer = await inOne(call, 'take_down', work, body.reason);
    tellReview(services, withdrawn);
    return answer;
  },
});

export const productCommandRoutes: readonly AnyRoute[] = [check, submit, withdraw, listing, unlisting, takeDown];
