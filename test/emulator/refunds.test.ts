import { ChannelClient } from '../support/channel-client';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import { readEvent, startReceiver, type Receiver } from './receiver';

let emulator: Emulator;
let client: ChannelClient;
let receiver: Receiver;
let count = 0;

beforeAll(async () => {
  [emulator, receiver] = await Promise.all([startEmulator(), startReceiver()]);
  client = new ChannelClient(emulator);
});

afterAll(async () => {
  receiver.stop();
  await emulator.stop();
});

async function paid(total = 100): Promise<string> {
  const order = client.orderOf({ amount: { total, currency: 'CNY' } });
  await client.create(order);
  await emulator.control.pay(String(order['out_trade_no']), { notify: false });
  return String(order['out_trade_no']);
}

const refundOf = (number: string, refund: number, changes: Readonly<Record<string, unknown>> = {}) => ({
  out_trade_no: number,
  out_refund_no: `refund-${(count += 1)}`,
  reason: '测试退款',
  notify_url: receiver.url,
  amount: { refund, total: 100, currency: 'CNY' },
  ...changes,
});
const create = (body: unknown) => client.call('POST', '/v3/refund/domestic/refunds', body);
const query = (number: string) => client.call('GET', `/v3/refund/domestic/refunds/${number}`);
const status = (number: string) => async () => (await query(number)).body.status as string;

it('is in processing, succeeds a moment later, and is told', async () => {
  const number = await paid();
  const body = refundOf(number, 30);
  const accepted = await create(body);
  expect(accepted).toMatchObject({ status: 200, signedBy: client.serials[0] });
  expect(accepted.body).toMatchObject({
    status: 'PROCESSING',
    out_trade_no: number,
    amount: { refund: 30, total: 100 },
  });
  expect((await client.query(number)).body).toMatchObject({ trade_state: 'REFUND' });
  await eventually(status(body.out_refund_no), (answer) => answer === 'SUCCESS');
  await eventually(
    async () => receiver.arrivals.length,
    (arrived) => arrived === 1,
  );
  const { event, content } = readEvent(client, receiver.arrivals[0]!);
  expect(event).toMatchObject({ event_type: 'REFUND.SUCCESS', resource: { original_type: 'refund' } });
  expect(content).toMatchObject({
    mchid: client.mchid,
    out_refund_no: body.out_refund_no,
    refund_status: 'SUCCESS',
    amount: { total: 100, refund: 30, payer_total: 100, payer_refund: 30 },
  });
  expect((await emulator.control.payments())[0]).toMatchObject({ channelNumber: number, state: 'part_refunded' });
});

it('is one refund under one number, by whichever name of its order', async () => {
  const number = await paid();
  const body = refundOf(number, 60);
  const first = await create(body);
  const again = await create(body);
  expect(again.body.refund_id).toBe(first.body.refund_id);
  const { out_trade_no: _, ...rest } = body;
  const byTransaction = await create({ ...rest, transaction_id: first.body.transaction_id });
  expect(byTransaction.body.refund_id).toBe(first.body.refund_id);
  const changed = await create({ ...body, amount: { ...body.amount, refund: 61 } });
  expect(changed).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  const elsewhere = await create({ ...body, out_trade_no: await paid() });
  expect(elsewhere).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
});

it('never gives back more than came in, also when asked for at the same time', async () => {
  const number = await paid();
  const replies = await Promise.all([60, 60, 60].map((fen) => create(refundOf(number, fen))));
  expect(replies.map((reply) => reply.status).sort()).toEqual([200, 400, 400]);
  expect(await create(refundOf(number, 40))).toMatchObject({ status: 200 });
  expect(await create(refundOf(number, 1))).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
});

it('is given in fifty parts at most', async () => {
  const number = await paid();
  const replies = [];
  for (let part = 0; part < 51; part += 1) replies.push(await create(refundOf(number, 1, { notify_url: undefined })));
  expect(replies.map((reply) => reply.status)).toEqual([...Array.from({ length: 50 }, () => 200), 400]);
});

it.each<[string, (number: string) => unknown, number, string?]>([
  ['an order nobody knows', () => refundOf('nobody-knows', 1), 404, 'RESOURCE_NOT_EXISTS'],
  [
    'another total',
    (number: string) => refundOf(number, 1, { amount: { refund: 1, total: 99, currency: 'CNY' } }),
    400,
  ],
  ['more than all', (number: string) => refundOf(number, 101), 400],
  ['a number of 65', (number: string) => refundOf(number, 1, { out_refund_no: 'r'.repeat(65) }), 400, 'PARAM_ERROR'],
  ['81 characters of reason', (number: string) => refundOf(number, 1, { reason: '因'.repeat(81) }), 400, 'PARAM_ERROR'],
  ['both names', (number: string) => refundOf(number, 1, { transaction_id: '4200' }), 400, 'PARAM_ERROR'],
  ['an unknown field', (number: string) => refundOf(number, 1, { remark: 'x' }), 400, 'PARAM_ERROR'],
])('is refused for %s', async (_name, body, expected, code = 'INVALID_REQUEST') => {
  expect(await create(body(await paid()))).toMatchObject({ status: expected, body: { code } });
});

it('is refused for an order that is not paid', async () => {
  const order = client.orderOf({ amount: { total: 100, currency: 'CNY' } });
  await client.create(order);
  expect(await create(refundOf(String(order['out_trade_no']), 1))).toMatchObject({ status: 400 });
});

it('ends as the controls say, and only forwards', async () => {
  const number = await paid();
  await emulator.control.fault('keep_processing', { times: 2 });
  const [one, other] = [refundOf(number, 50), refundOf(number, 50)];
  await create(one);
  await create(other);
  expect(await emulator.control.settle(one.out_refund_no, 'closed')).toMatchObject({ state: 'closed' });
  expect(await emulator.control.settle(other.out_refund_no, 'abnormal')).toMatchObject({ state: 'abnormal' });
  expect(await emulator.control.settle(other.out_refund_no, 'success')).toMatchObject({ state: 'succeeded' });
  await expect(emulator.control.settle(one.out_refund_no, 'success')).rejects.toThrow('409');
  const told = async () =>
    receiver.arrivals
      .map((arrival) => readEvent(client, arrival))
      .filter(({ content }) => [one.out_refund_no, other.out_refund_no].includes(content.out_refund_no))
      .map(({ event, content }) => `${event.event_type} ${content.refund_status}`)
      .sort();
  expect(await eventually(told, (events) => events.length === 3)).toEqual([
    'REFUND.ABNORMAL ABNORMAL',
    'REFUND.CLOSED CLOSED',
    'REFUND.SUCCESS SUCCESS',
  ]);
  // What was closed gives nothing back, so it may be given again.
  expect(await create(refundOf(number, 50))).toMatchObject({ status: 200 });
});

it.each([
  ['refund_abnormal', 'ABNORMAL'],
  ['refund_closed', 'CLOSED'],
])('%s is how it ends by itself', async (kind, expected) => {
  await emulator.control.fault(kind);
  const body = refundOf(await paid(), 100);
  await create(body);
  await eventually(status(body.out_refund_no), (answer) => answer === expected);
});

it('not_enough refuses it, and the same number may be tried again', async () => {
  await emulator.control.fault('not_enough');
  const body = refundOf(await paid(), 100);
  expect(await create(body)).toMatchObject({ status: 403, body: { code: 'NOT_ENOUGH' } });
  expect(await create(body)).toMatchObject({ status: 200 });
});
