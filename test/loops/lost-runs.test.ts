import { randomUUID } from 'node:crypto';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { processIdOf } from '../../domain/shared/ids';
import { markLost } from '../../db/case/lost';
import { markStuck, runMissing, watchedCase } from '../../db/case/repository';
import { keepWitness, witnessed } from '../../db/case/witness';
import { run } from '../../db/connection';
import { endPurchase } from '../../db/purchase/repository';
import { resumeCase } from '../../runs/resume-case';
import { isRunning } from '../../temporal/run-health';
import { readWitness, writeWitness } from '../../temporal/witness';
import { sweepRuns } from '../../worker/loops/sweep-runs';
import { watchCases, type WatchdogParts } from '../../worker/loops/watchdog';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { finished, pay, place, purchaseRows } from '../support/purchases';

/** What looks for lost runs, with the graces of a test. */
let mallflow: Installation;
let manager: HttpClient;
let operator: HttpClient;
/** Kind and reason of each run that was told lost. */
const counted: string[] = [];

beforeAll(async () => {
  // Runs that are taken away are what this is about; nobody need read of them.
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
  mallflow = await startInstallation({ environment: { MALLFLOW_TEMPORAL_UI_URL: 'https://engine.example.com/ui' } });
  manager = await mallflow.as('manager@demo');
  operator = await mallflow.as('operator@demo');
});
afterAll(() => mallflow.stop());

function parts(graceMs: number): WatchdogParts {
  const { services, database } = mallflow;
  const onLost: WatchdogParts['onLost'] = (kind, why) => counted.push(`${kind} ${why}`);
  return { ...services, db: database.db, log: pino({ level: 'silent' }), overdueByMs: 60_000, graceMs, onLost };
}

/** An hour: whatever is lost stays so for the test to see. */
const long = 3_600_000;
/** Nothing is too young to be lost, and everything lost is started again. */
const none = 0;
const look = (graceMs: number) => sweepRuns(parts(graceMs))();
const startAgain = (graceMs: number) => watchCases(parts(graceMs));

const runOf = (id: string) => mallflow.services.temporal.workflow.getHandle(purchaseWorkflowId(id));
const runs = (id: string) => isRunning(mallflow.services.temporal, purchaseWorkflowId(id));
const listed = async (query: string) =>
  ((await operator.get(`/v1/processes?${query}`)).body.items as Body[]).map(({ subjectId }) => subjectId as string);
const detail = async (id: string): Promise<Body> => (await operator.get(`/v1/processes/${processIdOf(id)}`)).body;
const toldOfLost = async () =>
  ((await operator.get('/v1/notices?limit=200')).body.items as Body[]).filter(({ kind }) => kind === 'runs_lost');

/** An order that was opened a day ago. */
async function old(): Promise<string> {
  const { id } = (await place(manager)) as { id: string };
  await run(
    mallflow.database.owner,
    `update process_cases set opened_at = opened_at - interval '1 day' where subject_id = :id`,
    { id },
  );
  return id;
}

/** An old order whose run somebody ended, found by a round. */
async function lost(): Promise<string> {
  const id = await old();
  await runOf(id).terminate('the test ends it');
  // What the engine's list shows comes a moment late.
  await eventually(
    async () => {
      await look(none);
      return (await detail(id)).state as string;
    },
    (state) => state === 'lost',
  );
  return id;
}

describe('a case whose run was ended', () => {
  it('is listed as lost with the reason, told to operators once, and started again after a while', async () => {
    const [id, other] = [await old(), await old()];
    const before = (await toldOfLost()).length;
    counted.splice(0);
    await runOf(id).terminate('the test ends it');
    await runOf(other).terminate('the test ends it');
    // What the engine's list shows comes a moment late.
    await eventually(
      async () => {
        await look(none);
        return listed('state=lost');
      },
      (found) => found.length === 2,
    );
    expect((await listed('stuck=true')).sort()).toEqual([id, other].sort());
    expect(await listed('state=open')).toEqual([]);
    expect(await detail(id)).toMatchObject({
      ...{ state: 'lost', stage: 'awaiting_payment', whoseTurn: 'manager', closedAt: null },
      dueAt: expect.any(String),
      lost: { why: 'terminated', since: expect.any(String) },
      stuck: { code: 'RUN_LOST', since: expect.any(String) },
      actions: ['resume'],
      temporalUrl: `https://engine.example.com/ui/namespaces/default/workflows/purchase%3A${id}`,
    });
    expect(counted).toEqual(['purchase terminated', 'purchase terminated']);
    const told = (await toldOfLost()).slice(0, (await toldOfLost()).length - before);
    expect(told.length).toBeGreaterThan(0);
    expect(told[0].text).toMatch(/^[12] open cases had lost their runs/);

    // Its time has not come.
    await startAgain(long);
    expect(await runs(id)).toBe(false);
    await startAgain(none);
    expect([await runs(id), await runs(other)]).toEqual([true, true]);
    expect(await detail(id)).toMatchObject({ state: 'open', lost: null, stuck: null });
    expect((await detail(id)).timeline.map(({ text, actor }: Body) => [actor, text]).slice(1)).toEqual([
      ['system', 'Its run is gone; operators were told: terminated'],
      ['system', 'Mallflow had its run started again from what is stored'],
    ]);
    const key = randomUUID();
    expect((await finished(() => pay(manager, id, key))).state).toBe('stocked');
  });

  it('is started again at once where a caller waits, before it is lost and after', async () => {
    const early = await old();
    await runOf(early).terminate('the test ends it');
    expect((await pay(manager, early, randomUUID())).body.code).toBe('CASE_STUCK');
    await eventually(async () => {
      await look(long);
      return runs(early);
    }, Boolean);
    expect((await detail(early)).state).toBe('open');

    const late = await lost();
    expect((await pay(manager, late, randomUUID())).body.code).toBe('CASE_STUCK');
    expect((await detail(late)).stuck.code).toBe(runMissing);
    await startAgain(long);
    expect([await runs(late), (await detail(late)).state]).toEqual([true, 'open']);
  });

  it('gets its run silently while it is so young that it may never have had one', async () => {
    const { id } = await purchaseRows(mallflow);
    await look(long);
    expect(await runs(id)).toBe(true);
    expect((await detail(id)).timeline).toHaveLength(1);
  });

  it('waits for an operator when it failed, and when it is lost again and again', async () => {
    const { db } = mallflow.database;
    const failed = await old();
    await runOf(failed).terminate('the test ends it');
    await markLost(db, purchaseWorkflowId(failed), () => Promise.resolve('failed'));
    const again = await old();
    for (let time = 0; time < 4; time += 1) {
      await runOf(again).terminate('the test ends it');
      await eventually(
        async () => {
          await look(none);
          return (await detail(again)).state as string;
        },
        (state) => state === 'lost',
      );
      await startAgain(none);
    }
    for (const id of [failed, again]) {
      await markStuck(db, purchaseWorkflowId(id), runMissing);
      await startAgain(none);
      await look(none);
      expect([await runs(id), await listed(`state=lost&q=${id}`)]).toEqual([false, [id]]);
      const command = { command: 'resume', reason: 'what took it away is mended' };
      const { status, body } = await operator.post(`/v1/processes/${processIdOf(id)}/commands`, command);
      expect([status, body.state, body.stuck, await runs(id)]).toEqual([200, 'open', null, true]);
      expect(body.timeline.at(-1).text).toMatch(/had its run started again/);
      expect(body.timeline.at(-1).actor).not.toBe('system');
    }
  });

  it('whose run is there after all is found, and was never disturbed', async () => {
    const id = await old();
    const found = () => markLost(mallflow.database.db, purchaseWorkflowId(id), () => Promise.resolve('missing'));
    expect([await found(), await found(), (await detail(id)).state]).toEqual(['missing', undefined, 'lost']);
    const { runId } = await runOf(id).describe();
    await eventually(
      async () => {
        await look(none);
        return (await detail(id)).state as string;
      },
      (state) => state === 'open',
    );
    expect((await runOf(id).describe()).runId).toBe(runId);
    expect((await detail(id)).timeline.at(-1).text).toBe('Its run is there again');
  });

  it('is not lost once it is over, nor started again', async () => {
    const { id } = (await place(manager)) as { id: string };
    expect((await manager.post(`/v1/purchases/${id}/cancel`)).status).toBe(200);
    const { db } = mallflow.database;
    expect(await markLost(db, purchaseWorkflowId(id), () => Promise.resolve('ended'))).toBe(undefined);
    const { gateway, settings } = mallflow.services;
    expect(await resumeCase(db, gateway, (await watchedCase(db, id))!, settings)).toBe('closed');
  });
});

describe('a stray run, without an open case', () => {
  /** Rounds of one worker, until it is so. */
  async function roundsUntil(isSo: () => Promise<boolean>): Promise<void> {
    const round = sweepRuns(parts(20));
    await eventually(async () => {
      await round();
      return isSo();
    }, Boolean);
  }

  /** How often a run was told to look at its rows. */
  async function signalsOf(workflowId: string): Promise<number> {
    const { events } = await mallflow.services.temporal.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes != null).length;
  }

  it('is told to look at its rows, and ends by itself where these say that it is over, however late', async () => {
    const { id } = (await place(manager)) as { id: string };
    await mallflow.database.db.transaction((trx) =>
      endPurchase(trx, { purchaseId: id, act: 'cancel', commandId: null, by: { actor: 'system', requestId: null } }),
    );
    // While it is new, nobody knows whether its first step is still to come.
    await look(long);
    expect([await runs(id), await signalsOf(purchaseWorkflowId(id))]).toEqual([true, 0]);
    await mallflow.stopWorker();
    const toldAt = Date.now();
    await roundsUntil(async () => Date.now() > toldAt + 1_000);
    expect([await runs(id), await signalsOf(purchaseWorkflowId(id))]).toEqual([true, 1]);
    await mallflow.startWorker();
    await eventually(
      () => runs(id),
      (goesOn) => !goesOn,
    );
    expect((await runOf(id).describe()).status.name).toBe('COMPLETED');
  });

  it('is left alone where it is the run of no case at all', async () => {
    const handle = await mallflow.services.temporal.workflow.start('somethingElse', {
      ...{ workflowId: `something-else:${randomUUID()}`, taskQueue: mallflow.config.MALLFLOW_TASK_QUEUE, args: [] },
      // No worker knows it: it goes on without ever being looked at.
      startDelay: '1 hour',
    });
    const toldAt = Date.now();
    await roundsUntil(async () => Date.now() > toldAt + 1_000);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    expect(await signalsOf(handle.workflowId)).toBe(0);
    await handle.terminate('the test is over');
  });

  it('of which no row knows is ended, and that is audited', async () => {
    const { id } = (await place(manager)) as { id: string };
    const { owner } = mallflow.database;
    for (const sql of [
      'delete from case_events where case_id = :caseId',
      'delete from process_cases where id = :caseId',
      'delete from purchases where id = :id',
    ])
      await run(owner, sql, sql.includes(':caseId') ? { caseId: processIdOf(id) } : { id });
    await roundsUntil(async () => !(await runs(id)));
    expect((await runOf(id).describe()).status.name).toBe('TERMINATED');
    const { body } = await operator.get(`/v1/audit?subjectId=${purchaseWorkflowId(id)}`);
    expect(body.items).toMatchObject([{ action: 'run.orphan', actor: 'system', reason: 'no such case' }]);
  });
});

describe('a store restored from before', () => {
  const audited = async () =>
    ((await operator.get(`/v1/audit?subjectId=${mallflow.config.MALLFLOW_TASK_QUEUE}`)).body.items as Body[]).map(
      ({ action, reason }) => `${action as string} ${reason as string}`,
    );

  it.each([
    ['the database', 'database', (seen: number) => writeWitness(mallflow.services.temporal, queue(), seen + 1_000)],
    ['the engine', 'engine', (seen: number) => keepWitness(mallflow.database.db, queue(), seen + 1_000)],
  ])('is seen: %s; every run is told to look at its rows, and rows and engine agree again', async (_, which, back) => {
    await look(none);
    const before = (await audited()).length;
    const { id } = (await place(manager)) as { id: string };
    const { lastEvent } = await witnessed(mallflow.database.db, queue());
    await back(lastEvent);
    await look(none);
    expect((await audited()).slice(0, -before || undefined)).toEqual([`installation.restored ${which}`]);
    const { events } = await runOf(id).fetchHistory();
    expect((events ?? []).some((event) => event.workflowExecutionSignaledEventAttributes != null)).toBe(true);
    const now = await witnessed(mallflow.database.db, queue());
    expect([await readWitness(mallflow.services.temporal, queue()), now.kept]).toEqual([now.lastEvent, now.lastEvent]);
    await look(none);
    expect(await audited()).toHaveLength(before + 1);
  });

  const queue = () => mallflow.config.MALLFLOW_TASK_QUEUE;
});
