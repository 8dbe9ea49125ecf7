import { Router, type Request } from 'express';
import type { Books } from '../books/books';
import { misstated } from '../notifications/message';
import { frequencyLimited, type Orders } from './orders';
import type { Bills } from './bills';
import type { Payers } from './payers';
import { sealed } from '../notifications/message';
import { refundFaults, type Refunds } from './refunds';
import { shanghaiTime } from './time';
import type { Identity } from '../keys/identity';
import { endpoint, type Answer, type Call, type Ground } from './pipeline';
import * as schemas from './schemas';
import { parsed } from './schemas';

export interface Desks {
  readonly books: Books;
  readonly orders: Orders;
  readonly payers: Payers;
  readonly refunds: Refunds;
  readonly bills: Bills;
}

const json = (body: Readonly<Record<string, unknown>>): Answer => ({ kind: 'json', body });
const named = (request: Request, name: string): string => String(request.params[name]);
const misstatements = ['wrong_amount', 'wrong_merchant'] as const;

/** The interface of WeChat Pay v3, as far as a direct merchant's Native payments need it. */
export function wechatRoutes(ground: Ground, desks: Desks): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const transactions = '/v3/pay/transactions';
  router.post(
    `${transactions}/native`,
    endpoint(ground, 'create', async ({ body }) =>
      json(await desks.orders.create(parsed(schemas.createBody, body, 'body'))),
    ),
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
  refundRoutes(router, ground, desks);
  billRoutes(router, ground, desks);
  router.get(
    '/v3/certificates',
    endpoint(ground, 'certificates', async () => json(certificates(ground.identity))),
  );
  return router;
}

function refundRoutes(router: Router, ground: Ground, { refunds }: Desks): void {
  const path = '/v3/refund/domestic/refunds';
  router.post(
    path,
    endpoint(ground, 'refund', async ({ body, fault }) =>
      json(await refunds.create(parsed(schemas.refundBody, body, 'body'), () => fault(refundFaults)?.kind)),
    ),
  );
  router.get(
    `${path}/:number`,
    endpoint(ground, 'query_refund', async ({ request, fault }) =>
      json(misstated(refunds.query(named(request, 'number')), fault(misstatements)?.kind)),
    ),
  );
}

function billRoutes(router: Router, ground: Ground, { bills }: Desks): void {
  router.get(
    '/v3/bill/tradebill',
    endpoint(ground, 'bill', async ({ request }) => {
      const query = parsed(schemas.billQuery, request.query, 'query');
      return json(bills.offer(query, `${request.protocol}://${request.headers.host ?? ''}`));
    }),
  );
  router.get(
    '/v3/billdownload/file',
    endpoint(ground, 'bill_file', async ({ request }) => ({
      kind: 'file',
      bytes: bills.file(parsed(schemas.fileQuery, request.query, 'query').token),
    })),
  );
}

/** Certificate mode: the platform's certificate, sealed with the key of the interface. */
function certificates(identity: Identity): Readonly<Record<string, unknown>> {
  const { serial, pem, from, until } = identity.certificateMode;
  return {
    data: [
      {
        serial_no: serial,
        effective_time: shanghaiTime(from.getTime()),
        expire_time: shanghaiTime(until.getTime()),
        encrypt_certificate: sealed(identity.apiV3Key, pem, 'certificate'),
      },
    ],
  };
}

async function query(desks: Desks, call: Call, order: ReturnType<Books['order']>): Promise<Answer> {
  const { mchid } = parsed(schemas.merchantQuery, call.request.query, 'query');
  const transaction = desks.orders.query(order, mchid);
  return json(misstated(transaction, call.fault(misstatements)?.kind));
}

async function close(desks: Desks, call: Call): Promise<Answer> {
  const { mchid } = parsed(schemas.closeBody, call.body, 'body');
  const number = named(call.request, 'number');
  const paying = call.fault(['close_while_paying']);
  if (paying !== undefined) {
    await desks.payers.finishPaying(number, paying.delayMs);
    throw frequencyLimited();
  }
  await desks.orders.close(number, mchid);
  return { kind: 'nothing' };
}
