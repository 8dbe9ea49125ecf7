import { z } from 'zod';
import { payPurchaseSchema, placePurchaseSchema } from '../../domain/purchase/schemas';
import {
  purchaseMachine,
  purchaseStates,
  type PurchaseCommand,
  type PurchaseState,
} from '../../domain/purchase/states';
import { DomainError } from '../../domain/shared/errors';
import { benefitById } from '../../db/catalogue/queries';
import { enterpriseBalance } from '../../db/ledger/queries';
import { newId } from '../../db/new-id';
import { listPurchases, purchaseById, type PurchaseRow } from '../../db/purchase/queries';
import { caseStarts } from '../../temporal/starts';
import { payOnlineUpdate, purchaseUpdates, purchaseWorkflowId } from '../../workflows/purchase/contract';
import { acceptedSchema } from '../http/answers';
import { commandCase, type CaseKind } from '../http/case-command';
import { listAnswer, listQuery, listSchema, pageRequest } from '../http/lists';
import { commandRequest, enterpriseOf, route, type AnyRoute, type Call, type Sighting } from '../http/route';
import { paymentSchema, renderNewestPayment } from '../payment/render';
import {
  purchaseSchema,
  purchaseSummarySchema,
  renderPurchase,
  renderPurchaseById,
  renderPurchaseSummary,
} from './render';

function findPurchase({ services, principal, params }: Sighting): Promise<PurchaseRow | undefined> {
  return purchaseById(services.db, enterpriseOf(principal), params['id'] ?? '');
}

const place = route({
  method: 'post',
  path: '/v1/purchases',
  summary: 'Buy now (立即购买): places an order and freezes its information for confirmation',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'required',
  body: placePurchaseSchema,
  answers: { 201: purchaseSchema, 202: acceptedSchema },
  handle: async (call) => {
    const { services, principal, body, requestId, language } = call;
    const { db, gateway, settings } = services;
    const enterpriseId = enterpriseOf(principal);
    return services.commands.forCase({
      ...commandRequest(call),
      status: 201,
      allocate: () => {
        const resourceId = newId('purchase');
        return { resourceId, workflowId: purchaseWorkflowId(resourceId) };
      },
      check: async () => {
        const benefit = await benefitById(db, body.benefitId);
        if (benefit === undefined || benefit.takenDownAt !== null) throw benefitNotFound();
        return 'go';
      },
      deliver: (claim) => {
        const order = { purchaseId: claim.resourceId, enterpriseId, ...body };
        const by = { accountId: principal.accountId, commandId: claim.id, requestId };
        const start = caseStarts.purchase({ ...order, ...by }, settings);
        return gateway.create(start, claim.updateId);
      },
      render: (id) => renderPurchaseById(db, enterpriseId, id, language),
    });
  },
});

function benefitNotFound(): DomainError {
  return new DomainError('REFERENCE_NOT_FOUND', {
    errors: [{ path: '/benefitId', code: 'REFERENCE_NOT_FOUND', message: 'no such benefit' }],
  });
}

const purchaseCase: CaseKind<PurchaseRow, PurchaseState, PurchaseCommand> = {
  machine: purchaseMachine,
  workflowId: purchaseWorkflowId,
  updates: purchaseUpdates,
  find: purchaseById,
  render: renderPurchaseById,
};

const paidOnlineSchema = z.strictObject({
  purchase: purchaseSchema,
  /** Absent where the order had been paid otherwise before. */
  payment: paymentSchema.optional(),
});

const pay = route({
  method: 'post',
  path: '/v1/purchases/:id/pay',
  summary: 'Pay now (立即支付): from the enterprise balance, or through a channel by a payment of its own',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'required',
  find: findPurchase,
  body: payPurchaseSchema,
  answers: { 200: z.union([purchaseSchema, paidOnlineSchema]), 202: acceptedSchema },
  handle: (call) => (call.body.method === 'balance' ? payFromBalance(call) : payOnline(call, call.body.method)),
});

type PayCall = Call<z.infer<typeof payPurchaseSchema>, undefined, PurchaseRow>;

function payFromBalance(call: PayCall) {
  return commandCase(purchaseCase, call, 'pay', {
    gate: refuseWhileClosing,
    facts: async (row) => {
      const { balanceFen, heldFen } = await enterpriseBalance(call.services.db, enterpriseOf(call.principal));
      const missingFen = row.totalFen - (balanceFen - heldFen);
      // rule: short-balance-is-checked-first
      if (missingFen > 0) throw new DomainError('BALANCE_SHORT', { missingFen });
    },
  });
}

function payOnline(call: PayCall, method: 'wechat_native' | 'bank_b2b') {
  const { services, principal, language } = call;
  const enterpriseId = enterpriseOf(principal);
  return commandCase(purchaseCase, call, 'pay', {
    update: payOnlineUpdate,
    input: { method },
    gate: refuseWhileClosing,
    facts: () => {
      // rule: only-configured-channels-pay
      if (method !== 'wechat_native' || services.channel === undefined)
        throw new DomainError('CHANNEL_NOT_AVAILABLE', {
          errors: [{ path: '/method', code: 'CHANNEL_NOT_AVAILABLE', message: 'not available here' }],
        });
      return Promise.resolve();
    },
    secret: true,
    render: async (id) => {
      const [purchase, payment] = await Promise.all([
        renderPurchaseById(services.db, enterpriseId, id, language),
        renderNewestPayment(services, id),
      ]);
      return { purchase, ...(payment === undefined ? {} : { payment }) };
    },
  });
}

function refuseWhileClosing(row: PurchaseRow): void {
  // rule: closing-orders-take-no-payment
  if (row.closing !== null) throw new DomainError('PAYMENT_IN_PROGRESS', { allowed: [] });
}

const cancel = route({
  method: 'post',
  path: '/v1/purchases/:id/cancel',
  summary: 'Cancel an order before payment',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findPurchase,
  answers: { 200: purchaseSchema, 202: acceptedSchema },
  handle: (call) => commandCase(purchaseCase, call, 'cancel'),
});

const close = route({
  method: 'post',
  path: '/v1/purchases/:id/close',
  summary: 'Close the order detail (关闭): the purchase is finished',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findPurchase,
  answers: { 200: purchaseSchema, 202: acceptedSchema },
  handle: (call) => commandCase(purchaseCase, call, 'close'),
});

const list = route({
  method: 'get',
  path: '/v1/purchases',
  summary: "The enterprise's purchases, newest first",
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({ state: z.enum(purchaseStates).optional() }),
  answers: { 200: listSchema(purchaseSummarySchema) },
  handle: async ({ services, principal, query }) => {
    const filter = { state: query.state ?? null };
    const page = await listPurchases(services.db, enterpriseOf(principal), filter, pageRequest(query));
    return { status: 200, body: listAnswer(page, renderPurchaseSummary) };
  },
});

const detail = route({
  method: 'get',
  path: '/v1/purchases/:id',
  summary: 'The order detail (订单详情)',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  find: findPurchase,
  query: z.strictObject({}),
  answers: { 200: purchaseSchema },
  handle: async ({ services, target, language }) => ({
    status: 200,
    body: await renderPurchase(services.db, target, language),
  }),
});

export const purchaseRoutes: readonly AnyRoute[] = [place, list, detail, pay, cancel, close];
