import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { markLost } from '../../db/case/lost';
import { markStuck } from '../../db/case/repository';
import { rows, run } from '../../db/connection';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import { every, type Loop } from '../../worker/loops/every';
import { WorkerMetrics } from '../../worker/metrics';
import { serveOperations } from '../../worker/serve';
import { eventually } from '../support/eventually';
import { startInstallation, type Installation } from '../support/installation';
import { purchaseRows } from '../support/purchases';

const log = pino({ level: 'silent' });
let mallflow: Installation;
const loops: Loop[] = [];

beforeAll(async () => {
  mallflow = await startInstallation({ worker: false });
});
afterAll(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  await mallflow.stop();
});

/** The figures a worker tells, by name and labels. */
async function figuresOf(metrics: WorkerMetrics): Promise<Record<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('mallflow_'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

it('are the cases by kind and state, what stands still or is late, and when each loop last ended well', async () => {
  const { db, owner } = mallflow.database;
  const [, stuck, overdue, lost] = [
    await purchaseRows(mallflow),
    await purchaseRows(mallflow),
    await purchaseRows(mallflow),
    await purchaseRows(mallflow),
  ];
  await markStuck(db, purchaseWorkflowId(stuck.id), 'DB_23514');
  await run(owner, `update process_cases set due_at = now() - interval '1 minute' where subject_id = :id`, overdue);
  await markLost(db, purchaseWorkflowId(lost.id), () => Promise.resolve('missing'));
  loops.push(
    every(60_000, 'good', log, () => Promise.resolve()),
    every(60_000, 'bad', log, () => Promise.reject(new Error('the test makes it fail'))),
  );
  await eventually(
    async () => loops[0]?.finishedAt(),
    (at) => at !== undefined,
  );
  const metrics = new WorkerMetrics(db, log, () => loops);
  metrics.onLost('purchase', 'missing');
  const figures = await figuresOf(metrics);
  expect(figures).toMatchObject({
    'mallflow_cases{kind="purchase",state="open"}': 3,
    'mallflow_cases{kind="purchase",state="lost"}': 1,
    'mallflow_cases_stuck{kind="purchase"}': 2,
    'mallflow_cases_overdue{kind="purchase"}': 1,
    mallflow_commands_unconfirmed: 0,
    mallflow_notices_waiting: 0,
    'mallflow_runs_lost_total{kind="purchase",why="missing"}': 1,
  });
  const good = figures['mallflow_loop_finished_timestamp_seconds{loop="good"}'] ?? 0;
  expect(Math.abs(good - Date.now() / 1_000)).toBeLessThan(60);
  expect(figures['mallflow_loop_finished_timestamp_seconds{loop="bad"}']).toBeUndefined();

  // However often it is asked, the database is not.
  await purchaseRows(mallflow);
  expect((await figuresOf(metrics))['mallflow_cases{kind="purchase",state="open"}']).toBe(3);
  expect((await figuresOf(new WorkerMetrics(db, log, () => [])))['mallflow_cases{kind="purchase",state="open"}']).toBe(
    4,
  );
});

it('are told beside its readiness, also while the database is away', async () => {
  const { db } = mallflow.database;
  const broken = new Proxy(db, {
    get: () => {
      throw new Error('the test takes it away');
    },
  });
  const metrics = new WorkerMetrics(broken, log, () => []);
  let ready: () => Promise<boolean> = () => Promise.resolve(true);
  const server = serveOperations({ port: 0, host: '127.0.0.1' }, { isReady: () => ready(), metrics });
  await once(server, 'listening');
  const statusOf = async (path: string) =>
    (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).status;
  try {
    expect(await statusOf('/readyz')).toBe(200);
    ready = () => Promise.resolve(false);
    expect(await statusOf('/readyz')).toBe(503);
    ready = async () => (await rows(broken, 'select 1')).length > 0;
    expect(await statusOf('/readyz')).toBe(503);
    expect(await statusOf('/metrics')).toBe(200);
    expect(await statusOf('/')).toBe(404);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
