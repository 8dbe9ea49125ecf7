import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { rows } from '../../db/connection';
import { expectEverythingSound, faultsOfPayments, wakeStragglers } from './invariants';
import { Buyer, type Tally } from './random-buyers';
import { randomOf } from './random';
import { kill, type Target } from './rounds';
import { stateOf } from './steps/purchase';
import { until } from './until';
import type { World } from './world';

export interface Plan {
  readonly payments: number;
  readonly buyers: number;
  readonly seed: number;
  /** Between two kills, at least and at most: long enough for everybody to be at work again. */
  readonly restMs: readonly [number, number];
}

export interface Played {
  readonly tally: Tally;
  /** How many commands were under way at each kill. */
  readonly hits: readonly number[];
  /** By state and exception. */
  readonly ends: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** What nobody had told us, and the books of the day did. */
  readonly foundInBooks: number;
}

/** Of 1: how likely each fault of the channel is, at each call it can happen to. */
const rates: Readonly<Record<string, number>> = {
  no_notification: 0.15,
  close_while_paying: 0.1,
  not_enough: 0.1,
  refund_closed: 0.05,
  refund_abnormal: 0.05,
  keep_processing: 0.05,
  drop_answer: 0.03,
  '429': 0.03,
  '500': 0.03,
  '500_after': 0.03,
  slow: 0.01,
  wrong_merchant: 0.02,
  wrong_signature: 0.01,
  probe: 0.01,
  old_timestamp: 0.01,
  tampered_body: 0.01,
  unknown_serial: 0.01,
  unsigned_answer: 0.01,
  certificate_serial: 0.02,
};

async function spreadFaults(world: World, seed: number): Promise<void> {
  const times = 1_000_000;
  await world.channel.clearFaults();
  for (const [kind, rate] of Object.entries(rates))
    await world.channel.fault(kind, { rate, times, seed: (seed + kind.length) % 4_294_967_295, delayMs: 1_500 });
  // Whoever also answers questions with another amount than it booked leaves nobody to tell what is true.
  await world.channel.fault('wrong_amount', { on: 'notification', rate: 0.02, times, seed });
}

const victims: readonly Target[] = ['api', 'worker', 'temporal', 'postgres', 'emulator', 'workerToChannel'];

/** Kills one process at a random moment again and again. The channel forgets its faults when it dies, not its books. */
async function harass(world: World, tally: Tally, plan: Plan, isOver: () => boolean): Promise<number[]> {
  const random = randomOf('harass', plan.seed);
  const hits: number[] = [];
  while (!isOver()) {
    await pause(random.between(...plan.restMs));
    if (isOver()) break;
    const target = random.pick(victims);
    hits.push(tally.underWay);
    await kill(world, target);
    await pause(random.between(0, 1_500));
    await world.restore();
    if (target === 'emulator') await spreadFaults(world, random.between(0, 1_000_000));
  }
  return hits;
}

/**
 * Payments without a pause, of buyers that do whatever buyers do, at a channel that does whatever channels do, while
 * processes die. When all have done what they wanted, it must come to its end by itself, but for what is a person's to
 * decide; then the channel's books are ours.
 */
export async function playPayments(world: World, plan: Plan): Promise<Played> {
  const { payments, buyers, seed } = plan;
  const begun = Date.now();
  const tally: Tally = { underWay: 0, met: [], fates: new Map(), told: [] };
  let left = payments;
  await spreadFaults(world, seed);
  const buying = Array.from({ length: buyers }, async (_, at) => {
    const buyer = new Buyer(world, randomOf(`buyer ${at}`, seed), tally);
    while (left > 0) {
      left -= 1;
      await buyer.buy();
    }
  });
  let isOver = false;
  const stop = (): void => void (isOver = true);
  const bought = Promise.all(buying).finally(stop);
  const [hits] = await Promise.all([harass(world, tally, plan, () => isOver), bought]);
  await world.restore();
  await world.channel.clearFaults();
  await everythingEnds(world);
  const foundInBooks = await compareBooks(world);
  await everythingEnds(world);
  for (const { purchaseId, state } of tally.told)
    expect({ purchaseId, state: await stateOf(world, purchaseId) }).toEqual({ purchaseId, state });
  await wakeStragglers(world);
  await expectEverythingSound(world);
  return { tally, hits, ends: await endsOf(world), seconds: Math.round((Date.now() - begun) / 1_000), foundInBooks };
}

async function endsOf(world: World): Promise<Record<string, number>> {
  const sql = `select concat_ws(' ', state, exception) as "end", count(*) from payments group by 1 order by 1`;
  return Object.fromEntries(
    (await rows<{ end: string; count: number }>(world.db, sql)).map((row) => [row.end, row.count]),
  );
}

/** Nothing is open or owed any more. What money is set apart people send back, at the channel and here. */
async function everythingEnds(world: World): Promise<void> {
  let open: readonly string[] = [];
  await until(
    'everything has ended',
    async () => {
      await mend(world);
      open = [
        ...(await rows<{ fault: string }>(world.db, unended)).map(({ fault }) => fault),
        ...(await faultsOfPayments(world)).filter((fault) => !/^(order|the channel's sums)/.test(fault)),
      ];
      return open.length === 0;
    },
    120_000,
    500,
  ).catch(() => undefined);
  expect(open.slice(0, 10)).toEqual([]);
}

const unended = `
  select format('%s is %s', channel_number, state) as fault from payment_attempts where state in ('created', 'open', 'refused')
  union all
  select format('%s is %s', id, state) from payments where state in ('created', 'awaiting_payer', 'processing')`;

/** The channel's people end what it left in processing; our operator gives back what the channel would not. */
async function mend(world: World): Promise<void> {
  const { refunds } = await world.channel.books();
  for (const { refundNumber, state, createdAt } of refunds)
    if (state === 'abnormal' || (state === 'processing' && Date.parse(createdAt) < Date.now() - 3_000))
      await world.channel.settle(refundNumber, 'success');
  const setApart = await rows<{ paymentId: string; channelNumber: string; amountFen: number }>(
    world.db,
    `select p.id as "paymentId", channel_number as "channelNumber", paid_fen - returned_fen as "amountFen"
       from payment_attempts a join payments p on p.id = a.payment_id
      where paid_fen > returned_fen and p.settled_by is distinct from channel_number`,
  );
  for (const { paymentId, ...money } of setApart) {
    const path = `/v1/payments/${paymentId}/refunds`;
    expect((await world.operator.post(path, { ...money, reason: 'closed at the channel' })).status).toBe(200);
  }
}

const shanghai = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' });

/** The last of the three nets: what no notification and no question told, the channel's books of the day do. */
async function compareBooks(world: World): Promise<number> {
  const { payments, refunds } = await world.channel.books();
  const times = [...payments.map(({ paidAt }) => paidAt), ...refunds.map(({ succeededAt }) => succeededAt)];
  const days = new Set(times.flatMap((at) => (at === null ? [] : [shanghai.format(new Date(at))])));
  let found = 0;
  for (const day of days) {
    await world.channel.publishBill(day);
    const first = await reconcile(world, day);
    found += first.asked;
    await until(`books of ${day} are equal`, async () => (await reconcile(world, day)).equal, 180_000, 1_000);
  }
  return found;
}

const admin = join(__dirname, '..', '..', 'dist', 'admin', 'main.js');

function reconcile(world: World, day: string): Promise<{ equal: boolean; asked: number }> {
  return new Promise((resolve, reject) => {
    const options = { env: world.environment, timeout: 60_000, maxBuffer: 64_000_000 };
    execFile(process.execPath, [admin, 'reconcile', '--day', day, '--json'], options, (error, stdout, stderr) => {
      // 1: the books differ.
      if (error === null || error.code === 1) resolve(JSON.parse(stdout) as { equal: boolean; asked: number });
      else reject(new Error(`reconcile ended with ${error.code ?? error.message}: ${stderr}`));
    });
  });
}

/** For the end of a run. */
export function told({ tally, hits, ends, seconds, foundInBooks }: Played, { payments, seed }: Plan): string {
  const met = new Map<string, number>();
  for (const name of tally.met) met.set(name, (met.get(name) ?? 0) + 1);
  return (
    `${payments} payments at random in ${seconds} s (TEST_SEED=${seed}), ${hits.length} kills, ` +
    `${foundInBooks} found in the books alone\n  ${JSON.stringify(Object.fromEntries(tally.fates))}\n` +
    `  ${JSON.stringify(ends)}\n  met ${JSON.stringify(Object.fromEntries(met))}\n`
  );
}
