import { firstRow } from '../../../db/connection';
import { channelReportedSignal } from '../../../workflows/payment/contract';
import { claimOf, type Action, type StepDefinition, type Subject } from '../action';
import { eventsOfRun, signaled, timerStarted } from '../history';
import {
  cancelOrder,
  channelStates,
  closeOrder,
  openPayment,
  payableOrder,
  paymentState,
  payOnlineCall,
  reaches,
  refundStates,
  twoAttempts,
  type OnlineOrder,
} from '../online-orders';
import { RowLock } from '../row-lock';
import { until } from '../until';
import type { World } from '../world';
import { makeOrderDue, payCall, placeOrder } from './purchase';

const order: Subject = {
  table: 'purchases',
  path: '/v1/purchases',
  workflow: 'purchase',
  clock: ['due_at', 'expires_at'],
};
const payment: Subject = { table: 'payments', path: '/v1/payments', workflow: 'payment', clock: ['expires_at'] };

type Owed = 'payment_attempts' | 'payment_refunds';

/** Moves what a payment owes next, and lets its run know. Answers when it is owed then. */
export async function oweIn(
  world: World,
  owed: Owed,
  { paymentId }: Pick<OnlineOrder, 'paymentId'>,
  inMs: number,
): Promise<string | undefined> {
  const moved = await firstRow<{ at: string }>(
    world.db,
    `update ${owed} set next_at = now() + make_interval(secs => :inS)
      where payment_id = :paymentId and next_at is not null returning next_at::text as at`,
    { paymentId, inS: inMs / 1_000 },
  );
  await world.temporal.workflow.getHandle(`payment:${paymentId}`).signal(channelReportedSignal);
  return moved?.at;
}

/** From now on its run waits for a far timer: nothing moves it but a notification, or being told another time. */
export async function oweLater(world: World, owed: Owed, of: Pick<OnlineOrder, 'paymentId'>): Promise<void> {
  await until('its clock is set', async () => {
    const at = await oweIn(world, owed, of, 60_000);
    await until('it set a timer', async () => {
      const events = await eventsOfRun(world, `payment:${of.paymentId}`);
      return events.lastIndexOf(timerStarted) > events.lastIndexOf(signaled);
    });
    // A call of the channel that was under way has set its own time meanwhile.
    const sql = `select next_at::text as at from ${owed} where payment_id = :paymentId and next_at is not null`;
    return (await firstRow<{ at: string }>(world.db, sql, { paymentId: of.paymentId }))?.at === at;
  });
}

type Rest = Pick<Action, 'call' | 'reaches' | 'happened' | 'afterwards'> &
  Partial<Pick<Action, 'arm' | 'carriedOutBy' | 'trace'>>;

function upon(world: World, subject: Subject, of: OnlineOrder, rest: Rest & { readonly key: string }): Action {
  return {
    ...{ subject, client: world.manager, status: 200, next: null },
    lock: () => RowLock.take(world.engines.databaseUrl, 'purchases', of.purchaseId),
    arm: () => Promise.resolve(),
    subjectId: () => Promise.resolve(subject === order ? of.purchaseId : of.paymentId),
    ...rest,
  };
}

/** The order waits for its payment to be closed, or that is over too. */
async function closingBegan(world: World, { purchaseId }: OnlineOrder): Promise<boolean> {
  const sql = `select 1 from purchases where id = :purchaseId and (closing_act is not null or open_payment_id is null)`;
  return (await firstRow(world.db, sql, { purchaseId })) !== undefined;
}

async function ask(world: World, key: string): Promise<Action> {
  const purchaseId = await placeOrder(world);
  const of = { purchaseId, paymentId: '', channelNumber: '' };
  return upon(world, order, of, {
    key,
    call: payOnlineCall(world, purchaseId, key),
    reaches: 'awaiting_payment',
    happened: async () => (await claimOf(world, key))?.hasEffect ?? false,
    afterwards: async () => {
      const opened = await openPayment(world, purchaseId);
      expect(await channelStates(world, opened.paymentId)).toEqual(['unpaid']);
      await cancelOrder(world, purchaseId);
    },
  });
}

/** Nobody tells us that it was paid: the question does. */
async function settle(world: World, key: string): Promise<Action> {
  const of = await payableOrder(world);
  await oweLater(world, 'payment_attempts', of);
  return upon(world, payment, of, {
    ...{ key, call: null, reaches: 'succeeded', carriedOutBy: 'activity', trace: 'activity' },
    arm: async (dueInMs) => {
      await world.channel.pay(of.channelNumber, { notify: false });
      await oweIn(world, 'payment_attempts', of, dueInMs);
    },
    happened: async () => (await paymentState(world, of.paymentId)) === 'succeeded',
    afterwards: async () => {
      expect(await channelStates(world, of.paymentId)).toEqual(['paid']);
      await closeOrder(world, of.purchaseId);
    },
  });
}

/** A notification tells us. */
async function beTold(world: World, key: string): Promise<Action> {
  const of = await payableOrder(world);
  await oweLater(world, 'payment_attempts', of);
  return upon(world, payment, of, {
    ...{ key, call: null, reaches: 'succeeded' },
    arm: async (dueInMs) => {
      await world.channel.pay(of.channelNumber, { notify: false });
      await world.channel.notify(of.channelNumber, { delayMs: dueInMs });
    },
    happened: async () => (await paymentState(world, of.paymentId)) === 'succeeded',
    afterwards: () => closeOrder(world, of.purchaseId),
  });
}

async function closeByCancel(world: World, key: string): Promise<Action> {
  const of = await payableOrder(world);
  return upon(world, order, of, {
    ...{ key, reaches: 'cancelled' },
    call: () => world.manager.post(`/v1/purchases/${of.purchaseId}/cancel`, undefined, { key }),
    happened: () => closingBegan(world, of),
    afterwards: async () => expect(await channelStates(world, of.paymentId)).toEqual(['closed']),
  });
}

async function closeByExpiry(world: World, key: string): Promise<Action> {
  const of = await payableOrder(world);
  return upon(world, order, of, {
    ...{ key, call: null, reaches: 'expired' },
    arm: (dueInMs) => makeOrderDue(world, of.purchaseId, dueInMs),
    happened: () => closingBegan(world, of),
    afterwards: async () => expect(await channelStates(world, of.paymentId)).toEqual(['closed']),
  });
}

/** Paid from the balance instead: the open attempt is closed first. */
async function switchToBalance(world: World, key: string): Promise<Action> {
  const of = await payableOrder(world);
  return upon(world, order, of, {
    ...{ key, reaches: 'stocked', call: payCall(world, of.purchaseId, key) },
    happened: () => closingBegan(world, of),
    afterwards: async () => {
      expect(await channelStates(world, of.paymentId)).toEqual(['closed']);
      await closeOrder(world, of.purchaseId);
    },
  });
}

/** While it is short of money the channel refuses refunds: so they are there, and have not been given. */
async function withoutCover(world: World): Promise<void> {
  await world.channel.fault('not_enough', { on: 'refund', times: 1_000_000 });
}

async function giveBackLate(world: World, key: string): Promise<Action> {
  const of = await payableOrder(world);
  await cancelOrder(world, of.purchaseId);
  await withoutCover(world);
  await world.channel.pay(of.channelNumber, { force: true });
  await until('a refund was tried', async () => {
    const sql = 'select 1 from payment_refunds where payment_id = :paymentId and failures > 0';
    return firstRow(world.db, sql, { paymentId: of.paymentId });
  });
  await oweLater(world, 'payment_refunds', of);
  return upon(world, payment, of, {
    ...{ key, call: null, reaches: 'refunded', carriedOutBy: 'activity', trace: 'none' },
    arm: async (dueInMs) => {
      await world.channel.clearFaults();
      await oweIn(world, 'payment_refunds', of, dueInMs);
    },
    happened: async () => (await refundStates(world, of)).some((state) => state !== 'created'),
    afterwards: async () => {
      expect(await refundStates(world, of)).toEqual(['succeeded']);
      expect(await channelStates(world, of.paymentId)).toEqual(['refunded']);
    },
  });
}

async function giveBackDuplicate(world: World, key: string): Promise<Action> {
  const { first, second } = await twoAttempts(world);
  await world.channel.pay(second.channelNumber);
  await reaches(world, second, { payment: 'succeeded', order: 'stocked' });
  return upon(world, payment, first, {
    ...{ key, call: null, reaches: 'succeeded', carriedOutBy: 'activity', trace: 'none' },
    arm: async (dueInMs) => {
      await world.channel.pay(first.channelNumber, { notify: false, force: true });
      await world.channel.notify(first.channelNumber, { delayMs: dueInMs });
    },
    happened: async () => (await refundStates(world, first)).some((state) => state !== 'created'),
    afterwards: async () => {
      await until('it is given back', async () => (await refundStates(world, first)).join() === 'succeeded');
      expect(await channelStates(world, first.paymentId)).toEqual(['refunded', 'paid']);
      await closeOrder(world, first.purchaseId);
    },
  });
}

export const paymentSteps = {
  ask: { byClock: false, prepare: ask },
  settle: { byClock: true, prepare: settle },
  beTold: { byClock: true, prepare: beTold },
  closeByCancel: { byClock: false, prepare: closeByCancel },
  closeByExpiry: { byClock: true, prepare: closeByExpiry },
  switchToBalance: { byClock: false, prepare: switchToBalance },
  giveBackLate: { byClock: true, prepare: giveBackLate },
  giveBackDuplicate: { byClock: true, prepare: giveBackDuplicate },
} as const satisfies Record<string, StepDefinition>;
