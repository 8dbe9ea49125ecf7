import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { lazyClient, temporalTarget } from '../../temporal/connection';
import {
  reconciliationWorkflowName,
  type DayOutcome,
  type ReconciliationActivities,
} from '../../workflows/reconciliation/contract';
import { codePath } from './purchase-runs';

const taskQueue = `reconciliation-${randomUUID()}`;
const policy = {
  ...{ againMs: 30, rounds: 5, attemptMs: 60_000, heartbeatMs: 60_000, firstRetryMs: 20, longestRetryMs: 100 },
};

/** What the next looks at each day find; the last is found for ever. */
const outcomes = new Map<string, (DayOutcome | Error)[]>();
const looks: string[] = [];
let due: string[] = [];

const activities: ReconciliationActivities = {
  daysToReconcile: () => Promise.resolve(due),
  reconcileDay: ({ day }) => {
    looks.push(day);
    const coming = outcomes.get(day) ?? [];
    const outcome = coming.length > 1 ? coming.shift() : coming[0];
    return outcome === undefined || outcome instanceof Error ? Promise.reject(outcome!) : Promise.resolve(outcome);
  },
};

let client: Client;
let stop: () => Promise<void>;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
  const address = process.env['TEMPORAL_ADDRESS'] ?? '';
  client = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: address }));
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({ connection, taskQueue, workflowBundle: { codePath }, activities });
  const ended = worker.run();
  stop = async () => {
    worker.shutdown();
    await ended;
    await connection.close();
    await client.connection.close();
  };
});
afterAll(() => stop());

async function run(day: string | null): Promise<DayOutcome[]> {
  looks.length = 0;
  const input = { day, policy };
  const options = { taskQueue, workflowId: randomUUID(), args: [input] };
  return client.workflow.execute(reconciliationWorkflowName, options) as Promise<DayOutcome[]>;
}

const compared = (day: string, asked = 0): DayOutcome => ({ kind: 'compared', day, differences: asked, asked });
const notReady = (day: string): DayOutcome => ({ kind: 'not_ready', day });

describe('a morning’s reconciliation', () => {
  it('compares every day that is due, oldest first', async () => {
    due = ['2026-11-18', '2026-11-20'];
    for (const day of due) outcomes.set(day, [compared(day)]);
    expect(await run(null)).toEqual(due.map((day) => compared(day)));
    expect(looks).toEqual(due);
  });

  it('waits for a book that is not closed, and holds up no other day', async () => {
    due = ['2026-11-19', '2026-11-20'];
    outcomes.set('2026-11-19', [notReady('2026-11-19'), notReady('2026-11-19'), compared('2026-11-19')]);
    outcomes.set('2026-11-20', [compared('2026-11-20')]);
    expect(await run(null)).toEqual([compared('2026-11-19'), compared('2026-11-20')]);
    expect(looks).toEqual(['2026-11-19', '2026-11-20', '2026-11-19', '2026-11-19']);
  });

  it('gives up on it after so many looks, for the next morning to take up', async () => {
    const day = '2026-11-17';
    outcomes.set(day, [notReady(day)]);
    expect(await run(day)).toEqual([notReady(day)]);
    expect(looks).toHaveLength(policy.rounds);
  });

  it('looks once more at a day whose payments were asked, whatever they answered', async () => {
    const day = '2026-11-16';
    outcomes.set(day, [notReady(day), compared(day, 2), compared(day, 1)]);
    expect(await run(day)).toEqual([compared(day, 1)]);
    expect(looks).toHaveLength(3);
  });

  it('tries again when the channel or the database is away', async () => {
    const day = '2026-11-15';
    outcomes.set(day, [new Error('unreachable'), new Error('unreachable'), compared(day)]);
    expect(await run(day)).toEqual([compared(day)]);
  });

  it('ends at once where no channel is configured', async () => {
    const day = '2026-11-14';
    outcomes.set(day, [{ kind: 'no_channel', day }]);
    expect(await run(day)).toEqual([{ kind: 'no_channel', day }]);
    expect(looks).toHaveLength(1);
  });
});
