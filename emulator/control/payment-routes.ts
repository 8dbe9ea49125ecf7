import type { Router } from 'express';
import type { Books } from '../books/books';
import type { EventType } from '../books/records';
import type { Delivery, Notifier } from '../notifications/notifier';
import { NotPossible } from '../not-possible';
import { isPaid } from '../wechat/orders';
import type { Payers } from '../wechat/payers';
import type { Refunds } from '../wechat/refunds';
import * as schemas from './schemas';
import { paymentOf, refundOf } from './told';

export interface PaymentControls {
  readonly books: Books;
  readonly payers: Payers;
  readonly refunds: Refunds;
  readonly notifier: Notifier;
}

/** Newest first, as many as a person can look at. */
const listed = 200;

/** What a buyer can do with an order, and the channel with a refund. */
export function paymentRoutes(router: Router, { books, payers, refunds, notifier }: PaymentControls): void {
  const repeat = async (event: EventType, number: string, body: unknown) => {
    const { times, delayMs } = schemas.notifyBody.parse(body ?? {});
    return { times, answers: await sent(() => notifier.repeat(event, number, times), delayMs) };
  };
  router.get('/payments', (request, response) => {
    const { reference } = schemas.paymentsQuery.parse(request.query);
    const orders = reference === undefined ? books.newestOrders(listed) : books.ordersOfAttach(reference).reverse();
    response.json({ items: orders.map((order) => paymentOf(books, order)) });
  });
  router.post('/payments/:number/pay', async (request, response) => {
    const { notify, force } = schemas.payBody.parse(request.body ?? {});
    const order = await payers.pay(request.params.number, { notify, force: force === true });
    response.json(paymentOf(books, order));
  });
  router.post('/payments/:number/refuse', async (request, response) => {
    schemas.emptyBody.parse(request.body ?? {});
    response.json(paymentOf(books, await payers.refuse(request.params.number)));
  });
  router.post('/payments/:number/notify', async (request, response) => {
    const order = books.order(request.params.number);
    if (order === undefined) throw new NotPossible(404, 'no order has this number');
    if (!isPaid(order)) throw new NotPossible(409, 'there is nothing to tell: the order is not paid');
    response.json(await repeat('TRANSACTION.SUCCESS', order.outTradeNo, request.body));
  });
  router.post('/orders', async (request, response) => {
    response.status(201).json(paymentOf(books, await payers.payUnasked(schemas.orderBody.parse(request.body ?? {}))));
  });
  router.post('/refunds/:number/settle', async (request, response) => {
    const { as } = schemas.settleBody.parse(request.body ?? {});
    response.json(refundOf(await refunds.settle(request.params.number, schemas.settlements[as])));
  });
  router.post('/refunds/:number/notify', async (request, response) => {
    const refund = books.refund(request.params.number);
    if (refund === undefined) throw new NotPossible(404, 'no refund has this number');
    if (refund.state === 'PROCESSING') throw new NotPossible(409, 'there is nothing to tell: it is in processing');
    response.json(await repeat(`REFUND.${refund.state}`, refund.outRefundNo, request.body));
  });
}

/** At once: how it was answered. Later: nobody waits for it. */
export async function sent(send: () => Promise<Delivery[]>, delayMs: number): Promise<Record<string, number>> {
  if (delayMs > 0) {
    setTimeout(() => void send(), delayMs).unref();
    return {};
  }
  const answers: Record<string, number> = {};
  for (const answer of await send()) answers[answer] = (answers[answer] ?? 0) + 1;
  return answers;
}
