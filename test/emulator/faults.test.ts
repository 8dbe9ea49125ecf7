import { ChannelClient, type ChannelReply } from '../support/channel-client';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';

let emulator: Emulator;
let client: ChannelClient;

beforeAll(async () => {
  emulator = await startEmulator();
  client = new ChannelClient(emulator);
});

afterAll(() => emulator.stop());

const stateOf = async (order: Record<string, unknown>) =>
  (await client.query(String(order['out_trade_no']))).body.trade_state as string | undefined;

it.each([
  ['drop_answer', 'done', undefined],
  ['500_after', 'done', [500, 'SYSTEM_ERROR']],
  ['500', 'not done', [500, 'SYSTEM_ERROR']],
  ['429', 'not done', [429, 'FREQUENCY_LIMITED']],
] as const)('%s: %s', async (kind, done, expected) => {
  const order = client.orderOf();
  await emulator.control.fault(kind, { on: 'create' });
  const reply = await client.create(order).catch(() => undefined);
  expect(reply && [reply.status, reply.body.code]).toEqual(expected);
  expect(await stateOf(order)).toBe(done === 'done' ? 'NOTPAY' : undefined);
  expect(await client.create(order)).toMatchObject({ status: 200 });
});

it.each([
  ['wrong_signature', (reply: ChannelReply) => reply.headers.get('Wechatpay-Serial') === client.serials[0]],
  ['probe', (reply: ChannelReply) => reply.headers.get('Wechatpay-Signature')!.startsWith('WECHATPAY/SIGNTEST/')],
  ['tampered_body', (reply: ChannelReply) => reply.body.code_url !== undefined],
  ['unknown_serial', (reply: ChannelReply) => !client.serials.includes(reply.headers.get('Wechatpay-Serial')!)],
  ['unsigned_answer', (reply: ChannelReply) => reply.headers.get('Wechatpay-Signature') === null],
] as const)('%s: an answer that proves nothing, of something that was done', async (kind, looksSo) => {
  const order = client.orderOf();
  await emulator.control.fault(kind);
  const reply = await client.create(order);
  expect([reply.status, reply.signedBy, looksSo(reply)]).toEqual([200, null, true]);
  expect(await client.create(order)).toMatchObject({ status: 200, signedBy: client.serials[0] });
});

it('certificate_serial and old_timestamp are validly signed', async () => {
  await emulator.control.fault('certificate_serial');
  expect((await client.create(client.orderOf())).signedBy).toBe(client.serials[1]);
  await emulator.control.fault('old_timestamp', { seconds: -301 });
  const reply = await client.create(client.orderOf());
  expect(reply.signedBy).toBe(client.serials[0]);
  expect(Date.now() / 1_000 - Number(reply.headers.get('Wechatpay-Timestamp'))).toBeGreaterThanOrEqual(300);
});

it('slow answers late, of something that was done at once', async () => {
  const order = client.orderOf();
  await emulator.control.fault('slow', { on: 'create', delayMs: 400 });
  const asked = Date.now();
  const late = client.create(order).then(() => Date.now() - asked);
  await eventually(
    () => stateOf(order),
    (state) => state === 'NOTPAY',
  );
  expect(await late).toBeGreaterThanOrEqual(395);
});

it('close_while_paying: busy, and paid a moment later', async () => {
  const order = client.orderOf();
  await client.create(order);
  await emulator.control.fault('close_while_paying', { delayMs: 15_000 });
  const number = String(order['out_trade_no']);
  expect(await client.close(number)).toMatchObject({ status: 429, body: { code: 'FREQUENCY_LIMITED' } });
  expect(await stateOf(order)).toBe('USERPAYING');
  expect(await client.close(number)).toMatchObject({ status: 429 });
  await eventually(
    () => stateOf(order),
    (state) => state === 'SUCCESS',
  );
  expect(await client.close(number)).toMatchObject({ status: 400, body: { code: 'ORDER_PAID' } });
});

it('wrong_amount and wrong_merchant misstate a query, validly signed', async () => {
  const order = client.orderOf();
  await client.create(order);
  await emulator.control.fault('wrong_amount', { on: 'query' });
  await emulator.control.fault('wrong_merchant', { on: 'query' });
  const number = String(order['out_trade_no']);
  const [amount, merchant] = [await client.query(number), await client.query(number)];
  expect([amount.body.amount.total, amount.signedBy]).toEqual([2, client.serials[0]]);
  expect([merchant.body.mchid === client.mchid, merchant.signedBy]).toEqual([false, client.serials[0]]);
});

it('a fault is of one call when it is said so, happens as often as it is said, and is switched off', async () => {
  const order = client.orderOf();
  await client.create(order);
  await emulator.control.fault('500', { on: 'query', times: 2 });
  expect(await client.create(order)).toMatchObject({ status: 200 });
  const number = String(order['out_trade_no']);
  const statuses = [await client.query(number), await client.query(number), await client.query(number)];
  expect(statuses.map(({ status }) => status)).toEqual([500, 500, 200]);
  await emulator.control.fault('500', { times: 5 });
  expect(await emulator.control.faults()).toMatchObject([{ kind: '500', left: 5 }]);
  await emulator.control.clearFaults();
  expect(await client.query(number)).toMatchObject({ status: 200 });
});

it('an altered bill no longer has its hash', async () => {
  await emulator.control.putOrder({ amountFen: 1, paidAt: new Date(Date.now() - 2 * 86_400_000).toISOString() });
  const day = new Date(Date.now() - 2 * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10);
  const file = async () => {
    const { body } = await client.call('GET', `/v3/bill/tradebill?bill_date=${day}`);
    const { pathname, search } = new URL(body.download_url);
    return (await client.call('GET', pathname + search)).raw;
  };
  const proper = await file();
  await emulator.control.fault('tampered_body', { on: 'bill_file' });
  expect((await file()).equals(proper)).toBe(false);
});

it('counts calls by endpoint and second', async () => {
  await emulator.control.resetCalls();
  await client.create(client.orderOf());
  await client.query('nobody-knows');
  await client.query('nobody-knows');
  const { endpoints, perSecond } = await emulator.control.calls();
  expect(endpoints).toEqual([
    { on: 'create', count: 1, byStatus: { '200': 1 } },
    { on: 'query', count: 2, byStatus: { '404': 2 } },
  ]);
  expect(perSecond.reduce((sum, { count }) => sum + count, 0)).toBe(3);
});
