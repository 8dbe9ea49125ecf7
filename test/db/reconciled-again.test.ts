import { createPaymentRecords } from '../../activities/payment/activities';
import { rows, run } from '../../db/connection';
import { takeIn } from '../../db/payment/inbox';
import { reconcile, resolveException } from '../../db/payment/reconciliation';
import { daysToReconcile } from '../../db/payment/reconciliation-queries';
import { askToClose, bySystem } from '../../db/payment/repository';
import { bookDayBefore, type ExceptionKind } from '../../domain/payment/reconciliation';
import { book, furnishBooks, payment, refund, type BooksRoom } from './books-room';
import { type Paid } from './payment-room';
import { settlementTerms } from '../support/settlement-terms';

let room: BooksRoom;
beforeAll(async () => {
  room = await furnishBooks();
});
afterAll(() => room.drop());

describe('what is asked about', () => {
  const records = () => createPaymentRecords(room.db, settlementTerms);
  const input = ({ paymentId }: Paid) => ({ paymentId, number: '', askAgainMs: [1_000] });
  const next = async (of: Paid) => (await records().applyReports(input(of))).next;

  it('is asked at once: a refund in processing, whatever its turn', async () => {
    const day = room.aDay();
    const of = await room.late(day);
    await room.sayRefund(of.paymentId, of.refundNumber, 'processing');
    await run(room.owner, `update payment_refunds set next_at = now() + interval '1 hour'`);
    await reconcile(room.db, book(day, payment(of), refund(of.channelNumber, of.refundNumber)));
    expect(await next(of)).toEqual({ act: 'query_refund', number: of.refundNumber, inMs: 0 });
  });

  it('is asked although it had ended unpaid; once nothing is new, that is all', async () => {
    const day = room.aDay();
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
    const day = room.aDay();
    const of = await room.paidOn(day);
    expect(await reconcile(room.db, book(day, payment(of, 499)))).toMatchObject({ asked: 0 });
    expect(await next(of)).toBeNull();
  });
});

describe('a day that is compared again', () => {
  const resolveAll = async (day: string, reason: string) => {
    for (const { id } of await room.exceptions(day))
      await room.inTrx((trx) => resolveException(trx, id, { actor: room.managerId, requestId: 'r', reason }));
  };

  it('keeps its exceptions once, and resolves by itself what agrees by now; a new difference opens it again', async () => {
    const day = room.aDay();
    const of = await room.paidOn(day);
    const [wrong, right] = [book(day, payment(of, 499)), book(day, payment(of))];
    await reconcile(room.db, wrong);
    await reconcile(room.db, wrong);
    const [known] = await room.exceptions(day);
    expect(await room.standing(day)).toMatchObject([{ kind: 'amount_differs', state: 'open', resolvedBy: null }]);
    await reconcile(room.db, right);
    expect(await room.summary(day)).toMatchObject({ paidFen: 500, differences: 0, openExceptions: 0 });
    expect(await room.standing(day)).toEqual([
      { kind: 'amount_differs', state: 'resolved', resolvedBy: 'system', resolution: 'agrees now' },
    ]);
    await reconcile(room.db, wrong);
    const [again] = await room.exceptions(day);
    expect(again).toMatchObject({ id: known?.id, state: 'open', resolvedBy: null, resolution: null });
  });

  it('leaves alone what a person has accepted, until it is another difference', async () => {
    const day = room.aDay();
    const bill = (fen: number) => book(day, payment({ channelNumber: `console-${day}` }, fen));
    await reconcile(room.db, bill(700));
    await resolveAll(day, 'paid at the till');
    const accepted = { kind: 'unknown_number', state: 'resolved', resolvedBy: room.managerId };
    await reconcile(room.db, bill(700));
    expect(await room.standing(day)).toEqual([{ ...accepted, resolution: 'paid at the till' }]);
    await reconcile(room.db, bill(701));
    expect(await room.standing(day)).toMatchObject([{ state: 'open', resolvedBy: null }]);
  });

  it('has an exception resolved once: the second reason changes nothing and is not audited', async () => {
    const day = room.aDay();
    await reconcile(room.db, book(day, payment({ channelNumber: `console-${day}` })));
    await resolveAll(day, 'first');
    await resolveAll(day, 'second');
    const [one] = await room.exceptions(day);
    expect(one).toMatchObject({ resolution: 'first' });
    const audited = await rows<{ reason: string }>(
      room.owner,
      `select reason from audit_log where subject_id = :id and action = 'reconciliation_exception.resolve'`,
      { id: one?.id },
    );
    expect(audited).toEqual([{ reason: 'first' }]);
  });

  it('at the same time as another comparison ends the same', async () => {
    const day = room.aDay();
    const numbers = Array.from({ length: 40 }, (_, n) => ({ channelNumber: `both-${day}-${n}` }));
    const bill = book(day, ...numbers.map((of) => payment(of)));
    await Promise.all([reconcile(room.db, bill), reconcile(room.db, { ...bill, rows: [...bill.rows].reverse() })]);
    expect(await room.exceptions(day)).toHaveLength(40);
    expect(await room.summary(day)).toMatchObject({ differences: 40, openExceptions: 40 });
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
    const apart = (await room.exceptions(now)).filter(({ kind }) => kinds.includes(kind));
    expect(apart).toMatchObject([
      { kind: 'unknown_notification', number: 'nobody-knows', billFen: 700, state: 'open' },
    ]);
    const of = await room.payable();
    const foreign = { ...told, channelNumber: of.channelNumber, amountFen: 500, foreign: ['merchant'] };
    await takeIn(room.db, 'wechat_pay', { ...report, payment: foreign });
    const [latest] = await room.exceptions(now);
    expect(latest).toMatchObject({ kind: 'foreign_notification', paymentId: of.paymentId, state: 'open' });
    expect(await daysToReconcile(room.db, 'wechat_pay')).toEqual([bookDayBefore(now, 1)]);
    // A comparison of the day does not take them for something that agrees by now.
    await reconcile(room.db, book(now));
    expect(
      (await room.exceptions(now)).filter(({ kind, state }) => kinds.includes(kind) && state === 'open'),
    ).toHaveLength(2);
  });
});
