import express, { Router, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import type { Books } from '../books/books';
import { isPaid, stateOf } from '../wechat/orders';
import { NotPossible, type Payers } from '../wechat/payers';
import type { Order } from '../books/records';
import { canHappen, type Faults } from '../faults';
import type { Delivery, Notifier } from '../notifications/notifier';
import type { Calls } from './calls';
import * as schemas from './schemas';

export interface Controls {
  readonly books: Books;
  readonly payers: Payers;
  readonly notifier: Notifier;
  readonly faults: Faults;
  readonly calls: Calls;
}

/** Newest first, as many as a person can look at. */
const listed = 200;

/** The buyer's and the channel's side, for whoever plays the outside world: a test, a bench, the page. */
export function controlRoutes(controls: Controls): Router {
  const router = Router();
  router.use(sameSite, express.json({ limit: '64kb' }));
  payments(router, controls);
  faults(router, controls);
  router.get('/calls', (_request, response) => void response.json(controls.calls.report()));
  router.delete('/calls', (_request, response) => {
    controls.calls.reset();
    response.status(204).end();
  });
  router.use((_request, response) => void response.status(404).json({ message: 'no such control' }));
  router.use(refusals);
  return router;
}

function payments(router: Router, { books, payers, notifier }: Controls): void {
  router.get('/payments', (request, response) => {
    const { reference } = schemas.paymentsQuery.parse(request.query);
    const orders = reference === undefined ? [...books.allOrders()].slice(-listed) : books.ordersOfAttach(reference);
    response.json({ items: orders.map(paymentOf).reverse() });
  });
  router.post('/payments/:number/pay', async (request, response) => {
    const { notify, force } = schemas.payBody.parse(request.body ?? {});
    response.json(paymentOf(await payers.pay(request.params.number, { notify, force: force === true })));
  });
  router.post('/payments/:number/refuse', async (request, response) => {
    schemas.emptyBody.parse(request.body ?? {});
    response.json(paymentOf(await payers.refuse(request.params.number)));
  });
  router.post('/payments/:number/notify', async (request, response) => {
    const { times, delayMs } = schemas.notifyBody.parse(request.body ?? {});
    const order = books.order(request.params.number);
    if (order === undefined) throw new NotPossible(404, 'no order has this number');
    if (!isPaid(order)) throw new NotPossible(409, 'there is nothing to tell: the order is not paid');
    const send = () => notifier.repeat('payment', order.outTradeNo, times);
    response.json({ times, answers: await sent(send, delayMs) });
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

function faults(router: Router, { faults: scripted }: Controls): void {
  router.get('/faults', (_request, response) => void response.json({ items: scripted.all() }));
  router.post('/faults', (request, response) => {
    const { target } = z.looseObject({ target: z.string() }).parse(request.body ?? {});
    if (schemas.laterTargets.includes(target)) {
      response.status(400).json({ message: `${target} is not emulated yet; supported: wechat_pay` });
      return;
    }
    const { target: _, ...order } = schemas.faultBody.parse(request.body);
    if (order.on !== undefined && !canHappen(order.kind, order.on)) {
      response.status(400).json({ message: `${order.kind} cannot happen on ${order.on}` });
      return;
    }
    response.status(201).json(scripted.add(order));
  });
  router.delete('/faults', (request, response) => {
    const { id, kind } = schemas.faultQuery.parse(request.query);
    scripted.remove((fault) => (id === undefined || fault.id === id) && (kind === undefined || fault.kind === kind));
    response.status(204).end();
  });
}

/** How an order is told: the same words as any channel's. */
export const standings = {
  NOTPAY: 'unpaid',
  USERPAYING: 'in_progress',
  PAYERROR: 'failed',
  SUCCESS: 'paid',
  REFUND: 'refunded',
  CLOSED: 'closed',
} as const;

export function paymentOf(order: Order) {
  return {
    channelNumber: order.outTradeNo,
    channel: 'wechat_pay',
    state: standings[stateOf(order)],
    amountFen: order.total,
  };
}

/** A page of somewhere else, opened in the same browser, must not turn the controls. */
const sameSite: RequestHandler = (request, response, next) => {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') next();
  else response.status(403).json({ message: 'the controls are for this page alone' });
};

function refusals(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) next(error);
  else if (error instanceof NotPossible) response.status(error.status).json({ message: error.message });
  else if (error instanceof z.ZodError) response.status(400).json({ message: z.prettifyError(error) });
  else if (error instanceof SyntaxError) response.status(400).json({ message: 'the body is not JSON' });
  else next(error);
}
