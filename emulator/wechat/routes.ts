import { Router, type Request } from 'express';
import type { Books } from '../books/books';
import { misstated } from '../notifications/message';
import { frequencyLimited, type Orders } from './orders';
import type { Payers } from './payers';
import { endpoint, type Answer, type Call, type Ground } from './pipeline';
import { closeBody, createBody, merchantQuery, parsed } from './schemas';

export interface Desks {
  readonly books: Books;
  readonly orders: Orders;
  readonly payers: Payers;
}

const json = (body: Readonly<Record<string, unknown>>): Answer => ({ kind: 'json', body });
const named = (request: Request, name: string): string => String(request.params[name]);
const misstatements = ['wrong_amount', 'wrong_merchant'] as const;

/** How long a payer who was paying while the order was being closed takes to finish. */
const payingMs = 300;

/** The interface of WeChat Pay v3, as far as a direct merchant's Native payments need it. */
export function wechatRoutes(ground: Ground, desks: Desks): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const transactions = '/v3/pay/transactions';
  router.post(
    `${transactions}/native`,
    endpoint(ground, 'create', async ({ body }) => json(await desks.orders.create(parsed(createBody, body, 'body')))),
  );
  router.get(
    `${transactions}/out-trade-no/:number`,
    endpoint(ground, 'query', (call) => query(desks, call, desks.books.order(named(call.request, 'number')))),
  );
  router.get(
    `${transactions}/id/:id`,
    endpoint(ground, 'query', (call) => query(desks, call, desks.books.orderOfTransaction(named(call.request, 'id')))),
  );
  router.post(
    `${transactions}/out-trade-no/:number/close`,
    endpoint(ground, 'close', (call) => close(desks, call)),
  );
  return router;
}

async function query(desks: Desks, call: Call, order: ReturnType<Books['order']>): Promise<Answer> {
  const { mchid } = parsed(merchantQuery, call.request.query, 'query');
  const transaction = desks.orders.query(order, mchid);
  return json(misstated(transaction, call.fault(misstatements)?.kind));
}

async function close(desks: Desks, call: Call): Promise<Answer> {
  const { mchid } = parsed(closeBody, call.body, 'body');
  const number = named(call.request, 'number');
  if (call.fault(['close_while_paying']) !== undefined) {
    await desks.payers.finishPaying(number, payingMs);
    throw frequencyLimited();
  }
  await desks.orders.close(number, mchid);
  return { kind: 'nothing' };
}
