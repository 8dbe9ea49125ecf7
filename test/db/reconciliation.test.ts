import { createPaymentRecords } from '../../activities/payment/activities';
import { takeIn, waitingReports } from '../../db/payment/inbox';
import { reconcile, resolveException } from '../../db/payment/reconciliation';
import {
  daysToReconcile,
  listExceptions,
  listReconciliations,
  type ExceptionRow,
} from '../../db/payment/reconciliation-queries';
import { rows, run } from '../../db/connection';
import { beginRefund } from '../../db/payment/refunds';
import { askToClose, bySystem, lockPayment } from '../../db/payment/repository';
import { bookDayBefore, boundsOfBookDay, type ExceptionKind } from '../../domain/payment/reconciliation';
import type { BillRow, ChannelBill } from '../../domain/ports/payment-channel';
import { post } from '../../db/ledger/repository';
import { ledgerAccountId } from '../../domain/ledger/accounts';
import { furnishPayments, type Paid, type PaymentRoom } from './payment-room';

let room: PaymentRoom;
beforeAll(async () => {
  room = await furnishPayments();
});
afterAll(() => room.drop());

/** Every case has a day of its own, so that what it books is nobody else's. */
let dayNumber = 0;
const aDay = (): string => bookDayBefore('2026-10-31', (dayNumber += 3));
const noonOf = (day: string): Date => new Date(boundsOfBookDay(day).from.getTime() + 12 * 3_600_000);

async function paid(day: string, more: { amountFen?: number; at?: Date } = {}): Promise<Paid> {
  const of = await room.payable();
  await room.say(of, 'paid', { amountFen: more.amountFen ?? 500, paidAt: more.at ?? noonOf(day) });
  return of;
}

const payment = ({ channelNumber }: { channelNumber: string }, amountFen = 500): BillRow => ({
  ...{ about: 'payment', channelNumber, refundNumber: null, transactionId: `wx${channelNumber}`, amountFen },
  at: new Date(0),
});
const refund = (channelNumber: string, refundNumber: string | null, amountFen = 500): BillRow => ({
  ...payment({ channelNumber }, amountFen),
  about: 'refund',
  refundNumber,
});

const book = (day: string, ...billRows: BillRow[]): ChannelBill => ({
  ...{ channel: 'wechat_pay', day, rows: billRows, sha1: 'a'.repeat(40) },
});

const exceptions = async (day: string): Promise<ExceptionRow[]> =>
  (await listExceptions(room.db, { state: null, day, kind: null }, { limit: 200, after: null })).items;
const summary = async (day: string) =>
  (await listReconciliations(room.db, { day }, { limit: 1, after: null })).items[0];

/** Kind and standing of a day's exceptions. */
const standing = async (day: string) =>
  (await exceptions(day)).map(({ kind, state, resolvedBy, resolution }) => ({ kind, state, resolvedBy, resolution }));

/** A refund of the whole, on its way back. */
async function sentBack(of: Paid): Promise<string> {
  const { channelNumber } = of;
  return room.inTrx(async (trx) => {
    const record = await lockPayment(trx, of.paymentId);
    return beginRefund(trx, { payment: record, channelNumber, amountFen: 500, reason: 'late_paid', by: bySystem });
  });
}

/** Money that came too late, so that it can be sent back; booked on that day. */
async function late(day: string): Promise<Paid & { refundNumber: string }> {
  const of = await room.payable();
  await run(room.owner, `update purchases set state = 'cancelled', open_payment_id = null where id = :id`, {
    id: of.purchaseId,
  });
  await room.say(of, 'paid', { paidAt: noonOf(day) });
  const { refunds } = await room.record(of.paymentId);
  return { ...of, refundNumber: refunds[0]?.refundNumber ?? (await sentBack(of)) };
}

async function settled(of: Paid & { refundNumber: string }, at: Date): Promise<void> {
  await room.sayRefund(of.paymentId, of.refundNumber, 'succeeded');
  await run(room.owner, 'update payment_refunds set settled_at = :at where refund_number = :number', {
    at,
    number: of.refundNumber,
  });
}

describe('a day on which all agree', () => {
  it('leaves a summary with both sums to the fen, and no exception', async () => {
    const day = aDay();
    const [one, other] = [await paid(day), await late(day)];
    await settled(other, noonOf(day));
    const bill = book(day, payment(one), payment(other), refund(other.channelNumber, other.refundNumber));
    const found = await reconcile(room.db, bill);
    const sums = { paidFen: 1_000, refundedFen: 500 };
    expect(found).toMatchObject({ differences: [], bill: sums, booked: sums, billRows: 3, asked: 0 });
    expect(await summary(day)).toMatchObject({
      ...{ day, billRows: 3, paidFen: 1_000, refundedFen: 500, bookedPaidFen: 1_000, bookedRefundedFen: 500 },
      ...{ differences: 0, openExceptions: 0, billSha1: bill.sha1 },
    });
    expect(await exceptions(day)).toEqual([]);
  });

  it('may be a day without any trade', async () => {
    const day = aDay();
    expect(await reconcile(room.db, book(day))).toMatchObject({ differences: [], billRows: 0 });
    expect(await summary(day)).toMatchObject({ paidFen: 0, bookedPaidFen: 0, differences: 0 });
  });
});

describe('what differs', () => {
  const found = async (bill: ChannelBill) => {
    const { differences } = await reconcile(room.db, bill);
    const written = await exceptions(bill.day);
    expect(written).toHaveLength(differences.length);
    return differences;
  };

  it('is a number that we lack, of a payment and of a refund', async () => {
    const day = aDay();
    const numbers = { channelNumber: 'someone-elses' };
    const differences = await found(book(day, payment(numbers, 700), refund('someone-elses', 'their-refund', 700)));
    const unknown = { kind: 'unknown_number', paymentId: null, billFen: 700, paymentFen: null, ledgerFen: null };
    expect(differences).toEqual([
      { ...unknown, number: 'someone-elses' },
      { ...unknown, number: 'their-refund' },
    ]);
    expect(await summary(day)).toMatchObject({ paidFen: 700, refundedFen: 700, bookedPaidFen: 0, differences: 2 });
  });

  it('is a refund without a number of ours, not to be taken for its order', async () => {
    const day = aDay();
    const one = await paid(day);
    const differences = await found(book(day, payment(one), refund(one.channelNumber, null)));
    expect(differences).toMatchObject([{ kind: 'unknown_number', number: `refund of ${one.channelNumber}` }]);
  });

  it('is an amount, one fen off; and a number that the bill has twice', async () => {
    const day = aDay();
    const [one, twice] = [await paid(day), await paid(day)];
    const differences = await found(book(day, payment(one, 501), payment(twice), payment(twice)));
    expect(differences).toMatchObject([
      { kind: 'amount_differs', number: one.channelNumber, billFen: 501, paymentFen: 500, ledgerFen: 500 },
      { kind: 'amount_differs', number: twice.channelNumber, billFen: 1_000, paymentFen: 500 },
    ]);
  });

  it('is money of ours that the bill has not', async () => {
    const day = aDay();
    const [one, other] = [await paid(day), await late(day)];
    await settled(other, noonOf(day));
    const differences = await found(book(day, payment(other)));
    expect(differences).toMatchObject([
      { kind: 'missing_in_bill', number: one.channelNumber, billFen: null, paymentFen: 500, ledgerFen: 500 },
      { kind: 'missing_in_bill', number: other.refundNumber, billFen: null, paymentFen: 500, ledgerFen: 500 },
    ]);
    expect(differences[0]).toMatchObject({ paymentId: one.paymentId });
  });

  it('is a journal that is not there, or stands for nothing', async () => {
    const day = bookDayBefore(new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10), 0);
    const at = noonOf(day);
    const of = await room.payable();
    await run(
      room.owner,
      `update payment_attempts set state = 'paid', paid_fen = 500, paid_at = :at where channel_number = :number`,
      { at, number: of.channelNumber },
    );
    const stray = await room.payable();
    await room.inTrx((trx) =>
      post(trx, {
        source: stray.channelNumber,
        kind: 'channel_receipt',
        lines: [
          { accountId: ledgerAccountId('wechat_pay', room.enterpriseId), amount: -300 },
          { accountId: ledgerAccountId('received', room.enterpriseId), amount: 300 },
        ],
      }),
    );
    const { differences } = await reconcile(room.db, book(day, payment(of)));
    const ledger = differences.filter(({ kind }) => kind === 'ledger_differs');
    expect(ledger).toMatchObject([
      { number: of.channelNumber, billFen: 500, paymentFen: 500, ledgerFen: null },
      { number: stray.channelNumber, billFen: null, paymentFen: null, ledgerFen: 300 },
    ]);
  });

  it('is money we know nothing of: its payment is asked, each time the day is compared', async () => {
    const day = aDay();
    const [open, other] = [await room.payable(), await late(day)];
    const bill = book(day, payment(open), payment(other), refund(other.channelNumber, other.refundNumber));
    const { differences, asked } = await reconcile(room.db, bill);
    expect(differences).toMatchObject([
      { kind: 'not_booked', number: open.channelNumber, paymentId: open.paymentId, billFen: 500, paymentFen: null },
      { kind: 'not_booked', number: other.refundNumber, paymentId: other.paymentId, billFen: 500 },
    ]);
    expect(asked).toBe(2);
    const waiting = async () => (await waitingReports(room.db, 100)).map(({ paymentId }) => paymentId).sort();
    expect(await waiting()).toEqual([open.paymentId, other.paymentId].sort());
    await reconcile(room.db, bill);
    expect(await waiting()).toHaveLength(4);
  });
});

describe('what is asked about', () => {
  const records = () => createPaymentRecords(room.db, { detailOpenForMs: 60_000 });
  const input = ({ paymentId }: Paid) => ({ paymentId, number: '', askAgainMs: [1_000] });
  const next = async (of: Paid) => (await records().applyReports(input(of))).next;

  it('is asked at once: a refund in processing, whatever its turn', async () => {
    const day = aDay();
    const of = await late(day);
    await room.sayRefund(of.paymentId, of.refundNumber, 'processing');
    await run(room.owner, `update payment_refunds set next_at = now() + interval '1 hour'`);
    await reconcile(room.db, book(day, payment(of), refund(of.channelNumber, of.refundNumber)));
    expect(await next(of)).toEqual({ act: 'query_refund', number: of.refundNumber, inMs: 0 });
  });

  it('is asked although it had ended unpaid; once nothing is new, that is all', async () => {
    const day = aDay();
    const of = await room.payable();
    await room.inTrx((trx) => askToClose(trx, of.paymentId, bySystem));
    await room.say(of, 'closed');
    expect(await records().loadPayment(input(of))).toMatchObject({ next: null, over: true, state: 'cancelled' });
    await reconcile(room.db, book(day, payment(of)));
    expect(await next(of)).toEqual({ act: 'query', number: of.channelNumber, inMs: 0 });
    await room.say(of, 'unpaid');
    expect(await records().loadPayment(input(of))).toMatchObject({ next: null, over: true, state: 'cancelled' });
  });

  it('is not asked where the channel says so of what is paid, by another amount', async () => {
    const day = aDay();
    const of = await paid(day);
    expect(await reconcile(room.db, book(day, payment(of, 499)))).toMatchObject({ asked: 0 });
    expect(await next(of)).toBeNull();
  });
});

describe('the border of a day', () => {
  const moment = (day: string, ms: number): Date => new Date(boundsOfBookDay(day).until.getTime() + ms);

  it('is Shanghai’s: what is paid a moment before is of that day, what is paid at it is not', async () => {
    const day = aDay();
    const before = await paid(day, { at: moment(day, -1) });
    await paid(day, { at: moment(day, 0) });
    expect((await reconcile(room.db, book(day, payment(before)))).differences).toEqual([]);
  });

  it('may be seen elsewhere by the channel: what its bill of the other day has is no difference, only a note', async () => {
    const day = aDay();
    const of = await late(day);
    await settled(of, moment(day, 60_000));
    const refunded = refund(of.channelNumber, of.refundNumber);
    expect((await reconcile(room.db, book(day, payment(of), refunded))).differences).toEqual([]);
    expect(await standing(day)).toMatchObject([{ kind: 'other_day', state: 'resolved', resolvedBy: 'system' }]);
    const next = bookDayBefore(day, -1);
    expect((await reconcile(room.db, book(next))).differences).toEqual([]);
  });

  it('and the other way round: the later bill resolves what the earlier one lacked', async () => {
    const day = aDay();
    const of = await paid(day, { at: moment(day, -1) });
    await reconcile(room.db, book(day));
    expect(await standing(day)).toMatchObject([{ kind: 'missing_in_bill', state: 'open' }]);
    const next = bookDayBefore(day, -1);
    await reconcile(room.db, book(next, payment(of)));
    expect(await standing(day)).toMatchObject([
      { state: 'resolved', resolvedBy: 'system', resolution: `in the bill of ${next}` },
    ]);
  });

  it('does not matter to a refund that took days: the bill of its first day has told of it', async () => {
    const day = aDay();
    const of = await late(day);
    const first = book(day, payment(of), refund(of.channelNumber, of.refundNumber));
    expect((await reconcile(room.db, first)).differences).toMatchObject([{ kind: 'not_booked' }]);
    await settled(of, moment(day, 3_600_000));
    expect((await reconcile(room.db, book(bookDayBefore(day, -1)))).differences).toEqual([]);
    expect((await reconcile(room.db, first)).differences).toEqual([]);
    expect((await exceptions(day)).map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  });
});

describe('a day that is compared again', () => {
  const resolveAll = async (day: string, reason: string) => {
    for (const { id } of await exceptions(day))
      await room.inTrx((trx) => resolveException(trx, id, { actor: room.managerId, requestId: 'r', reason }));
  };

  it('keeps its exceptions once, and resolves by itself what agrees by now; a new difference opens it again', async () => {
    const day = aDay();
    const of = await paid(day);
    const [wrong, right] = [book(day, payment(of, 499)), book(day, payment(of))];
    await reconcile(room.db, wrong);
    await reconcile(room.db, wrong);
    const [known] = await exceptions(day);
    expect(await standing(day)).toMatchObject([{ kind: 'amount_differs', state: 'open', resolvedBy: null }]);
    await reconcile(room.db, right);
    expect(await summary(day)).toMatchObject({ paidFen: 500, differences: 0, openExceptions: 0 });
    expect(await standing(day)).toEqual([
      { kind: 'amount_differs', state: 'resolved', resolvedBy: 'system', resolution: 'agrees now' },
    ]);
    await reconcile(room.db, wrong);
    const [again] = await exceptions(day);
    expect(again).toMatchObject({ id: known?.id, state: 'open', resolvedBy: null, resolution: null });
  });

  it('leaves alone what a person has accepted, until it is another difference', async () => {
    const day = aDay();
    const bill = (fen: number) => book(day, payment({ channelNumber: `console-${day}` }, fen));
    await reconcile(room.db, bill(700));
    await resolveAll(day, 'paid at the till');
    const accepted = { kind: 'unknown_number', state: 'resolved', resolvedBy: room.managerId };
    await reconcile(room.db, bill(700));
    expect(await standing(day)).toEqual([{ ...accepted, resolution: 'paid at the till' }]);
    await reconcile(room.db, bill(701));
    expect(await standing(day)).toMatchObject([{ state: 'open', resolvedBy: null }]);
  });

  it('has an exception resolved once: the second reason changes nothing and is not audited', async () => {
    const day = aDay();
    await reconcile(room.db, book(day, payment({ channelNumber: `console-${day}` })));
    await resolveAll(day, 'first');
    await resolveAll(day, 'second');
    const [one] = await exceptions(day);
    expect(one).toMatchObject({ resolution: 'first' });
    const audited = await rows<{ reason: string }>(
      room.owner,
      `select reason from audit_log where subject_id = :id and action = 'reconciliation_exception.resolve'`,
      { id: one?.id },
    );
    expect(audited).toEqual([{ reason: 'first' }]);
  });

  it('at the same time as another comparison ends the same', async () => {
    const day = aDay();
    const numbers = Array.from({ length: 40 }, (_, n) => ({ channelNumber: `both-${day}-${n}` }));
    const bill = book(day, ...numbers.map((of) => payment(of)));
    await Promise.all([reconcile(room.db, bill), reconcile(room.db, { ...bill, rows: [...bill.rows].reverse() })]);
    expect(await exceptions(day)).toHaveLength(40);
    expect(await summary(day)).toMatchObject({ differences: 40, openExceptions: 40 });
  });
});

describe('days that are due', () => {
  const today = async () =>
    (
      await rows<{ day: string }>(room.db, `select to_char(now() at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as day`)
    )[0]!.day;

  it('are yesterday, those left out since the first payment, and those that still differ', async () => {
    const now = await today();
    const ago = (days: number): string => bookDayBefore(now, days);
    const due = () => daysToReconcile(room.db, 'wechat_pay');
    // The first payments are of today: nothing before has been left out.
    expect(await due()).toEqual([ago(1)]);
    await reconcile(room.db, book(ago(6), payment({ channelNumber: 'differs' })));
    await reconcile(room.db, book(ago(1)));
    expect(await due()).toEqual([ago(6), ago(1)]);
    await reconcile(room.db, book(ago(6)));
    await run(room.owner, `update payment_attempts set created_at = created_at - interval '3 days'`);
    expect(await due()).toEqual([ago(3), ago(2), ago(1)]);
    await run(room.owner, `update payment_attempts set created_at = created_at + interval '3 days'`);
  });

  it('are not those of which only a message of the channel is set apart', async () => {
    const now = await today();
    const report = { eventId: 'evt-1', eventType: 'TRANSACTION.SUCCESS', about: 'payment' } as const;
    const told = { channelNumber: 'nobody-knows', standing: 'paid', transactionId: 'wx1', paidAt: new Date() } as const;
    await takeIn(room.db, 'wechat_pay', { ...report, payment: { ...told, amountFen: 700, foreign: [] } });
    await takeIn(room.db, 'wechat_pay', { ...report, payment: { ...told, amountFen: 700, foreign: [] } });
    const kinds: ExceptionKind[] = ['foreign_notification', 'unknown_notification'];
    const apart = (await exceptions(now)).filter(({ kind }) => kinds.includes(kind));
    expect(apart).toMatchObject([
      { kind: 'unknown_notification', number: 'nobody-knows', billFen: 700, state: 'open' },
    ]);
    const of = await room.payable();
    const foreign = { ...told, channelNumber: of.channelNumber, amountFen: 500, foreign: ['merchant'] };
    await takeIn(room.db, 'wechat_pay', { ...report, payment: foreign });
    const [latest] = await exceptions(now);
    expect(latest).toMatchObject({ kind: 'foreign_notification', paymentId: of.paymentId, state: 'open' });
    expect(await daysToReconcile(room.db, 'wechat_pay')).toEqual([bookDayBefore(now, 1)]);
    // A comparison of the day does not take them for something that agrees by now.
    await reconcile(room.db, book(now));
    expect((await exceptions(now)).filter(({ kind, state }) => kinds.includes(kind) && state === 'open')).toHaveLength(
      2,
    );
  });
});
