import { takeIn } from '../../db/payment/inbox';
import { listExceptions } from '../../db/payment/reconciliation-queries';
import { requestPayment } from '../../db/payment/repository';
import { recordOpened } from '../../db/payment/settlement';
import { paymentsOf } from '../../db/payment/queries';
import { codeAbout } from '../../domain/payment/codes';
import { paymentWorkflowId } from '../../workflows/payment/contract';
import { eventually } from './eventually';
import type { Body, HttpClient } from './http-client';
import type { Installation } from './installation';
import { isUnderWay, purchaseRows } from './purchases';
import { demoTenants, type Tenant } from './sub-stock-rows';

export interface PaymentRows {
  readonly id: string;
  readonly purchaseId: string;
  readonly channelNumber: string;
}

/**
 * The rows of an order and of a payment for it, without any run, of the first demo enterprise unless said otherwise: for
 * reads and refusals. `code`: its attempt is open and shows this.
 */
export async function paymentRows(
  mallflow: Installation,
  options: { readonly of?: Tenant; readonly code?: string } = {},
): Promise<PaymentRows> {
  const of = options.of ?? demoTenants[0];
  const { id: purchaseId } = await purchaseRows(mallflow, { of });
  const { db } = mallflow.database;
  const by = { actor: of.accountId, requestId: null };
  const method = { channel: 'wechat_pay', method: 'wechat_native', workflowIdOf: paymentWorkflowId } as const;
  const id = await db.transaction((trx) =>
    requestPayment(trx, { subject: { kind: 'purchase', id: purchaseId }, ...method, by }),
  );
  const [row] = await paymentsOf(db, purchaseId);
  const channelNumber = row?.attempts[0]?.channelNumber ?? '';
  const { code } = options;
  if (code !== undefined)
    await db.transaction((trx) =>
      recordOpened(trx, {
        ...{ paymentId: id, channelNumber, askAgainInMs: 600_000 },
        code: mallflow.services.vault.seal(codeAbout(channelNumber), code),
      }),
    );
  return { id, purchaseId, channelNumber };
}

/** An exception that is open: the channel told of a payment nobody knows. */
export async function exceptionRow({ database: { db } }: Installation): Promise<string> {
  const channelNumber = 'nobody-knows-it';
  const said = { standing: 'paid', transactionId: 'wx1', amountFen: 500, paidAt: new Date(), foreign: [] } as const;
  const event = { eventId: 'evt-1', eventType: 'TRANSACTION.SUCCESS', about: 'payment' } as const;
  await takeIn(db, 'wechat_pay', { ...event, payment: { channelNumber, ...said } });
  const filter = { state: 'open', day: null, kind: 'unknown_notification' } as const;
  const { items } = await listExceptions(db, filter, { limit: 1, after: null });
  return items[0]?.id ?? '';
}

/** 立即支付 through the channel, until there is a code to scan. */
export async function payOnline(manager: HttpClient, purchaseId: string): Promise<Body> {
  const reply = await eventually(
    () => manager.post(`/v1/purchases/${purchaseId}/pay`, { method: 'wechat_native' }),
    (answer) => !isUnderWay(answer) && (answer.status !== 200 || answer.body.payment.codeUrl !== undefined),
  );
  if (reply.status !== 200) throw new Error(`answered ${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply.body.payment;
}

export function purchaseIs(manager: HttpClient, id: string, state: string): Promise<Body> {
  return eventually(
    async () => (await manager.get(`/v1/purchases/${id}`)).body,
    (body) => body.state === state,
  );
}

export function paymentIs(reader: HttpClient, id: string, state: string): Promise<Body> {
  return eventually(
    async () => (await reader.get(`/v1/payments/${id}`)).body,
    (body) => body.state === state,
  );
}
