import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { rows } from '../../../db/connection';
import { benefitId, stateOf } from '../steps/purchase';
import { insist } from '../insist';
import { expectEverythingSound, wakeStragglers } from '../invariants';
import { randomOf, seed, type Random } from '../random';
import { kill, type Target } from '../rounds';
import { Strikes } from '../strikes';
import { startWorld, type World } from '../world';

/** Purchases without a pause while one of the four processes after another is killed: a quarter of them each time. */
let world: World;
const strikes = new Strikes();

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  process.stderr.write(strikes.summary());
  await world.stop();
});

interface Load {
  /** Calls that were sent and not answered yet. */
  underWay: number;
  /** What callers met on the way to their outcome. */
  readonly met: string[];
  readonly ended: { readonly id: string; readonly state: string }[];
}

/** Buys, and then pays and closes or cancels, until the time is over; every outcome a buyer was told is kept. */
async function buy(load: Load, random: Random, until: number): Promise<void> {
  const benefit = await benefitId(world);
  const call = async (path: string, body?: unknown) => {
    const key = randomUUID();
    const told = await insist(async () => {
      load.underWay += 1;
      return world.manager.post(path, body, { key }).finally(() => (load.underWay -= 1));
    });
    load.met.push(...told.before);
    return told.reply;
  };
  while (Date.now() < until) {
    const placed = await call('/v1/purchases', { benefitId: benefit, quantity: random.between(1, 3) });
    expect(placed.status).toBe(201);
    const id = placed.body.id as string;
    if (random.between(0, 4) === 0) {
      expect((await call(`/v1/purchases/${id}/cancel`)).status).toBe(200);
      load.ended.push({ id, state: 'cancelled' });
    } else {
      expect((await call(`/v1/purchases/${id}/pay`, { method: 'balance' })).status).toBe(200);
      expect((await call(`/v1/purchases/${id}/close`)).status).toBe(200);
      load.ended.push({ id, state: 'closed' });
    }
  }
}

/** Kills one process at a random moment again and again. Returns how many commands were under way each time. */
async function harass(load: Load, random: Random, until: number): Promise<number[]> {
  const hits: number[] = [];
  while (Date.now() < until) {
    await pause(random.between(500, 3_000));
    const target = random.pick<Target>(['api', 'worker', 'temporal', 'postgres']);
    const hit = load.underWay;
    await kill(world, target);
    await pause(random.between(0, 1_500));
    await world.restore();
    hits.push(hit);
  }
  return hits;
}

async function everyoneWasToldTheTruth(load: Load): Promise<void> {
  for (const { id, state } of load.ended) expect({ id, state: await stateOf(world, id) }).toEqual({ id, state });
  const counted = await rows<{ count: number }>(world.db, `select count(*) as count from purchases`);
  expect(counted[0]?.count).toBeGreaterThanOrEqual(load.ended.length);
}

for (const { seconds, at } of [
  { seconds: 60, at: seed },
  { seconds: 20, at: seed + 1 },
  { seconds: 20, at: seed + 2 },
])
  it(
    `${seconds} seconds of purchases while processes die (seed ${at})`,
    strikes.case(async (struck) => {
      const { body: me } = await world.manager.get('/v1/me');
      const topUp = { amountFen: 50_000_000, reason: 'for the load' };
      expect((await world.operator.post(`/v1/enterprises/${me.enterpriseId}/top-ups`, topUp)).status).toBe(201);
      const load: Load = { underWay: 0, met: [], ended: [] };
      const end = Date.now() + seconds * 1_000;
      const buyers = Array.from({ length: 8 }, (_, buyer) => buy(load, randomOf(`buyer ${buyer}`, at), end));
      const [hits] = await Promise.all([harass(load, randomOf('harass', at), end), ...buyers]);
      const struckHits = hits.filter((underWay) => underWay > 0).length;
      // Buyers pause a moment when told to come back, so not every kill can meet a call; most must.
      expect(struckHits).toBeGreaterThan(hits.length / 2);
      expect(load.met.length).toBeGreaterThan(0);
      struck(`${struckHits} kills`);
      await everyoneWasToldTheTruth(load);
      const stragglers = await wakeStragglers(world);
      process.stderr.write(
        `${load.ended.length} purchases, ${struckHits} of ${hits.length} kills met commands under way, ` +
          `${stragglers} runs had to be told that their case is closed\n`,
      );
      await expectEverythingSound(world);
    }),
    300_000,
  );
