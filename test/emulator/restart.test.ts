import { spawn } from 'node:child_process';
import { ChannelClient } from '../support/channel-client';
import { startEmulator, type Emulator } from '../support/emulator';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { patienceMs } from '../support/patience';
import { readEvent, startReceiver, type Receiver } from './receiver';

let emulator: Emulator;
let client: ChannelClient;
let receiver: Receiver;

beforeAll(async () => {
  // The first retry comes after 15 s: not before the process is gone.
  [emulator, receiver] = await Promise.all([startEmulator({ timeScale: 1 }), startReceiver()]);
  client = new ChannelClient(emulator);
});

afterAll(async () => {
  receiver.stop();
  await emulator.stop();
});

it('what was answered is in the books after kill -9, and what was not acknowledged is told', async () => {
  receiver.status = 500;
  const [open, paid, closed, refunded] = [0, 1, 2, 3].map(() => client.orderOf({ notify_url: receiver.url }));
  const number = (order: unknown) => String((order as Record<string, unknown>)['out_trade_no']);
  for (const order of [open, paid, closed, refunded]) await client.create(order);
  const { body: opened } = await client.create(open);
  await client.close(number(closed));
  await emulator.control.pay(number(paid));
  await emulator.control.pay(number(refunded), { notify: false });
  await emulator.control.fault('keep_processing');
  const refund = {
    out_refund_no: 'r1',
    out_trade_no: number(refunded),
    amount: { refund: 1, total: 1, currency: 'CNY' },
  };
  const { body: accepted } = await client.call('POST', '/v3/refund/domestic/refunds', refund);
  await emulator.control.publishBill('2026-01-01');
  const books = await emulator.control.books();
  await eventually(
    async () => receiver.arrivals.length,
    (arrivals) => arrivals === 1,
  );

  await emulator.kill9();
  // As a write that was cut off leaves it.
  await appendFile(join(emulator.stateDir, 'books.jsonl'), '{"order":{"outTradeNo":"half');
  receiver.status = 204;
  await emulator.start();

  expect(await emulator.control.books()).toEqual(books);
  expect(await client.create(open)).toMatchObject({ status: 200, body: opened });
  const again = await client.call('POST', '/v3/refund/domestic/refunds', refund);
  expect(again.body).toEqual(accepted);
  await eventually(
    async () => receiver.arrivals.length,
    (arrivals) => arrivals === 2,
    15_000 + patienceMs,
  );
  const [before, after] = receiver.arrivals.map((arrival) => readEvent(client, arrival));
  expect(after!.event.id).toBe(before!.event.id);
  expect(after!.content).toMatchObject({ out_trade_no: number(paid), trade_state: 'SUCCESS' });
  await eventually(
    async () => (await emulator.control.openNotifications()).length,
    (left) => left === 0,
  );
});

it('refuses production, and says what is wrong with its settings', async () => {
  const main = join(__dirname, '..', '..', 'dist', 'emulator', 'main.js');
  const run = (environment: Record<string, string>) =>
    new Promise<[number | null, string]>((resolve) => {
      const child = spawn(process.execPath, [main], { env: { EMULATOR_STATE_DIR: emulator.stateDir, ...environment } });
      let text = '';
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.once('exit', (code) => resolve([code, text]));
    });
  expect(await Promise.all([run({ NODE_ENV: 'production' }), run({ EMULATOR_PORT: 'http' })])).toEqual([
    [1, expect.stringContaining('refused in production')],
    [1, expect.stringContaining('EMULATOR_PORT')],
  ]);
});
