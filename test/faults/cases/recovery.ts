import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isRunning } from '../../../temporal/run-health';
import { makeOrderDue, payCall, payOrder, placeOrder, stateOf } from '../steps/purchase';
import { insist } from '../insist';
import type { Strikes } from '../strikes';
import { until } from '../until';
import type { World } from '../world';

const root = join(__dirname, '..', '..', '..');

const runOf = (world: World, id: string) => world.temporal.workflow.getHandle(`purchase:${id}`);

async function terminate(world: World, id: string): Promise<void> {
  await runOf(world, id).terminate('by hand, as a fault');
  expect(await isRunning(world.temporal, `purchase:${id}`)).toBe(false);
}

async function admin(world: World, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'dist/admin/main.js'), ...args], {
    env: world.environment,
    timeout: 30_000,
  });
  return stdout;
}

const close = (world: World, id: string) => {
  const key = randomUUID();
  return insist(() => world.manager.post(`/v1/purchases/${id}/close`, undefined, { key }));
};

export function terminatedCases(here: () => World, strikes: Strikes): void {
  it(
    'a run ended by hand: its caller meets CASE_STUCK, the watchdog starts it again, the same key goes through',
    strikes.case(async (struck) => {
      const world = here();
      const id = await placeOrder(world);
      const key = randomUUID();
      // The watchdog lives in the worker, and must not be faster than the caller.
      await world.worker.kill9();
      await terminate(world, id);
      const stuck = await payCall(world, id, key)();
      expect(stuck).toMatchObject({ status: 503, body: { code: 'CASE_STUCK' } });
      expect(stuck.headers.get('retry-after')).not.toBeNull();
      const { body: listed } = await world.operator.get(`/v1/processes?stuck=true&q=${id}`);
      expect(listed.items).toHaveLength(1);
      struck('no run was found, and the list shows it');
      await world.worker.start();
      expect((await insist(payCall(world, id, key))).reply.status).toBe(200);
      await close(world, id);
    }),
  );

  it(
    'resume by the admin command, at every stage',
    strikes.case(async (struck) => {
      const world = here();
      const [awaiting, stocked, closed] = [await placeOrder(world), await placeOrder(world), await placeOrder(world)];
      for (const id of [stocked, closed]) await payOrder(world, id);
      await close(world, closed);
      // Nobody else may start them again.
      await world.worker.kill9();
      for (const id of [awaiting, stocked]) await terminate(world, id);
      struck('two open cases stood without a run');
      const said = await Promise.all([awaiting, stocked, closed].map((id) => admin(world, 'resume', id)));
      expect(said).toEqual(['started\n', 'started\n', 'closed\n']);
      for (const id of [awaiting, stocked]) expect(await isRunning(world.temporal, `purchase:${id}`)).toBe(true);
      await world.worker.start();
      await payOrder(world, awaiting);
      for (const id of [awaiting, stocked]) expect((await close(world, id)).reply.body.state).toBe('closed');
    }),
  );
}

export function lostStateCase(here: () => World, strikes: Strikes): void {
  it(
    'the state of Temporal is lost: every open case gets a run again, also one nobody asks for',
    strikes.case(async (struck) => {
      const world = here();
      const [asked, idle, due] = [await placeOrder(world), await placeOrder(world), await placeOrder(world)];
      await payOrder(world, idle);
      await makeOrderDue(world, due, 4_000);
      await world.worker.kill9();
      await world.engines.loseTemporalState();
      for (const id of [asked, idle, due]) expect(await isRunning(world.temporal, `purchase:${id}`)).toBe(false);
      struck('no run was left');
      await world.worker.start();
      expect((await insist(payCall(world, asked, randomUUID()))).reply.status).toBe(200);
      for (const id of [asked, idle]) await until('it has a run', () => isRunning(world.temporal, `purchase:${id}`));
      await until('the due one expires', async () => (await stateOf(world, due)) === 'expired');
      for (const id of [asked, idle]) await close(world, id);
    }),
  );
}
