import { reconcileByHand } from '../../admin/reconcile';
import { parseEnvironment, wechatPay } from '../../config/env';
import { run } from '../../db/connection';
import { bookDayBefore, bookDayOf } from '../../domain/payment/reconciliation';
import type { PaymentChannel } from '../../domain/ports/payment-channel';
import { createWechatPay } from '../../providers/payments/wechat-pay/wechat-pay';
import { furnishPayments, type PaymentRoom } from '../db/payment-room';
import { startEmulator, type Emulator } from '../support/emulator';
import { runAdmin, type Ended } from './run-admin';

let emulator: Emulator;
let room: PaymentRoom;
let channel: PaymentChannel | undefined;
let outside: Readonly<Record<string, string>>;
const today = bookDayOf(new Date());
const ago = (days: number): string => bookDayBefore(today, days);

beforeAll(async () => {
  [emulator, room] = await Promise.all([startEmulator(), furnishPayments()]);
  outside = { ...emulator.environment, MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: 'http://127.0.0.1:9' };
  const access = wechatPay(parseEnvironment(outside));
  channel = access && createWechatPay(access);
  for (const days of [1, 2, 3]) await emulator.control.publishBill(ago(days));
});
afterAll(async () => {
  await emulator.stop();
  await room.drop();
});

function reconcile(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
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
    ['a book that is not closed', today, 'has not closed its book'],
    ['a day the channel has forgotten', '2020-01-01', 'did not give its book'],
  ])('ends with 2 for %s', async (_, day, said) => {
    const { code, lines } = await reconcileByHand({ db: room.db, channel }, { day, json: true });
    expect(code).toBe(2);
    expect(lines.join()).toContain(said);
  });

  it('ends with 2 for a day that is none, without a channel, and while the database is away', async () => {
    const none = await reconcile(['--day', '2026-02-30']);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('YYYY-MM-DD');
    const alone = await reconcileByHand({ db: room.db, channel: undefined }, { day: ago(1), json: false });
    expect(alone).toMatchObject({ code: 2, lines: ['no payment channel is configured'] });
    // A port that nobody listens at.
    const away = await reconcile(['--day', ago(1)], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    expect(away).toMatchObject({ code: 2, stdout: '' });
  });
});
