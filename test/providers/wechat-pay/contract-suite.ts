import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startEmulator, type Emulator } from '../../support/emulator';
import { eventually } from '../../support/eventually';

/** What a client of WeChat Pay can be asked, in the fewest words two quite different clients have in common. */
export interface ContractClient {
  /** The code, or the word of the refusal. */
  create(order: ContractOrder): Promise<{ codeUrl: string } | 'already_paid' | 'number_spent'>;
  query(number: string): Promise<ContractTrade | 'unknown'>;
  close(number: string): Promise<'closed' | 'already_paid' | 'busy' | 'unknown'>;
  /** @throws Error whose message has the channel's code */
  refund(refund: ContractRefund): Promise<ContractRefunded>;
  queryRefund(refundNumber: string): Promise<ContractRefunded | 'unknown'>;
  readNotification(received: Received): { eventType: string; number: string; amountFen: number };
  bill(day: string): Promise<readonly ContractBillRow[] | 'not_ready'>;
}

export interface ContractOrder {
  readonly number: string;
  readonly amountFen: number;
  readonly reference: string;
  readonly expiresAt: Date;
}

export interface ContractTrade {
  readonly state: 'unpaid' | 'in_progress' | 'paid' | 'part_refunded' | 'closed';
  readonly amountFen: number | null;
  readonly transactionId: string | null;
}

export interface ContractRefund {
  readonly number: string;
  readonly refundNumber: string;
  readonly amountFen: number;
  readonly totalFen: number;
}

export interface ContractRefunded {
  readonly refundId: string;
  readonly state: 'processing' | 'succeeded';
  readonly amountFen: number;
}

export interface ContractBillRow {
  readonly about: 'payment' | 'refund';
  readonly number: string;
  readonly refundNumber: string | null;
  readonly transactionId: string;
  readonly amountFen: number;
  readonly at: number;
}

export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** The channel, and where its notifications arrive. */
export interface Outside {
  readonly emulator: Emulator;
  readonly notifyBaseUrl: string;
  readonly received: Received[];
  stop(): Promise<void>;
}

export async function startOutside(): Promise<Outside> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces) });
      response.writeHead(204).end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const emulator = await startEmulator();
  return {
    emulator,
    notifyBaseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    stop: async () => {
      await emulator.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}

const newNumber = (): string => `att${randomBytes(8).toString('hex')}`;
const newOrder = (): ContractOrder => ({
  number: newNumber(),
  amountFen: 1_999,
  reference: `pay_${randomBytes(4).toString('hex')}`,
  expiresAt: new Date(Date.now() + 600_000),
});
const shanghaiDay = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10);

/** `readers`: all clients; what the channel says to one, each of them must be able to read. */
export function contractSuite(
  name: string,
  clientOf: (outside: Outside) => ContractClient,
  outside: () => Outside,
  readers: () => readonly ContractClient[],
): void {
  let client: ContractClient;
  const control = () => outside().emulator.control;

  async function paid(): Promise<ContractOrder> {
    const order = newOrder();
    await client.create(order);
    await control().pay(order.number, { notify: false });
    return order;
  }

  describe(`the contract, by ${name}`, () => {
    beforeAll(() => (client = clientOf(outside())));
    afterEach(() => control().clearFaults());

    it('opens an order, finds it again, and knows no other', async () => {
      const order = newOrder();
      const opened = await client.create(order);
      expect(opened).toEqual({ codeUrl: expect.stringMatching(/^weixin:/) });
      expect(await client.create(order)).toEqual(opened);
      expect(await client.query(order.number)).toEqual({ state: 'unpaid', amountFen: 1_999, transactionId: null });
      expect(await client.query(newNumber())).toBe('unknown');
      expect(await control().payments(order.reference)).toEqual([
        { channelNumber: order.number, channel: 'wechat_pay', state: 'unpaid', amountFen: 1_999 },
      ]);
    });

    it('loses an answer, asks again, and has one order and one refund', async () => {
      const order = newOrder();
      await control().fault('drop_answer', { on: 'create' });
      const opened = await client.create(order).catch(() => client.create(order));
      expect(opened).toEqual({ codeUrl: expect.stringMatching(/^weixin:/) });
      expect(await control().payments(order.reference)).toHaveLength(1);
      await control().pay(order.number, { notify: false });
      const refund = { number: order.number, refundNumber: newNumber(), amountFen: 1_000, totalFen: 1_999 };
      await control().fault('drop_answer', { on: 'refund' });
      expect(await client.refund(refund).catch(() => client.refund(refund))).toMatchObject({ amountFen: 1_000 });
      // A second refund of the same size would find too little left.
      await expect(client.refund({ ...refund, refundNumber: newNumber() })).rejects.toThrow('INVALID_REQUEST');
    });

    it('is refused one number with other terms', async () => {
      const order = newOrder();
      await client.create(order);
      expect(await client.create({ ...order, amountFen: 1 })).toBe('number_spent');
      expect(await client.query(order.number)).toMatchObject({ state: 'unpaid', amountFen: 1_999 });
    });

    it('sees that it is paid, and cannot close it then', async () => {
      const order = await paid();
      const trade = { state: 'paid', amountFen: 1_999, transactionId: expect.stringMatching(/^\d{28}$/) };
      expect(await client.query(order.number)).toEqual(trade);
      expect(await client.close(order.number)).toBe('already_paid');
      expect(await client.create(order)).toBe('already_paid');
    });

    it('closes, again and again, for good', async () => {
      const order = newOrder();
      await client.create(order);
      expect(await client.close(order.number)).toBe('closed');
      expect(await client.close(order.number)).toBe('closed');
      expect(await client.query(order.number)).toMatchObject({ state: 'closed' });
      expect(await client.create(order)).toBe('number_spent');
      expect(await client.close(newNumber())).toBe('unknown');
    });

    it('does not take it for closed while the payer is paying', async () => {
      const order = newOrder();
      await client.create(order);
      await control().fault('close_while_paying');
      expect(await client.close(order.number)).toBe('busy');
      const trade = await eventually(
        () => client.query(order.number),
        (found) => found !== 'unknown' && found.state !== 'in_progress',
      );
      expect(trade).toMatchObject({ state: 'paid' });
    });

    it('gives back once, however often it is asked', async () => {
      const order = await paid();
      const refund = { number: order.number, refundNumber: newNumber(), amountFen: 500, totalFen: 1_999 };
      const { refundId } = await client.refund(refund);
      expect(await client.refund(refund)).toMatchObject({ refundId, amountFen: 500 });
      await expect(client.refund({ ...refund, amountFen: 501 })).rejects.toThrow('INVALID_REQUEST');
      const ended = await eventually(
        () => client.queryRefund(refund.refundNumber),
        (found) => found !== 'unknown' && found.state !== 'processing',
      );
      expect(ended).toEqual({ refundId, state: 'succeeded', amountFen: 500 });
      expect(await client.query(order.number)).toMatchObject({ state: 'part_refunded', amountFen: 1_999 });
      expect(await client.queryRefund(newNumber())).toBe('unknown');
      await expect(client.refund({ ...refund, number: newNumber(), refundNumber: newNumber() })).rejects.toThrow(
        'RESOURCE_NOT_EXISTS',
      );
    });

    it('is notified, and everybody reads the same in it', async () => {
      const { received } = outside();
      const order = newOrder();
      await client.create(order);
      received.length = 0;
      await control().pay(order.number);
      await control().fault('certificate_serial', { on: 'notification' });
      await control().notify(order.number);
      await client.refund({
        number: order.number,
        refundNumber: `ref${order.number.slice(3)}`,
        amountFen: 7,
        totalFen: 1_999,
      });
      await eventually(
        () => Promise.resolve(received),
        (all) => all.some(({ path }) => path === '/webhooks/wechat-pay/refunds'),
      );
      const read = received.map((one) => readers().map((reader) => reader.readNotification(one)));
      expect(new Set(received.map(({ headers }) => headers['wechatpay-serial'])).size).toBe(2);
      const payment = { eventType: 'TRANSACTION.SUCCESS', number: order.number, amountFen: 1_999 };
      const refund = { eventType: 'REFUND.SUCCESS', number: order.number, amountFen: 7 };
      expect(read).toEqual([payment, payment, refund].map((event) => readers().map(() => event)));
    });

    it('believes nothing that the channel did not sign', async () => {
      const order = newOrder();
      await client.create(order);
      for (const kind of ['wrong_signature', 'tampered_body', 'unknown_serial', 'old_timestamp', 'unsigned_answer']) {
        await control().fault(kind, { on: 'query' });
        await expect(client.query(order.number)).rejects.toThrow();
      }
      await control().fault('certificate_serial', { on: 'query' });
      expect(await client.query(order.number)).toMatchObject({ state: 'unpaid' });
    });

    it('has the same book of a day as everybody', async () => {
      const from = Date.now();
      const order = await paid();
      await client.refund({ number: order.number, refundNumber: newNumber(), amountFen: 3, totalFen: 1_999 });
      await control().putOrder({ amountFen: 109, attach: 'pay_unasked', description: '有,逗号 and "quotes"' });
      const days = [...new Set([from, Date.now()].map(shanghaiDay))];
      for (const day of days) await control().publishBill(day);
      const bills = await Promise.all(
        readers().map(async (reader) => {
          const found = await Promise.all(days.map((day) => reader.bill(day)));
          return found.flatMap((rows) => (rows === 'not_ready' ? [] : rows));
        }),
      );
      const [first = []] = bills;
      for (const bill of bills) expect(bill).toEqual(first);
      const { totals } = await control().books(0);
      const sum = (about: string) =>
        first.filter((row) => row.about === about).reduce((fen, row) => fen + row.amountFen, 0);
      expect([sum('payment'), sum('refund')]).toEqual([
        totals.paidFen,
        totals.refundedFen + totals.refundsInProcessingFen,
      ]);
    });
  });
}
