import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { rows } from '../../../db/connection';
import {
  cancelOrder,
  channelStates,
  closeOrder,
  openPayment,
  payableOrder,
  payOnlineCall,
  reaches,
  refundStates,
  twoAttempts,
  type OnlineOrder,
} from '../online-orders';
import { placeOrder, stateOf } from '../steps/purchase';
import { insist, nameOf } from '../insist';
import { playPayments, told } from '../payments-at-random';
import { randomOf, seed } from '../random';
import type { Strikes } from '../strikes';
import { until } from '../until';
import type { World } from '../world';

/*
 * Faults of payments by the numbers of the list in the handbook. What one process shows by itself is shown elsewhere:
 * 7, 9, 10, 11, 12, 16, 19 and 29 in test/api. 8 is the step `settle`, 16 the steps `giveBack…` of every kill.
 */

async function attemptsOf(world: World, purchaseId: string): Promise<{ number: string; payment: string }[]> {
  return rows(
    world.db,
    `select a.channel_number as number, a.payment_id as payment
       from payment_attempts a join payments p on p.id = a.payment_id where p.subject_id = :purchaseId`,
    { purchaseId },
  );
}

async function payAndClose(world: World, of: OnlineOrder): Promise<void> {
  await world.channel.pay(of.channelNumber);
  await reaches(world, of, { payment: 'succeeded', order: 'stocked' });
  await closeOrder(world, of.purchaseId);
}

/** What was asked for has all happened. */
const usedUp = (world: World) =>
  until('the faults have struck', async () => (await world.channel.faults()).length === 0);

export function creationCases(here: () => World, strikes: Strikes): void {
  it(
    'fault 1: the worker dies once the channel has the order and before it knows: one order, the same number',
    strikes.case(async (struck) => {
      const world = here();
      const { workerToChannel: wire } = world.wires;
      const purchaseId = await placeOrder(world);
      wire.hold('answers');
      const call = payOnlineCall(world, purchaseId, randomUUID())().catch(() => undefined);
      const asked = await until('the attempt is written down', async () => (await attemptsOf(world, purchaseId))[0]);
      await until('the channel has its order', async () => (await channelStates(world, asked.payment)).length === 1);
      await until('its answer is on the way', () => wire.seen.heldBytes > 0);
      await world.worker.kill9();
      struck('killed between the order and its answer');
      await world.restore();
      await call;
      const opened = await openPayment(world, purchaseId);
      expect(await attemptsOf(world, purchaseId)).toEqual([asked]);
      expect(opened).toEqual({ purchaseId, paymentId: asked.payment, channelNumber: asked.number });
      expect(await channelStates(world, asked.payment)).toEqual(['unpaid']);
      await payAndClose(world, opened);
    }),
  );

  it(
    'fault 14: the order is made and its answer lost, again and again: asked about, under the same number',
    strikes.case(async (struck) => {
      const world = here();
      const purchaseId = await placeOrder(world);
      // Each call is repeated once by itself; so the first three all go wrong, and whoever asks is told nothing.
      await world.channel.fault('drop_answer', { on: 'create', times: 5 });
      await world.channel.fault('500', { on: 'query', times: 1 });
      const opened = await openPayment(world, purchaseId);
      await usedUp(world);
      struck('five answers were lost');
      expect(await attemptsOf(world, purchaseId)).toHaveLength(1);
      expect(await channelStates(world, opened.paymentId)).toEqual(['unpaid']);
      await payAndClose(world, opened);
    }),
  );
}

export function outageCase(here: () => World, strikes: Strikes): void {
  it(
    'fault 5: the engine is away: notifications are taken in all the same, and acted on in their order',
    strikes.case(async (struck) => {
      const world = here();
      const single = await Promise.all([1, 2, 3].map(() => payableOrder(world)));
      const double = await Promise.all([1, 2, 3, 4].map(() => twoAttempts(world)));
      await world.engines.killTemporal();
      const numbers = [
        ...single.map(({ channelNumber }) => [channelNumber]),
        // In either order.
        ...double.map(({ first, second }, at) => {
          const both = [first.channelNumber, second.channelNumber];
          return at % 2 === 0 ? both : both.reverse();
        }),
      ];
      await Promise.all(
        numbers.map(async (ofOne) => {
          for (const number of ofOne) {
            // The first of two may have been closed meanwhile, since its payer was refused.
            await world.channel.pay(number, { notify: false, force: true });
            expect((await world.channel.notify(number)).answers).toEqual({ 204: 1 });
          }
        }),
      );
      const waiting = await rows(world.db, `select id from payment_inbox where state = 'waiting'`);
      expect(waiting).toHaveLength(numbers.flat().length);
      struck(`${waiting.length} notifications were answered 204 and wait`);

      await world.restore();
      const paid = [...single, ...double.map(({ first }) => first)];
      for (const of of paid) await reaches(world, of, { payment: 'succeeded', order: 'stocked' });
      await until('surplus money is back', async () => {
        const states = await Promise.all(double.map(({ first }) => refundStates(world, first)));
        return states.every((of) => of.join() === 'succeeded');
      });
      // Which of two attempts is delivered for may be settled by a question that was due; reports keep their order.
      const disorder = await rows(
        world.db,
        `select id from (select id, applied_at < lag(applied_at) over (partition by payment_id order by id) as late
                           from payment_inbox) applied where late`,
      );
      expect(disorder).toEqual([]);
      await Promise.all(paid.map(({ purchaseId }) => closeOrder(world, purchaseId)));
    }),
  );
}

type Ending = 'paid' | 'cancelled';

/** Paid or cancelled, and everybody was told which. */
async function endedOneWay(world: World, of: OnlineOrder, cancelled: string): Promise<Ending> {
  const ending: Ending = cancelled === '200' ? 'cancelled' : 'paid';
  expect(['200', '409 WRONG_STATE']).toContain(cancelled);
  await reaches(
    world,
    of,
    ending === 'paid' ? { payment: 'succeeded', order: 'stocked' } : { payment: 'cancelled', order: 'cancelled' },
  );
  expect(await channelStates(world, of.paymentId)).toEqual([ending === 'paid' ? 'paid' : 'closed']);
  if (ending === 'paid') await closeOrder(world, of.purchaseId);
  return ending;
}

async function cancelled(world: World, { purchaseId }: OnlineOrder): Promise<string> {
  const key = randomUUID();
  const { reply } = await insist(() => world.manager.post(`/v1/purchases/${purchaseId}/cancel`, undefined, { key }));
  return nameOf(reply);
}

export function closingCases(here: () => World, strikes: Strikes): void {
  it(
    'fault 15: closing races payment, payment first: nobody has told us, the channel does, and paid wins',
    strikes.case(async (struck) => {
      const world = here();
      const of = await payableOrder(world);
      await world.channel.pay(of.channelNumber, { notify: false });
      struck('paid, and we do not know');
      expect(await endedOneWay(world, of, await cancelled(world, of))).toBe('paid');
    }),
  );

  it(
    'fault 15: closing races payment, closing first: the payer was paying, and paid wins',
    strikes.case(async (struck) => {
      const world = here();
      const of = await payableOrder(world);
      await world.channel.fault('close_while_paying', { on: 'close' });
      const told = cancelled(world, of);
      await usedUp(world);
      struck('the channel would not close it');
      expect(await endedOneWay(world, of, await told)).toBe('paid');
    }),
  );

  it(
    'fault 15: closing races payment, twenty times at once: paid or cancelled, never both',
    strikes.case(async (struck) => {
      const world = here();
      const random = randomOf('closing races payment');
      const orders = await Promise.all(Array.from({ length: 20 }, () => payableOrder(world)));
      // A cancellation takes a while until it comes to the channel; payers come in that while.
      const races = orders.map((of) => ({ of, afterMs: random.between(0, 250) }));
      const endings = await Promise.all(
        races.map(async ({ of, afterMs }) => {
          const told = cancelled(world, of);
          await pause(afterMs);
          // Refused once it is closed.
          await world.channel.pay(of.channelNumber, { notify: afterMs % 2 === 0 }).catch(() => undefined);
          return endedOneWay(world, of, await told);
        }),
      );
      struck(endings.join(' '));
    }),
  );
}

export function surplusCases(here: () => World, strikes: Strikes): void {
  it(
    'fault 17: both attempts of a payment are paid at once: one is delivered for, the other goes back',
    strikes.case(async (struck) => {
      const world = here();
      const { first, second } = await twoAttempts(world);
      await Promise.all([first, second].map(({ channelNumber }) => world.channel.pay(channelNumber, { force: true })));
      struck('the channel took money twice');
      await reaches(world, first, { payment: 'succeeded', order: 'stocked' });
      await until('one goes back', async () => (await refundStates(world, first)).join() === 'succeeded');
      expect((await channelStates(world, first.paymentId)).sort()).toEqual(['paid', 'refunded']);
      await closeOrder(world, first.purchaseId);
    }),
  );

  it(
    'fault 18: the channel fails while it gives back, before and after it did: the same number, given back once',
    strikes.case(async (struck) => {
      const world = here();
      const of = await payableOrder(world);
      await cancelOrder(world, of.purchaseId);
      expect(await stateOf(world, of.purchaseId)).toBe('cancelled');
      for (const kind of ['500', '500', '500_after', 'drop_answer', '500'])
        await world.channel.fault(kind, { on: 'refund' });
      await world.channel.pay(of.channelNumber, { force: true });
      await usedUp(world);
      struck('five calls failed');
      await reaches(world, of, { payment: 'refunded', order: 'cancelled' });
      expect(await refundStates(world, of)).toEqual(['succeeded']);
      const { refunds } = await world.channel.books();
      expect(refunds.filter(({ channelNumber }) => channelNumber === of.channelNumber)).toHaveLength(1);
    }),
  );
}

export function randomCase(here: () => World, strikes: Strikes): void {
  it(
    'forty payments under every fault of the channel, while processes die: both books are equal',
    strikes.case(async (struck) => {
      const world = here();
      const plan = { payments: 40, buyers: 10, seed, restMs: [1_000, 6_000] } as const;
      const played = await playPayments(world, plan);
      process.stderr.write(told(played, plan));
      expect(played.hits.length).toBeGreaterThan(0);
      struck(`${played.hits.length} kills`);
    }),
    240_000,
  );
}
