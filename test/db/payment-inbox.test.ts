import { createPaymentRecords } from '../../activities/payment/activities';
import { caseEvents } from '../../db/case/queries';
import { rows } from '../../db/connection';
import { markTold, takeIn, waitingReports, wishToAsk } from '../../db/payment/inbox';
import { paymentById, paymentsWithoutProgress } from '../../db/payment/queries';
import type { ChannelPayment, ChannelReport } from '../../domain/ports/payment-channel';
import { processIdOf } from '../../domain/shared/ids';
import { sweepPayments } from '../../worker/loops/sweep-payments';
import { relayReports } from '../../worker/loops/relay-reports';
import { furnishPayments, policy, type Paid, type PaymentRoom } from './payment-room';
import { settlementTerms } from '../support/settlement-terms';

let room: PaymentRoom;
beforeAll(async () => {
  room = await furnishPayments();
});
afterEach(() =>
  rows(room.owner, "update payment_inbox set state = 'applied', applied_at = now() where state in ('waiting', 'told')"),
);
afterAll(() => room.drop());

function report(
  of: Pick<Paid, 'channelNumber'>,
  more: Partial<ChannelPayment> = {},
  eventId = 'TRANSACTION.SUCCESS:wx1',
): ChannelReport {
  const payment: ChannelPayment = {
    ...{
      channelNumber: of.channelNumber,
      standing: 'paid',
      amountFen: 500,
      foreign: [],
      transactionId: `wx${of.channelNumber}`,
    },
    paidAt: new Date('2026-11-22T08:00:00Z'),
    ...more,
  };
  return { eventId, eventType: 'TRANSACTION.SUCCESS', about: 'payment', payment };
}

const inbox = (number: string) =>
  rows<{ state: string; problem: string | null; payment_id: string | null }>(
    room.owner,
    'select state, problem, payment_id from payment_inbox where number = :number order by id',
    { number },
  );
const records = () => createPaymentRecords(room.db, settlementTerms);
const act = ({ paymentId }: Paid) => ({ paymentId, number: '', askAgainMs: policy.askAgainMs });

describe('what a channel tells', () => {
  it('is taken in once, however often it is told at once', async () => {
    const of = await room.payable();
    await Promise.all(Array.from({ length: 50 }, () => takeIn(room.db, 'wechat_pay', report(of))));
    expect(await inbox(of.channelNumber)).toEqual([{ state: 'waiting', problem: null, payment_id: of.paymentId }]);
  });

  it('about a number that is none of ours is set apart', async () => {
    await takeIn(room.db, 'wechat_pay', report({ channelNumber: 'nobodys1' }));
    expect(await inbox('nobodys1')).toEqual([{ state: 'quarantined', problem: 'UNKNOWN_NUMBER', payment_id: null }]);
  });

  it('about somebody else’s money is set apart, and acted on by nobody', async () => {
    const of = await room.payable();
    await takeIn(room.db, 'wechat_pay', report(of, { foreign: ['merchant'] }));
    expect(await inbox(of.channelNumber)).toMatchObject([{ state: 'quarantined', problem: 'FOREIGN:merchant' }]);
    await records().applyReports(act(of));
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'awaiting_payer' });
  });

  it('is taken in together, in the order it came', async () => {
    const [one, other] = [await room.payable(), await room.payable()];
    const told = [
      report(one, {}, 'b'),
      report({ channelNumber: 'nobodys2' }),
      report(one, {}, 'a'),
      report(other),
      report(one, {}, 'b'),
    ];
    await takeIn(room.db, 'wechat_pay', ...told);
    const events = await rows<{ event: string }>(
      room.owner,
      'select event from payment_inbox where number = :channelNumber order by id',
      { ...one },
    );
    expect(events.map(({ event }) => event)).toEqual(['b', 'a']);
    expect(await inbox(other.channelNumber)).toHaveLength(1);
    expect(await inbox('nobodys2')).toMatchObject([{ state: 'quarantined' }]);
  });

  it('is acted on in its order, once', async () => {
    const of = await room.payable();
    await takeIn(room.db, 'wechat_pay', report(of, { standing: 'failed', transactionId: null }, 'first'));
    await takeIn(room.db, 'wechat_pay', report(of, {}, 'second'));
    expect(await room.record(of.paymentId)).toMatchObject({ unappliedReports: 2 });
    const both = await Promise.all([records().applyReports(act(of)), records().applyReports(act(of))]);
    expect(both).toMatchObject([{ state: 'succeeded' }, { state: 'succeeded' }]);
    expect((await inbox(of.channelNumber)).map(({ state }) => state)).toEqual(['applied', 'applied']);
    const acts = (await caseEvents(room.db, processIdOf(of.paymentId))).map((event) => event.act);
    expect(acts.slice(-2)).toEqual(['payer_refused', 'succeed']);
    expect(await room.record(of.paymentId)).toMatchObject({ attempts: [{ state: 'paid' }], refunds: [] });
  });

  it('of another amount is set apart, and the channel asked', async () => {
    const of = await room.payable();
    await takeIn(room.db, 'wechat_pay', report(of, { amountFen: 499 }));
    expect(await records().applyReports(act(of))).toMatchObject({ next: { act: 'query', inMs: 0 } });
    expect(await inbox(of.channelNumber)).toMatchObject([{ state: 'quarantined', problem: 'OTHER_AMOUNT' }]);
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'awaiting_payer', attempts: [{ state: 'open' }] });
    const noted = await rows(
      room.owner,
      'select kind, bill_fen, payment_fen from reconciliation_exceptions where number = :channelNumber',
      { ...of },
    );
    expect(noted).toEqual([{ kind: 'doubtful_notification', bill_fen: 499, payment_fen: 500 }]);
  });

  it('may be the wish to ask at once', async () => {
    const of = await room.payable();
    const wish = { channel: 'wechat_pay', numbers: [of.channelNumber], why: 'bill:2026-11-21' } as const;
    await room.inTrx((trx) => wishToAsk(trx, wish));
    await room.inTrx((trx) => wishToAsk(trx, wish));
    expect(await inbox(of.channelNumber)).toHaveLength(1);
    expect(await records().applyReports(act(of))).toMatchObject({ next: { act: 'query', inMs: 0 } });
  });

  it('is a row by constraint: one for an event', async () => {
    const of = await room.payable();
    await takeIn(room.db, 'wechat_pay', report(of));
    const again = rows(
      room.db,
      `insert into payment_inbox (channel, number, event, event_type, report, state)
       select channel, number, event, event_type, report, state from payment_inbox where number = :channelNumber`,
      { ...of },
    );
    await expect(again).rejects.toMatchObject({ constraint: 'payment_inbox_once' });
  });
});

describe('passing it on', () => {
  /** The engine, as far as the relay knows it. */
  function engine(wake: (paymentId: string) => Promise<void>) {
    const gateway = { wake: ({ subjectId }: { subjectId: string }) => wake(subjectId) };
    const settings = { policies: { payment: policy }, workflowTaskTimeoutMs: 2_000 };
    return relayReports({ db: room.db, gateway, settings });
  }

  it('tells each payment once; while the engine is away everything waits', async () => {
    const [one, other] = [await room.payable(), await room.payable()];
    for (const event of ['a', 'b']) await takeIn(room.db, 'wechat_pay', report(one, {}, event));
    await takeIn(room.db, 'wechat_pay', report(other));
    const away = engine(() => Promise.reject(new Error('away')));
    await expect(away()).rejects.toThrow('away');
    expect(await waitingReports(room.db, 10)).toHaveLength(3);
    const told: string[] = [];
    const there = engine(async (id) => void told.push(id));
    await there();
    await there();
    expect(told.sort()).toEqual([one.paymentId, other.paymentId].sort());
    expect(await waitingReports(room.db, 10)).toEqual([]);
  });

  it('is not kept from the others by one that cannot be told', async () => {
    const payments = await Promise.all(Array.from({ length: 12 }, () => room.payable()));
    for (const of of payments) await takeIn(room.db, 'wechat_pay', report(of));
    const bad = new Set(payments.slice(0, 9).map(({ paymentId }) => paymentId));
    const some = engine((id) => (bad.has(id) ? Promise.reject(new Error('bad')) : Promise.resolve()));
    await expect(some()).rejects.toThrow('bad');
    const waiting = await waitingReports(room.db, 20);
    expect(new Set(waiting.map(({ paymentId }) => paymentId))).toEqual(bad);
  });

  it('leaves what was told and not acted on to the sweep', async () => {
    const of = await room.payable();
    await takeIn(room.db, 'wechat_pay', report(of));
    const [{ id } = { id: 0 }] = await waitingReports(room.db, 1);
    await markTold(room.db, [id]);
    const overdue = () => paymentsWithoutProgress(room.db, { overdueByMs: 60_000, limit: 50 });
    expect(await overdue()).not.toContain(of.paymentId);
    await rows(room.owner, "update payment_inbox set told_at = now() - interval '2 minutes' where id = :id", { id });
    expect(await overdue()).toContain(of.paymentId);
  });

  it('and one that cannot be woken keeps no other from the sweep', async () => {
    const both = [await room.payable(), await room.payable()];
    for (const of of both)
      await rows(
        room.owner,
        "update payment_attempts set next_at = now() - interval '1 hour' where payment_id = :paymentId",
        { ...of },
      );
    const woken: string[] = [];
    const gateway = {
      wake: ({ subjectId }: { subjectId: string }) => {
        woken.push(subjectId);
        return Promise.reject(new Error('away'));
      },
    };
    const settings = { policies: { payment: policy }, workflowTaskTimeoutMs: 2_000 };
    const log = { warn: () => undefined };
    await expect(sweepPayments({ db: room.db, gateway, settings, log, overdueByMs: 1_800_000 })).rejects.toThrow(
      'away',
    );
    expect(woken.sort()).toEqual(both.map(({ paymentId }) => paymentId).sort());
  });

  it('so is an attempt nobody asked about in its time', async () => {
    const of = await room.payable();
    await rows(
      room.owner,
      "update payment_attempts set next_at = now() - interval '2 minutes' where payment_id = :paymentId",
      { ...of },
    );
    expect(await paymentsWithoutProgress(room.db, { overdueByMs: 60_000, limit: 50 })).toContain(of.paymentId);
  });
});

it('a payment is its own enterprise’s', async () => {
  const { paymentId } = await room.payable();
  expect(await paymentById(room.db, { enterpriseId: room.enterpriseId, sellerId: null }, paymentId)).toBeDefined();
  expect(await paymentById(room.db, { enterpriseId: 'ent_other', sellerId: null }, paymentId)).toBeUndefined();
  expect(await paymentById(room.db, null, paymentId)).toBeDefined();
});
