import { run } from '../../db/connection';
import { post } from '../../db/ledger/repository';
import { waitingReports } from '../../db/payment/inbox';
import { reconcile } from '../../db/payment/reconciliation';
import { ledgerAccountId } from '../../domain/ledger/accounts';
import { bookDayBefore, boundsOfBookDay } from '../../domain/payment/reconciliation';
import { type ChannelBill } from '../../domain/ports/payment-channel';
import { book, furnishBooks, noonOf, payment, refund, type BooksRoom } from './books-room';

let room: BooksRoom;
beforeAll(async () => {
  room = await furnishBooks();
});
afterAll(() => room.drop());

describe('a day on which all agree', () => {
  it('leaves a summary with both sums to the fen, and no exception', async () => {
    const day = room.aDay();
    const [one, other] = [await room.paidOn(day), await room.late(day)];
    await room.settled(other, noonOf(day));
    const bill = book(day, payment(one), payment(other), refund(other.channelNumber, other.refundNumber));
    const found = await reconcile(room.db, bill);
    const sums = { paidFen: 1_000, refundedFen: 500 };
    expect(found).toMatchObject({ differences: [], bill: sums, booked: sums, billRows: 3, asked: 0 });
    expect(await room.summary(day)).toMatchObject({
      ...{ day, billRows: 3, paidFen: 1_000, refundedFen: 500, bookedPaidFen: 1_000, bookedRefundedFen: 500 },
      ...{ differences: 0, openExceptions: 0, billSha1: bill.sha1 },
    });
    expect(await room.exceptions(day)).toEqual([]);
  });

  it('may be a day without any trade', async () => {
    const day = room.aDay();
    expect(await reconcile(room.db, book(day))).toMatchObject({ differences: [], billRows: 0 });
    expect(await room.summary(day)).toMatchObject({ paidFen: 0, bookedPaidFen: 0, differences: 0 });
  });
});

describe('what differs', () => {
  const found = async (bill: ChannelBill) => {
    const { differences } = await reconcile(room.db, bill);
    const written = await room.exceptions(bill.day);
    expect(written).toHaveLength(differences.length);
    return differences;
  };

  it('is a number that we lack, of a payment and of a refund', async () => {
    const day = room.aDay();
    const numbers = { channelNumber: 'someone-elses' };
    const differences = await found(book(day, payment(numbers, 700), refund('someone-elses', 'their-refund', 700)));
    const unknown = { kind: 'unknown_number', paymentId: null, billFen: 700, paymentFen: null, ledgerFen: null };
    expect(differences).toEqual([
      { ...unknown, number: 'someone-elses' },
      { ...unknown, number: 'their-refund' },
    ]);
    expect(await room.summary(day)).toMatchObject({ paidFen: 700, refundedFen: 700, bookedPaidFen: 0, differences: 2 });
  });

  it('is a refund without a number of ours, not to be taken for its order', async () => {
    const day = room.aDay();
    const one = await room.paidOn(day);
    const differences = await found(book(day, payment(one), refund(one.channelNumber, null)));
    expect(differences).toMatchObject([{ kind: 'unknown_number', number: `refund of ${one.channelNumber}` }]);
  });

  it('is an amount, one fen off; and a number that the bill has twice', async () => {
    const day = room.aDay();
    const [one, twice] = [await room.paidOn(day), await room.paidOn(day)];
    const differences = await found(book(day, payment(one, 501), payment(twice), payment(twice)));
    expect(differences).toMatchObject([
      { kind: 'amount_differs', number: one.channelNumber, billFen: 501, paymentFen: 500, ledgerFen: 500 },
      { kind: 'amount_differs', number: twice.channelNumber, billFen: 1_000, paymentFen: 500 },
    ]);
  });

  it('is money of ours that the bill has not', async () => {
    const day = room.aDay();
    const [one, other] = [await room.paidOn(day), await room.late(day)];
    await room.settled(other, noonOf(day));
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
    const day = room.aDay();
    const [open, other] = [await room.payable(), await room.late(day)];
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

describe('the border of a day', () => {
  const moment = (day: string, ms: number): Date => new Date(boundsOfBookDay(day).until.getTime() + ms);

  it('is Shanghai’s: what is paid a moment before is of that day, what is paid at it is not', async () => {
    const day = room.aDay();
    const before = await room.paidOn(day, moment(day, -1));
    await room.paidOn(day, moment(day, 0));
    expect((await reconcile(room.db, book(day, payment(before)))).differences).toEqual([]);
  });

  it('may be seen elsewhere by the channel: what its bill of the other day has is no difference, only a note', async () => {
    const day = room.aDay();
    const of = await room.late(day);
    await room.settled(of, moment(day, 60_000));
    const refunded = refund(of.channelNumber, of.refundNumber);
    expect((await reconcile(room.db, book(day, payment(of), refunded))).differences).toEqual([]);
    expect(await room.standing(day)).toMatchObject([{ kind: 'other_day', state: 'resolved', resolvedBy: 'system' }]);
    const next = bookDayBefore(day, -1);
    expect((await reconcile(room.db, book(next))).differences).toEqual([]);
  });

  it('and the other way round: the later bill resolves what the earlier one lacked', async () => {
    const day = room.aDay();
    const of = await room.paidOn(day, moment(day, -1));
    await reconcile(room.db, book(day));
    expect(await room.standing(day)).toMatchObject([{ kind: 'missing_in_bill', state: 'open' }]);
    const next = bookDayBefore(day, -1);
    await reconcile(room.db, book(next, payment(of)));
    expect(await room.standing(day)).toMatchObject([
      { state: 'resolved', resolvedBy: 'system', resolution: `in the bill of ${next}` },
    ]);
  });

  it('does not matter to a refund that took days: the bill of its first day has told of it', async () => {
    const day = room.aDay();
    const of = await room.late(day);
    const first = book(day, payment(of), refund(of.channelNumber, of.refundNumber));
    expect((await reconcile(room.db, first)).differences).toMatchObject([{ kind: 'not_booked' }]);
    await room.settled(of, moment(day, 3_600_000));
    expect((await reconcile(room.db, book(bookDayBefore(day, -1)))).differences).toEqual([]);
    expect((await reconcile(room.db, first)).differences).toEqual([]);
    expect((await room.exceptions(day)).map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  });
});
