import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  WorkflowUpdateStage,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { eventually } from '../../support/eventually';
import { Engine, grpcCode, refusalOf, Steps } from '../engine';

const resourceExhausted = 8;
const accepted = { waitForStage: WorkflowUpdateStage.ACCEPTED } as const;

/** What the path of a command stands on: each fact by its number. A red test here means the product must change. */
describe('facts of the engine about updates', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.start();
  });
  afterAll(() => engine.stop());

  const giveUp = (run: WorkflowHandle, update: string, ms: number): Promise<Error> =>
    refusalOf(
      engine.within(engine.client, ms, (client) => client.workflow.getHandle(run.workflowId).executeUpdate(update)),
    );

  it('E1: an update sent while no worker is up times out at the client, and takes effect when a worker comes', async () => {
    const taskQueue = Engine.desertedQueue();
    const run = await engine.begin('desk', { taskQueue });
    expect(await giveUp(run, 'step', 700)).toBeInstanceOf(WorkflowUpdateRPCTimeoutOrCancelledError);
    expect(await engine.events(run.workflowId)).not.toContain('WORKFLOW_EXECUTION_UPDATE_ACCEPTED');

    const steps = new Steps();
    await engine.attend(taskQueue, steps);
    await steps.reached(1);
    await eventually(
      () => engine.events(run.workflowId),
      (events) => events.includes('WORKFLOW_EXECUTION_UPDATE_COMPLETED'),
    );
    await run.terminate();
  });

  it('E1: with a local activity the effect may be committed for an update that was never accepted', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mallflow-facts-'));
    const [bundle, effect] = [join(dir, 'bundle.js'), join(dir, 'effect')];
    writeFileSync(bundle, engine.bundle);
    const script = join(__dirname, '..', 'doomed-worker.js');
    const taskQueue = Engine.desertedQueue();
    const address = process.env['TEMPORAL_ADDRESS'] ?? '';
    const worker = spawn(process.execPath, [script, address, taskQueue, bundle, effect], { stdio: 'ignore' });
    try {
      // The long task keeps the heartbeat, which would accept the update (E5), out of the way.
      const run = await engine.begin('desk', { taskMs: 10_000, taskQueue });
      const answer = giveUp(run, 'step', 10_000);
      await eventually(
        async () => existsSync(effect),
        (isThere) => isThere,
      );
      worker.kill('SIGKILL');
      expect(readFileSync(effect, 'utf8')).toBe('effect\n');
      expect(await engine.events(run.workflowId)).not.toContain('WORKFLOW_EXECUTION_UPDATE_ACCEPTED');
      await run.terminate();
      await answer;
    } finally {
      worker.kill('SIGKILL');
      if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it("E2: a handler's refusal is kept under its update id for ever, a validator's leaves nothing", async () => {
    const run = await engine.begin('desk');
    const ask = (update: string, updateId: string) => run.executeUpdate<string, []>(update, { updateId });
    expect(await refusalOf(ask('refusedByHandler', 'first'))).toBeInstanceOf(WorkflowUpdateFailedError);
    const before = await engine.events(run.workflowId);
    expect(await refusalOf(ask('refusedByValidator', 'second'))).toBeInstanceOf(WorkflowUpdateFailedError);
    expect(await engine.events(run.workflowId)).toEqual(before);

    await run.signal('open');
    expect((await refusalOf(ask('refusedByHandler', 'first'))).cause).toMatchObject({ type: 'CLOSED' });
    expect(await ask('refusedByHandler', 'third')).toBe('done');
    expect(await ask('refusedByValidator', 'second')).toBe('done');
    await run.terminate();
  });

  it('E3: the 11th update in flight shows as a time-out, with own interceptors as an error at once', async () => {
    const run = await engine.begin('desk');
    for (let n = 1; n <= 10; n += 1) await run.startUpdate('waits', accepted);

    const plain = engine.within(engine.plainClient, 1_500, (client) =>
      client.workflow.getHandle(run.workflowId).startUpdate('waits', accepted),
    );
    expect(await refusalOf(plain)).toBeInstanceOf(WorkflowUpdateRPCTimeoutOrCancelledError);

    const started = Date.now();
    const own = engine.within(engine.client, 5_000, () => run.startUpdate('waits', accepted));
    expect(grpcCode(await refusalOf(own))).toBe(resourceExhausted);
    expect(Date.now() - started).toBeLessThan(1_000);
    await run.terminate();
  });

  /** A run whose last task is under way for the second time: a signal came while the first one closed it. */
  const closing = async (): Promise<WorkflowHandle> => {
    const { steps } = engine;
    steps.holdBack();
    const run = await engine.begin('closing', { taskMs: 10_000 });
    await steps.reached(1);
    await run.signal('poke');
    steps.release();
    await steps.reached(2);
    return run;
  };

  it('E3: "workflow is closing" carries the same code and is not overload: own interceptors go on asking', async () => {
    const late = (run: WorkflowHandle) => (client: Client) =>
      client.workflow.getHandle(run.workflowId).startUpdate<string, []>('late', accepted);
    const refusal = await refusalOf(engine.within(engine.frankClient, 5_000, late(await closing())));
    engine.steps.letGo();
    expect(grpcCode(refusal)).toBe(resourceExhausted);
    expect((refusal.cause as Error).message).toMatch(/closing/);

    const asked = refusalOf(engine.within(engine.client, 1_000, late(await closing())));
    expect(await asked).toBeInstanceOf(WorkflowUpdateRPCTimeoutOrCancelledError);
    engine.steps.letGo();
  });

  it('E5: a timed-out executeUpdate cannot tell accepted from not accepted, startUpdate at ACCEPTED can', async () => {
    const nobody = await engine.begin('desk', { taskQueue: Engine.desertedQueue() });
    const unheard = await giveUp(nobody, 'waits', 500);
    const startUnheard = engine.within(engine.client, 500, () => nobody.startUpdate('waits', accepted));
    expect(await refusalOf(startUnheard)).toBeInstanceOf(WorkflowUpdateRPCTimeoutOrCancelledError);
    await nobody.terminate();

    const run = await engine.begin('desk');
    const waiting = await run.startUpdate('waits', accepted);
    const pending = await giveUp(run, 'waits', 500);
    expect([unheard, pending]).toEqual(Array(2).fill(expect.any(WorkflowUpdateRPCTimeoutOrCancelledError)));
    await run.signal('open');
    expect(await waiting.result()).toBe('done');
    await run.terminate();
  });

  it('E5: startUpdate at ACCEPTED already carries the outcome if it fell in the same task', async () => {
    const run = await engine.begin('desk');
    await run.signal('open');
    const handle = await run.startUpdate<string, []>('refusedByHandler', accepted);
    const poll = jest.spyOn(engine.client.workflowService, 'pollWorkflowExecutionUpdate');
    expect(await handle.result()).toBe('done');
    expect(poll).not.toHaveBeenCalled();
    poll.mockRestore();
    await run.terminate();
  });

  it('E5: a hanging local activity shows ACCEPTED only after 0.8 of the workflow task time-out', async () => {
    const { steps } = engine;
    steps.holdBack();
    const run = await engine.begin('desk', { taskMs: 2_000 });
    await run.signal('open');
    await run.executeUpdate('refusedByHandler');
    const started = Date.now();
    await run.startUpdate('step', accepted);
    const elapsed = Date.now() - started;
    steps.letGo();
    expect(elapsed).toBeGreaterThan(0.8 * 2_000 - 250);
    expect(elapsed).toBeLessThan(2_000 + 1_000);
    await run.terminate();
  });
});
