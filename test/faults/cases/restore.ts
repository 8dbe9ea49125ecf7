import { randomUUID } from 'node:crypto';
import { firstRow, rows, run } from '../../../db/connection';
import { taskQueue } from '../../../temporal/connection';
import { isRunning } from '../../../temporal/run-health';
import { readWitness } from '../../../temporal/witness';
import { insist } from '../insist';
import { payOrder, placeOrder, stateOf } from '../steps/purchase';
import type { Strikes } from '../strikes';
import { until } from '../until';
import type { World } from '../world';

export const restored = ['engine', 'database', 'both'] as const;
export type Restored = (typeof restored)[number];

/** Orders that are placed before the backup and paid or cancelled after it, between two backups, and after all. */
interface Orders {
  readonly paid: readonly string[];
  readonly cancelled: readonly string[];
  readonly between: readonly string[];
  readonly after: readonly string[];
}

const some = <R>(count: number, make: () => Promise<R>): Promise<R[]> =>
  Promise.all(Array.from({ length: count }, make));

const act = (world: World, id: string, name: 'cancel' | 'close') => {
  const key = randomUUID();
  return insist(() => world.manager.post(`/v1/purchases/${id}/${name}`, undefined, { key }));
};

const runs = (world: World, id: string): Promise<boolean> => isRunning(world.temporal, `purchase:${id}`);

async function lastEvent({ db }: World): Promise<number> {
  return (await firstRow<{ last: number }>(db, 'select max(id) as last from case_events'))?.last ?? 0;
}

/** Until the engine has been told how far the rows are, and the rows that it was. */
async function vouched(world: World): Promise<void> {
  const last = await lastEvent(world);
  await until('rows and engine vouch for each other', async () => {
    const kept = await firstRow<{ last: number }>(world.db, 'select last_event as last from engine_witness');
    return (kept?.last ?? 0) >= last && ((await readWitness(world.temporal, taskQueue)) ?? 0) >= last;
  });
}

/** Lives on past a backup, and then goes back to it. */
async function goBack(world: World, which: Restored, count: number): Promise<Orders> {
  const place = () => placeOrder(world);
  const [paid, cancelled] = [await some(count, place), await some(count, place)];
  await vouched(world);
  let between: string[] = [];
  if (which !== 'database') await world.engines.backUp('temporal');
  if (which === 'both') {
    between = await some(count, place);
    // What nobody vouched for between the two is found by the comparison alone, and there is nothing to be told.
    await vouched(world);
  }
  if (which !== 'engine') await world.engines.backUp('pg');
  await Promise.all([...paid.map((id) => payOrder(world, id)), ...cancelled.map((id) => act(world, id, 'cancel'))]);
  const after = await some(count, place);
  // What is a moment old may not have had a run yet: nobody is told of it.
  await run(
    world.db,
    `update process_cases set opened_at = opened_at - interval '1 hour' where subject_id = any(:after)`,
    {
      after,
    },
  );
  await vouched(world);
  await world.worker.kill9();
  if (which !== 'database') await world.engines.restoreFromBackup('temporal');
  if (which !== 'engine') await world.engines.restoreFromBackup('pg');
  return { paid, cancelled, between, after };
}

async function auditedRestores({ db }: World): Promise<number> {
  const sql = `select count(*) as count from audit_log where action = 'installation.restored'`;
  return (await firstRow<{ count: number }>(db, sql))?.count ?? 0;
}

/** Every order goes on from its row, and no other has a run. */
async function expectMended(world: World, which: Restored, orders: Orders): Promise<void> {
  const { paid, cancelled, between, after } = orders;
  const rowsStand = which === 'engine';
  const open = rowsStand ? [...paid, ...after] : [...paid, ...cancelled, ...between];
  const over = rowsStand ? cancelled : after;
  for (const id of open) await until('it has a run', () => runs(world, id));
  for (const id of over) await until('its run is over', async () => !(await runs(world, id)));
  expect(await Promise.all(over.map((id) => stateOf(world, id)))).toEqual(
    over.map(() => (rowsStand ? 'cancelled' : undefined)),
  );
  await Promise.all(
    open.map(async (id) => {
      if (!rowsStand || after.includes(id)) await payOrder(world, id);
      expect((await act(world, id, 'close')).reply.body.state).toBe('closed');
    }),
  );
  await until('no case is lost any more', async () => {
    const { body } = await world.operator.get('/v1/processes?state=lost');
    return body.items.length === 0;
  });
}

/** What is not in the copy is gone, or comes back from the other store; nobody does anything about it. */
export function restoreCase(here: () => World, strikes: Strikes, of: { which: Restored; orders: number }): void {
  it(
    `${of.which} restored from before: every order goes on from its row`,
    strikes.case(async (struck) => {
      const world = here();
      const orders = await goBack(world, of.which, of.orders);
      const restores = await auditedRestores(world);
      struck(`${of.which} went back`);
      await world.restore();
      await until('it is seen', async () => (await auditedRestores(world)) > restores);
      await expectMended(world, of.which, orders);
      // What an operator reads of it afterwards.
      const told = await rows(world.db, `select from notices where kind = 'runs_lost'`);
      expect(told.length).toBeGreaterThan(0);
    }),
  );
}
