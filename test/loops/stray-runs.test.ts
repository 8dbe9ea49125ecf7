import { pino } from 'pino';
import { listAudit } from '../../db/case/queries';
import { newId } from '../../db/new-id';
import type { RunningRun } from '../../temporal/running';
import { purchaseWorkflowId, purchaseWorkflowName } from '../../workflows/purchase/contract';
import { StrayRuns } from '../../worker/loops/stray-runs';
import type { WatchdogParts } from '../../worker/loops/watchdog';
import { cloneDatabase, type TestDatabase } from '../support/database';

const graceMs = 1_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => database.drop());

/** An engine in which runs go on until they are ended. */
function engine() {
  const ended: string[] = [];
  const getHandle = (workflowId: string) => ({
    describe: () => Promise.resolve({ status: { name: 'RUNNING' } }),
    terminate: () => Promise.resolve(ended.push(workflowId)),
  });
  const parts = {
    ...{ db: database.db, graceMs, log: pino({ level: 'silent' }) },
    gateway: { reload: () => Promise.resolve(true) },
    temporal: { workflow: { getHandle } },
  };
  return { strays: new StrayRuns(parts as unknown as WatchdogParts), ended };
}

/** Looked at so many graces after the run began, none of them by the machine's clock. */
async function rounds(strays: StrayRuns, run: RunningRun, graces: readonly number[]): Promise<void> {
  for (const grace of graces) {
    jest.spyOn(Date, 'now').mockReturnValue(run.startedAt.getTime() + grace * graceMs + 1);
    await strays.lookAt(new Map([[run.workflowId, run]]), new Set());
  }
}

const orphan = (): RunningRun => ({
  workflowId: purchaseWorkflowId(newId('purchase')),
  workflowName: purchaseWorkflowName,
  startedAt: new Date('2026-11-23T00:00:00Z'),
});

it('a run of no case is ended after many graces', async () => {
  const { strays, ended } = engine();
  const run = orphan();
  await rounds(strays, run, [1, 19, 20, 39]);
  expect(ended).toEqual([]);
  await rounds(strays, run, [41]);
  expect(ended).toEqual([run.workflowId]);
  const { items } = await listAudit(database.db, { actor: null, subjectId: run.workflowId }, { limit: 5, after: null });
  expect(items).toMatchObject([{ action: 'run.orphan' }]);
});

it('after a restore it is ended soon, also where it was too young for the first rounds', async () => {
  const { strays, ended } = engine();
  const run = orphan();
  jest.spyOn(Date, 'now').mockReturnValue(run.startedAt.getTime());
  strays.hurry();
  await rounds(strays, run, [0, 1, 2, 3]);
  expect(ended).toEqual([]);
  await rounds(strays, run, [5]);
  expect(ended).toEqual([run.workflowId]);
});
