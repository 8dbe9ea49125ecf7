import { pino } from 'pino';
import { openCasesAfter } from '../../db/case/repository';
import { keepWitness, whileComparing, witnessed } from '../../db/case/witness';
import { resumeCase } from '../../runs/resume-case';
import { isRunning } from '../../temporal/run-health';
import { readWitness, writeWitness } from '../../temporal/witness';
import { Alarm } from '../../worker/loops/alarm';
import { lookForRestored } from '../../worker/loops/restored';
import { sweepRuns } from '../../worker/loops/sweep-runs';
import { lookAfter, type WatchdogParts } from '../../worker/loops/watchdog';
import { processIdOf } from '../../domain/shared/ids';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { place } from '../support/purchases';

/** How the notes of rows and engine are compared, and what becomes of a young case whose run somebody ended. */
let mallflow: Installation;
let manager: HttpClient;
let operator: HttpClient;

beforeAll(async () => {
  mallflow = await startInstallation();
  manager = await mallflow.as('manager@demo');
  operator = await mallflow.as('operator@demo');
});
afterAll(() => mallflow.stop());

const hour = 3_600_000;

function parts(graceMs: number, more: Partial<WatchdogParts> = {}): WatchdogParts {
  const { services, database } = mallflow;
  const onLost = () => undefined;
  const given = { ...services, db: database.db, log: pino({ level: 'silent' }), overdueByMs: 60_000 };
  return { ...given, graceMs, onLost, ...more };
}

const queue = () => mallflow.config.MALLFLOW_TASK_QUEUE;

it('only one worker compares at a time: notes of two would look like a store that went back', async () => {
  await place(manager);
  const round = lookForRestored(parts(0));
  const { db, owner } = mallflow.database;
  await whileComparing(owner, queue(), async () => {
    expect(await round()).toBe(false);
    expect((await witnessed(db, queue())).kept).toBeNull();
  });
  expect(await round()).toBe(false);
  const { kept, lastEvent } = await witnessed(db, queue());
  expect([kept, await readWitness(mallflow.services.temporal, queue())]).toEqual([lastEvent, lastEvent]);
});

it('notes stay apart until every run was told, so that the next round begins again', async () => {
  await place(manager);
  const { db } = mallflow.database;
  const { temporal, gateway } = mallflow.services;
  await lookForRestored(parts(0))();
  const { lastEvent } = await witnessed(db, queue());
  await writeWitness(temporal, queue(), lastEvent + 1_000);
  const away = Object.assign(Object.create(gateway) as typeof gateway, { reload: () => Promise.resolve(false) });
  await expect(lookForRestored(parts(0, { gateway: away }))()).rejects.toThrow('could not be told');
  expect(await readWitness(temporal, queue())).toBe(lastEvent + 1_000);
  expect(await lookForRestored(parts(0))()).toBe(true);
  await keepWitness(db, queue(), lastEvent);
});

it('a case whose run was ended is lost however young it is: the engine knew it', async () => {
  const { id } = (await place(manager)) as { id: string };
  await mallflow.services.temporal.workflow.getHandle(purchaseWorkflowId(id)).terminate('the test ends it');
  // What the engine's list shows comes a moment late.
  const body: Body = await eventually(
    async () => {
      await sweepRuns(parts(hour))();
      return (await operator.get(`/v1/processes/${processIdOf(id)}`)).body;
    },
    ({ state }: Body) => state === 'lost',
  );
  expect((body.timeline as Body[]).at(-1)?.actor).toBe('system');
});

it('a case whose run was started again after a finder had looked is not lost', async () => {
  const { id } = (await place(manager)) as { id: string };
  const { services, database } = mallflow;
  const workflowId = purchaseWorkflowId(id);
  await services.temporal.workflow.getHandle(workflowId).terminate('the test ends it');
  const open = await openCasesAfter(database.db, { after: '', limit: 200 });
  const at = open.find(({ subjectId }) => subjectId === id)!;
  let looks = 0;
  const slow: typeof services.temporal.withDeadline = async (deadline, ask) => {
    const heard = await services.temporal.withDeadline(deadline, ask);
    if ((looks += 1) === 1) await resumeCase(database.db, services.gateway, at, services.settings);
    return heard;
  };
  const temporal = Object.create(services.temporal, { withDeadline: { value: slow } }) as typeof services.temporal;
  const finder = parts(0, { temporal });
  await lookAfter(finder, at, new Alarm(finder));
  expect((await operator.get(`/v1/processes/${processIdOf(id)}`)).body.state).toBe('open');
  expect(await isRunning(services.temporal, workflowId)).toBe(true);
});
