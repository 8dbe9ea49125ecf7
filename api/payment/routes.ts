import { z } from 'zod';
import { refundPaymentSchema } from '../../domain/payment/schemas';
import { paymentById, type PaymentRow } from '../../db/payment/queries';
import { refundSetApart } from '../../db/payment/refunds';
import { paymentWorkflowId } from '../../workflows/payment/contract';
import { commandRequest, route, type AnyRoute, type Sighting } from '../http/route';
import { paymentSchema, renderPayable, renderPaymentById } from './render';

/** A manager's own enterprise's; an operator's is every enterprise. */
function findPayment({ services, principal, params }: Sighting): Promise<PaymentRow | undefined> {
  const owner = principal.roles.includes('operator') ? null : principal.enterpriseId;
  return paymentById(services.db, owner, params['id'] ?? '');
}

const detail = route({
  method: 'get',
  path: '/v1/payments/:id',
  summary: 'A payment through a channel; with its code while it can be paid',
  tag: 'payments',
  access: ['mall_manager', 'operator'],
  idempotency: 'none',
  find: findPayment,
  query: z.strictObject({}),
  answers: { 200: paymentSchema },
  handle: async ({ services, target }) => ({ status: 200, body: await renderPayable(services, target) }),
});

const refund = route({
  method: 'post',
  path: '/v1/payments/:id/refunds',
  summary: 'Give back money that came in and was not delivered for (of another amount, or not returned by itself)',
  tag: 'payments',
  access: ['operator'],
  idempotency: 'required',
  find: findPayment,
  body: refundPaymentSchema,
  answers: { 200: paymentSchema },
  handle: async (call) => {
    const { services, principal, target, body, requestId } = call;
    const by = { actor: principal.accountId, requestId, reason: body.reason };
    const answer = await services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      work: (trx) => refundSetApart(trx, { ...body, paymentId: target.id, by }),
      render: (trx) => renderPaymentById({ ...services, db: trx }, target.id),
    });
    // Its run finds the refund in the rows; who is not told now is told by the sweep.
    void services.gateway.reload(paymentWorkflowId(target.id)).catch(() => false);
    return answer;
  },
});

export const paymentRoutes: readonly AnyRoute[] = [detail, refund];
