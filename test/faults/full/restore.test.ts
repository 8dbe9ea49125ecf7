import { freePort } from '../child';
import { lostStateCase } from '../cases/recovery';
import { restoreCase, restored } from '../cases/restore';
import { expectEverythingSound } from '../invariants';
import { Strikes } from '../strikes';
import { startWorld, type World } from '../world';

/** Each store lost or restored from before, in the middle of many orders. */
let world: World;
let sdkMetrics: string;
const strikes = new Strikes();
const here = (): World => world;

beforeAll(async () => {
  sdkMetrics = `127.0.0.1:${await freePort()}`;
  world = await startWorld({ settings: { MALLFLOW_SDK_METRICS_ADDRESS: sdkMetrics } });
});

afterAll(async () => {
  process.stderr.write(strikes.summary());
  await world.stop();
});

afterEach(async () => {
  await world.restore();
  await expectEverythingSound(world);
});

lostStateCase(here, strikes);
for (const which of restored) restoreCase(here, strikes, { which, orders: 12 });

it('the worker’s SDK tells of its work, after all of this too', async () => {
  const text = await (await fetch(`http://${sdkMetrics}/metrics`)).text();
  for (const name of ['temporal_workflow_task_schedule_to_start_latency', 'temporal_workflow_task_replay_latency'])
    expect(text).toContain(name);
});
