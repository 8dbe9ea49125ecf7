import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { run } from '../../db/connection';
import { bookDayBefore, bookDayOf } from '../../domain/payment/reconciliation';
import { furnishPayments, type PaymentRoom } from '../db/payment-room';
import { startEmulator, type Emulator } from '../support/emulator';
import { runAdmin, type Ended } from './run-admin';

let emulator: Emulator;
let room: PaymentRoom;
const today = bookDayOf(new Date());
const ago = (days: number): string => bookDayBefore(today, days);

beforeAll(async () => {
  [emulator, room] = await Promise.all([startEmulator(), furnishPayments()]);
  for (const days of [1, 2, 3]) await emulator.control.publishBill(ago(days));
});
afterAll(async () => {
  await emulator.stop();
  await room.drop();
});

function reconcile(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const outside = { ...emulator.environment, MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: 'http://127.0.0.1:9' };
  return runAdmin(['reconcile', ...args], { env: { DATABASE_URL: room.url, ...outside, ...environment } });
}

/** Paid at the channel and in our books, at noon. */
async function paidOn(day: string, amountFen: number): Promise<string> {
  const of = await room.payable();
  const paidAt = `${day}T12:00:00+08:00`;
  await run(room.owner, 'update payments set amount_fen = :amountFen where id = :id', { amountFen, id: of.paymentId });
  await room.say(of, 'paid', { amountFen, paidAt: new Date(paidAt) });
  await emulator.control.putOrder({ amountFen, channelNumber: of.channelNumber, paidAt });
  return of.channelNumber;
}

describe('npm run reconcile', () => {
  it('ends with 0 where all is equal, with the sums of both books', async () => {
    await paidOn(ago(1), 1_001);
    await paidOn(ago(1), 29);
    const { code, stdout, stderr } = await reconcile(['--day', ago(1)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('channel 1030 fen, ours 1030 fen');
    expect(stdout).toContain('all equal');
  });

  it('ends with 1 where something differs, and says what; as one line of JSON too', async () => {
    const known = await paidOn(ago(2), 500);
    const { channelNumber } = await emulator.control.putOrder({ amountFen: 7, paidAt: `${ago(2)}T23:59:59+08:00` });
    const words = await reconcile(['--day', ago(2)]);
    expect(words).toMatchObject({ code: 1, stderr: '' });
    expect(words.stdout).toContain(`unknown_number  ${channelNumber}: bill 7 fen, payment nothing, ledger nothing`);
    expect(words.stdout).not.toContain(known);
    const json = await reconcile(['--day', ago(2), '--json']);
    expect(json.code).toBe(1);
    const found = { kind: 'unknown_number', number: channelNumber, billFen: 7, paymentFen: null, ledgerFen: null };
    expect(JSON.parse(json.stdout)).toMatchObject({
      ...{ equal: false, day: ago(2), billRows: 2, asked: 0, differences: [found] },
      ...{ bill: { paidFen: 507, refundedFen: 0 }, booked: { paidFen: 500, refundedFen: 0 } },
    });
  });

  it('is equal on a day without any trade', async () => {
    expect(await reconcile(['--day', ago(3)])).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['a day that is none', ['--day', '2026-02-30'], 'YYYY-MM-DD'],
    ['no day', [], '--day'],
    ['a book that is not closed', ['--day', today], 'has not closed its book'],
    ['a day the channel has forgotten', ['--day', '2020-01-01'], 'did not give its book'],
  ])('ends with 2 for %s', async (_, args, said) => {
    const { code, stdout, stderr } = await reconcile(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  it('ends with 2 where no channel is configured, or the database is away', async () => {
    const none = await runAdmin(['reconcile', '--day', ago(1)], { env: { DATABASE_URL: room.url } });
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('no payment channel is configured');
    const away = await reconcile(['--day', ago(1)], { DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none` });
    expect(away).toMatchObject({ code: 2, stdout: '' });
  });
});

/** Nobody speaks Postgres there. */
let port: number;
let deaf: Server;
beforeAll(async () => {
  deaf = createServer();
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  port = (deaf.address() as AddressInfo).port;
  deaf.close();
});
