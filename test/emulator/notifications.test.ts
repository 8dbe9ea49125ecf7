import { ChannelClient } from '../support/channel-client';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import { OutsideClient } from '../support/outside-client';
import { readEvent, startReceiver, type Receiver } from './receiver';

/** 24 h 4 min become 217 ms. */
const timeScale = 400_000;
const waitsMs = [
  ...[15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600],
].map((seconds) => (seconds * 1_000) / timeScale);

const person = {
  enterpriseName: '星河零售有限公司',
  code: '91350100M000100Y43',
  name: '张三',
  idNumber: '11010519491231002X',
};

let emulator: Emulator;
let client: ChannelClient;
let receiver: Receiver;

beforeAll(async () => {
  emulator = await startEmulator({ timeScale });
  client = new ChannelClient(emulator);
});
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());
afterAll(() => emulator.stop());

async function opened(): Promise<string> {
  const order = client.orderOf({ notify_url: receiver.url, attach: 'pay_1', amount: { total: 250, currency: 'CNY' } });
  await client.create(order);
  return String(order['out_trade_no']);
}

const arrived = (count: number, withinMs?: number) =>
  eventually(
    async () => receiver.arrivals.length,
    (now) => now >= count,
    withinMs,
  );
const nothingOpen = (number: string) =>
  eventually(
    async () => (await emulator.control.openNotifications()).filter((notice) => notice.number === number).length,
    (open) => open === 0,
  );

it('a payment is told signed and sealed, once when it is acknowledged', async () => {
  const number = await opened();
  await emulator.control.pay(number);
  await arrived(1);
  await nothingOpen(number);
  expect(receiver.arrivals).toHaveLength(1);
  const [arrival] = receiver.arrivals;
  expect(client.verified(arrival!.headers, arrival!.raw)).toBe(client.serials[0]);
  const { event, content } = readEvent(client, arrival!);
  expect(Object.keys(event).sort()).toEqual(
    ['create_time', 'event_type', 'id', 'resource', 'resource_type', 'summary'].sort(),
  );
  expect(event).toMatchObject({
    event_type: 'TRANSACTION.SUCCESS',
    resource_type: 'encrypt-resource',
    resource: { algorithm: 'AEAD_AES_256_GCM', original_type: 'transaction', associated_data: 'transaction' },
  });
  expect(content).toEqual((await client.query(number)).body);
});

it('not acknowledged it is told 16 times in all, in the pace of the channel, always the same event', async () => {
  receiver.status = 500;
  const number = await opened();
  await emulator.control.pay(number);
  await arrived(16);
  await nothingOpen(number);
  expect(receiver.arrivals).toHaveLength(16);
  const gaps = receiver.arrivals.slice(1).map(({ at }, index) => at - receiver.arrivals[index]!.at);
  gaps.forEach((gap, index) => expect(gap).toBeGreaterThanOrEqual(Math.floor(waitsMs[index]!) - 1));
  expect(new Set(receiver.arrivals.map((arrival) => readEvent(client, arrival).event.id)).size).toBe(1);
});

it.each([200, 204])('%i acknowledges after others did not', async (status) => {
  receiver.status = 301;
  const number = await opened();
  await emulator.control.pay(number);
  await arrived(2);
  receiver.status = status;
  await nothingOpen(number);
  expect(receiver.arrivals.length).toBeLessThan(16);
});

it('who does not answer in time has not received it, of payments and of scans', async () => {
  // Of sixteen tries each: within the time of every other test only if the setting is obeyed.
  const hasty = await startEmulator({ timeScale, answerWithinMs: 100 });
  const [channel, outside] = [new ChannelClient(hasty), new OutsideClient(hasty)];
  receiver.status = 0;
  const order = channel.orderOf({ notify_url: receiver.url });
  await channel.create(order);
  await outside.json('IDENTITY', '/scans', { ...person, reference: 'silent', notifyUrl: receiver.url });
  await hasty.control.pay(String(order['out_trade_no']));
  await hasty.control.answerScan('silent', 'pass');
  await eventually(
    () => hasty.control.openNotifications(),
    (open) => open.length === 0,
  ).finally(() => hasty.stop());
  const scans = receiver.arrivals.filter(({ headers }) => headers.has('webhook-id')).length;
  expect(scans).toBeGreaterThan(1);
  expect(receiver.arrivals.length - scans).toBeGreaterThan(1);
});

it('is told again on request, many times at once; before payment there is nothing to tell', async () => {
  const number = await opened();
  await expect(emulator.control.notify(number)).rejects.toThrow('409');
  await emulator.control.pay(number, { notify: false });
  expect(receiver.arrivals).toHaveLength(0);
  expect(await emulator.control.notify(number, { times: 100 })).toEqual({ times: 100, answers: { '204': 100 } });
  expect(new Set(receiver.arrivals.map((arrival) => readEvent(client, arrival).event.id)).size).toBe(1);
  expect(await emulator.control.notify(number, { times: 1, delayMs: 50 })).toEqual({ times: 1, answers: {} });
  await arrived(101);
});

describe('faults on the way', () => {
  const openContent = () => readEvent(client, receiver.arrivals[0]!).content;
  const skew = () =>
    Number(receiver.arrivals[0]!.headers.get('Wechatpay-Timestamp')) - receiver.arrivals[0]!.at / 1_000;
  const signer = () => client.verified(receiver.arrivals[0]!.headers, receiver.arrivals[0]!.raw);
  const told = (name: string) => receiver.arrivals[0]!.headers.get(`Wechatpay-${name}`);

  it.each([
    ['wrong_signature', {}, () => expect([signer(), told('Serial')]).toEqual([null, client.serials[0]])],
    [
      'probe',
      {},
      () => expect([signer(), told('Signature')]).toEqual([null, expect.stringMatching(/^WECHATPAY\/SIGNTEST\//)]),
    ],
    ['tampered_body', {}, () => expect(signer()).toBeNull()],
    ['unknown_serial', {}, () => expect(client.serials).not.toContain(told('Serial'))],
    ['unsigned_answer', {}, () => expect(told('Signature')).toBeNull()],
    ['certificate_serial', {}, () => expect(signer()).toBe(client.serials[1])],
    ['old_timestamp', {}, () => expect([signer(), skew() < -300]).toEqual([client.serials[0], true])],
    ['old_timestamp', { seconds: 360 }, () => expect([signer(), skew() > 300]).toEqual([client.serials[0], true])],
    ['wrong_amount', {}, () => expect([signer(), openContent().amount.total]).toEqual([client.serials[0], 251])],
    ['wrong_merchant', {}, () => expect(openContent().mchid).not.toBe(client.mchid)],
  ])('%s %j spoils one, the next is proper', async (kind, options, check) => {
    receiver.status = 401;
    const number = await opened();
    await emulator.control.fault(kind, { on: 'notification', ...options });
    await emulator.control.pay(number);
    await arrived(1);
    check();
    receiver.status = 204;
    await nothingOpen(number);
    const last = receiver.arrivals.at(-1)!;
    expect(client.verified(last.headers, last.raw)).toBe(client.serials[0]);
    expect(readEvent(client, last).content).toMatchObject({ amount: { total: 250 }, mchid: client.mchid });
    expect(await emulator.control.faults()).toEqual([]);
  });

  it('no_notification is silence, and the order is paid all the same', async () => {
    const number = await opened();
    await emulator.control.fault('no_notification');
    await emulator.control.pay(number);
    expect((await client.query(number)).body).toMatchObject({ trade_state: 'SUCCESS' });
    expect(await emulator.control.openNotifications()).toEqual([]);
    await emulator.control.notify(number);
    expect(receiver.arrivals).toHaveLength(1);
  });

  it('a rate mixes the keys by the same dice every time', async () => {
    const mix = async () => {
      const from = receiver.arrivals.length;
      await emulator.control.fault('certificate_serial', { times: 1_000, rate: 0.5, seed: 7, on: 'notification' });
      for (const number of numbers) await emulator.control.notify(number);
      await emulator.control.clearFaults();
      return receiver.arrivals
        .slice(from)
        .map(({ headers, raw }) => client.serials.indexOf(client.verified(headers, raw)!));
    };
    const number = await opened();
    await emulator.control.pay(number, { notify: false });
    const numbers = Array.from({ length: 20 }, () => number);
    const first = await mix();
    expect(new Set(first)).toEqual(new Set([0, 1]));
    expect(await mix()).toEqual(first);
  });
});
