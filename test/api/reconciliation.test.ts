import { ScheduleOverlapPolicy } from '@temporalio/client';
import { verifyLedger } from '../../db/ledger/queries';
import { bookDayBefore, bookDayOf } from '../../domain/payment/reconciliation';
import { ensureReconciliationSchedule, reconciliationScheduleId } from '../../temporal/schedules';
import { reconciliationSchedule } from '../../worker/start-loops';
import { keepSchedules } from '../../worker/loops/keep-schedules';
import { reconciliationWorkflowName, type DayOutcome } from '../../workflows/reconciliation/contract';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { payOnline } from '../support/payments';
import { coupon } from '../support/purchases';

let emulator: Emulator;
let mallflow: Installation;
let manager: HttpClient;
let operator: HttpClient;
let today: string;

beforeAll(async () => {
  // What is paid here is paid on one day of the books: not while Shanghai's midnight is near.
  const isQuiet = () => Promise.resolve(bookDayOf(new Date()) === bookDayOf(new Date(Date.now() + 150_000)));
  await eventually(isQuiet, (quiet) => quiet, 170_000);
  today = bookDayOf(new Date());
});
beforeAll(async () => {
  emulator = await startEmulator();
  mallflow = await startInstallation({ emulator });
  [manager, operator] = await Promise.all([mallflow.as('manager@demo'), mallflow.as('operator@demo')]);
  for (const daysAgo of [0, 1, 2]) await emulator.control.publishBill(bookDayBefore(today, daysAgo));
});
afterAll(async () => {
  await mallflow.stop();
  await emulator.stop();
});

/** The run the schedule starts, for one day. */
async function reconcile(day: string): Promise<DayOutcome[]> {
  const { queue, input } = reconciliationSchedule(mallflow.config);
  return mallflow.services.temporal.workflow.execute(reconciliationWorkflowName, {
    workflowId: `reconcile:${queue}:${day}:${Date.now()}`,
    taskQueue: queue,
    args: [{ day, policy: { ...input.policy, againMs: 1_500 } }],
  }) as Promise<DayOutcome[]>;
}

async function order() {
  const { body } = await manager.post('/v1/purchases', { benefitId: coupon.id, quantity: 1 });
  return { id: body.id as string, payment: await payOnline(manager, body.id as string) };
}

const paymentAt = (id: string, state: string): Promise<Body> =>
  eventually(
    async () => (await manager.get(`/v1/payments/${id}`)).body,
    (body) => body.state === state,
  );
const exceptions = async (query: string) =>
  (await operator.get(`/v1/reconciliation-exceptions?${query}`)).body.items as Body[];
const dayOf = async (day: string) => (await operator.get(`/v1/reconciliations?day=${day}`)).body.items[0];

describe('the channel’s book of a day', () => {
  it('finds money nobody told us of: it is asked about and goes back by itself, then all agree to the fen', async () => {
    const kept = await order();
    await emulator.control.pay(kept.payment.channelNumber as string);
    await paymentAt(kept.payment.id as string, 'succeeded');
    const { id, payment } = await order();
    await manager.post(`/v1/purchases/${id}/cancel`);
    await emulator.control.pay(payment.channelNumber as string, { notify: false, force: true });

    const outcomes = await reconcile(today);
    expect(outcomes).toMatchObject([{ kind: 'compared', day: today }]);
    await paymentAt(payment.id as string, 'refunded');
    const found = await exceptions(`day=${today}&kind=not_booked`);
    expect(found.map(({ number }) => number as string)).toContain(payment.channelNumber);
    await reconcile(today);
    expect(await exceptions(`day=${today}&state=open`)).toEqual([]);
    const { paidFen, refundedFen } = (await emulator.control.books(0)).totals;
    expect(await dayOf(today)).toMatchObject({
      ...{ state: 'equal', differences: 0, openExceptions: 0, billRows: 3 },
      ...{ bill: { paidFen, refundedFen }, booked: { paidFen, refundedFen } },
    });
    expect(await verifyLedger(mallflow.services.db)).toEqual([]);
  });
});

describe('the schedule', () => {
  const triggered = async () => {
    const { queue } = reconciliationSchedule(mallflow.config);
    return mallflow.services.temporal.schedule.getHandle(reconciliationScheduleId(queue));
  };

  it('is there once, as this version wants it, and its run compares yesterday: a row that we lack is told', async () => {
    const wanted = reconciliationSchedule(mallflow.config);
    const { temporal } = mallflow.services;
    const keep = keepSchedules(temporal, wanted);
    await keep();
    const handle = await triggered();
    try {
      await handle.pause('a holiday');
      const later = { ...wanted, input: { ...wanted.input, policy: { ...wanted.input.policy, rounds: 3 } } };
      await ensureReconciliationSchedule(temporal, later);
      const { spec, policies, action, state } = await handle.describe();
      expect(spec.calendars).toMatchObject([{ hour: [{ start: 10 }], minute: [{ start: 30 }] }]);
      expect(spec.timezone).toBe('Asia/Shanghai');
      expect(policies).toMatchObject({ overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: 86_400_000 });
      expect(action.args).toEqual([later.input]);
      // What an operator paused stays paused.
      expect(state.paused).toBe(true);

      const yesterday = bookDayBefore(today, 1);
      const paidAt = `${yesterday}T12:00:00+08:00`;
      const { channelNumber } = await emulator.control.putOrder({ amountFen: 4_321, paidAt });
      await handle.trigger();
      const [unknown] = await eventually(
        () => exceptions(`day=${yesterday}&state=open`),
        (items) => items.length > 0,
      );
      expect(unknown).toMatchObject({ kind: 'unknown_number', number: channelNumber, billFen: 4_321, paymentId: null });
      expect(await dayOf(yesterday)).toMatchObject({
        ...{ id: `wechat_pay:${yesterday}`, state: 'differs', differences: 1, openExceptions: 1, billRows: 1 },
        ...{ bill: { paidFen: 4_321, refundedFen: 0 }, booked: { paidFen: 0, refundedFen: 0 } },
      });
    } finally {
      await handle.delete();
    }
  });
});

describe('an exception', () => {
  it('is resolved with a reason, once, and audited', async () => {
    const day = bookDayBefore(today, 2);
    const [one] = await Promise.all(
      [100, 200].map((amountFen) => emulator.control.putOrder({ amountFen, paidAt: `${day}T09:00:00+08:00` })),
    );
    await reconcile(day);
    const path = `day=${day}&kind=unknown_number`;
    const { body: first } = await operator.get(`/v1/reconciliation-exceptions?${path}&limit=1`);
    const { body: second } = await operator.get(
      `/v1/reconciliation-exceptions?${path}&limit=1&cursor=${first.nextCursor as string}`,
    );
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([1, 1, null]);
    const items = [...(first.items as Body[]), ...(second.items as Body[])];
    const open = items.find(({ number }) => number === one?.channelNumber);
    expect(open).toMatchObject({ state: 'open', actions: ['resolve'], billFen: 100, resolvedAt: null });

    const resolve = (reason: string) =>
      operator.post(`/v1/reconciliation-exceptions/${open?.id as string}/resolve`, { reason });
    const { body: me } = await operator.get('/v1/me');
    const resolved = { state: 'resolved', actions: [], resolvedBy: me.id as string, resolution: 'made at the console' };
    expect(await resolve('made at the console')).toMatchObject({ status: 200, body: resolved });
    expect(await resolve('once more')).toMatchObject({ status: 200, body: resolved });
    const { body: audit } = await operator.get(`/v1/audit?subjectId=${open?.id as string}`);
    expect(audit.items).toMatchObject([
      { action: 'reconciliation_exception.resolve', actor: me.id as string, reason: 'made at the console' },
    ]);
    expect((await exceptions(`${path}&state=open`)).map(({ billFen }) => billFen as number)).toEqual([200]);
    const none = await operator.post('/v1/reconciliation-exceptions/rex_none/resolve', { reason: 'x' });
    expect(none).toMatchObject({ status: 404 });
    expect(await resolve(' ')).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });

  it('is there for a notification that was set apart, on the day it came', async () => {
    const channelNumber = 'none-of-our-rows';
    const terms = { amountFen: 900, description: '-', reference: '-', expiresAt: new Date(Date.now() + 600_000) };
    await mallflow.services.channel?.createAttempt({ channelNumber, ...terms });
    await emulator.control.pay(channelNumber);
    const { answers } = await emulator.control.notify(channelNumber, { times: 3 });
    expect(answers).toEqual({ '204': 3 });
    const found = await exceptions('kind=unknown_notification');
    expect(found).toMatchObject([{ number: channelNumber, billFen: 900, state: 'open', day: today }]);
  });
});

describe('lists of days and exceptions', () => {
  it('are by day, newest first, in pages', async () => {
    const { body: first } = await operator.get('/v1/reconciliations?limit=1');
    const { body: second } = await operator.get(`/v1/reconciliations?limit=1&cursor=${first.nextCursor as string}`);
    const days = [...(first.items as Body[]), ...(second.items as Body[])].map(({ day }) => day as string);
    expect(days).toEqual([today, bookDayBefore(today, 1)]);
  });

  it.each(['day=2026-02-30', 'day=yesterday', 'kind=unheard', 'state=closed', 'number=1'])(
    'refuse %s',
    async (query) => {
      const refused = await operator.get(`/v1/reconciliation-exceptions?${query}`);
      expect(refused).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    },
  );
});
