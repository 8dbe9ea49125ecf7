import { z } from 'zod';
import { refundPaymentSchema } from '../../domain/payment/schemas';
import type { Principal } from '../../domain/shared/roles';
import { paymentById, type PaymentRow } from '../../db/payment/queries';
import { refundSetApart } from '../../db/payment/refunds';
import { paymentWorkflowId } from '../../workflows/payment/contract';
import { commandRequest, route, type AnyRoute, type Sighting } from '../http/route';
import { paymentSchema, renderForOperator, renderPayable } from './render';

/** A manager's own enterprise's, a seller's own; an operator may see everybody's. */
function findPayment({ services, principal, params }: Sighting): Promise<PaymentRow | undefined> {
  const { roles, enterpriseId, sellerId } = principal;
  const tenant = { enterpriseId: roles.includes('mall_manager') ? enterpriseId : null, sellerId };
  return paymentById(services.db, isOperator(principal) ? null : tenant, params['id'] ?? '');
}

function isOperator({ roles }: Principal): boolean {
  return roles.includes('operator');
}

const detail = route({
  method: 'get',
  path: '/v1/payments/:id',
  summary: 'A payment through a channel; to whose it is with its code while it can be paid',
  tag: 'payments',
  // A seller has no role before the seller centre opens.
  access: 'signed_in',
  idempotency: 'none',
  find: findPayment,
  query: z.strictObject({}),
  answers: { 200: paymentSchema },
  handle: async ({ services, principal, target }) => ({
    status: 200,
    // rule: operators-see-no-codes
    body: isOperator(principal) ? renderForOperator(target) : await renderPayable(services, target),
  }),
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
      render: async (trx) => renderForOperator((await paymentById(trx, null, target.id)) ?? target),
    });
    // Its run finds the refund in the rows; who is not told now is told by the sweep.
    void services.gateway.reload(paymentWorkflowId(target.id)).catch(() => false);
    return answer;
  },
});

export const paymentRoutes: readonly AnyRoute[] = [detail, refund];
