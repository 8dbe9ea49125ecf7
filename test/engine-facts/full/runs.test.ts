import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
} from '@temporalio/client';
import { eventually } from '../../support/eventually';
import { Engine, grpcCode, refusalOf } from '../engine';

const failedPrecondition = 9;

/** What cases and their runs stand on: each fact by its number. A red test here means the product must change. */
describe('facts of the engine about runs', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.start();
  });
  afterAll(() => engine.stop());

  it('E4: create + pay + close with two timers and local activities are 24 history events', async () => {
    const workflowId = `three:${engine.taskQueue}`;
    await engine.client.workflow.executeUpdateWithStart('opened', {
      startWorkflowOperation: new WithStartWorkflowOperation('threeMessages', {
        ...{ workflowId, taskQueue: engine.taskQueue },
        ...{ workflowIdReusePolicy: 'REJECT_DUPLICATE', workflowIdConflictPolicy: 'USE_EXISTING' },
      }),
    });
    const run = engine.client.workflow.getHandle(workflowId);
    await run.executeUpdate('pay');
    await run.executeUpdate('close');
    await run.result();
    const events = await engine.events(workflowId);
    expect(events.filter((event) => event === 'TIMER_STARTED')).toHaveLength(2);
    expect(events).toHaveLength(24);
  });

  it('E6: a local activity never appears in describe(), and one that keeps retrying eats history', async () => {
    const run = await engine.begin('retriesLocally', { taskMs: 1_000 });
    const { raw, historyLength } = await eventually(
      () => run.describe(),
      (description) => description.historyLength >= 12,
    );
    expect(raw.pendingActivities).toEqual([]);
    expect(historyLength).toBeGreaterThanOrEqual(12);
    expect(await engine.events(run.workflowId)).not.toContain('MARKER_RECORDED');
    await run.terminate();
  });

  it('E7: a signal to a closed run fails with ExternalWorkflowExecutionNotFound, and uncaught it fails the sender', async () => {
    const gone = await engine.begin('desk');
    await gone.terminate();
    const caught = await engine.begin('signals', { args: [{ to: gone.workflowId, caught: 'caught' }] });
    expect(await caught.result()).toBe('ApplicationFailure: ExternalWorkflowExecutionNotFound');
    const uncaught = await engine.begin('signals', { args: [{ to: gone.workflowId, caught: 'uncaught' }] });
    const failure = await refusalOf(uncaught.result());
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    expect(failure.cause).toMatchObject({ type: 'ExternalWorkflowExecutionNotFound' });
  });

  it('E7: REJECT_DUPLICATE also blocks a deliberate restart', async () => {
    const { workflowId } = await engine.begin('desk');
    await engine.client.workflow.getHandle(workflowId).terminate();
    const restart = (workflowIdReusePolicy: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE') =>
      engine.client.workflow.start('desk', { workflowId, taskQueue: engine.taskQueue, workflowIdReusePolicy });
    expect(await refusalOf(restart('REJECT_DUPLICATE'))).toBeInstanceOf(WorkflowExecutionAlreadyStartedError);
    const again = await restart('ALLOW_DUPLICATE');
    await again.terminate();
  });

  const update = (workflowId: string, name: string) =>
    engine.within(engine.client, 400, (client) => client.workflow.getHandle(workflowId).executeUpdate(name));

  /** Somebody takes a workflow task and never answers. */
  const takeTaskAndKeepSilent = (taskQueue: string) =>
    engine.within(engine.client, 10_000, (client) =>
      client.workflowService.pollWorkflowTaskQueue({
        ...{ namespace: 'default', taskQueue: { name: taskQueue }, identity: 'silent' },
      }),
    );

  it('E8: FAILED_PRECONDITION on an update follows three failed workflow tasks', async () => {
    const run = await engine.begin('broken');
    await eventually(
      () => refusalOf(update(run.workflowId, 'act')),
      (error) => grpcCode(error) === failedPrecondition,
    );
    const events = await engine.events(run.workflowId);
    expect(events).toContain('WORKFLOW_TASK_FAILED');
    expect(events).not.toContain('WORKFLOW_TASK_TIMED_OUT');
    await run.terminate();
  });

  it('E8: FAILED_PRECONDITION on an update follows three timed-out workflow tasks', async () => {
    const taskQueue = Engine.desertedQueue();
    const run = await engine.begin('desk', { taskMs: 1_000, taskQueue });
    for (let taken = 0; taken < 3; taken += 1) {
      await takeTaskAndKeepSilent(taskQueue);
    }
    await eventually(
      () => refusalOf(update(run.workflowId, 'step')),
      (error) => grpcCode(error) === failedPrecondition,
    );
    const events = await engine.events(run.workflowId);
    expect(events).toContain('WORKFLOW_TASK_TIMED_OUT');
    expect(events).not.toContain('WORKFLOW_TASK_FAILED');
    await run.terminate();
  });

  it('E8: of attempts in a row only the first is in the history: what fails after a time-out looks timed out', async () => {
    const taskQueue = Engine.desertedQueue();
    const run = await engine.begin('broken', { taskMs: 1_000, taskQueue });
    await takeTaskAndKeepSilent(taskQueue);
    await engine.attend(taskQueue, engine.steps);
    await eventually(
      () => refusalOf(update(run.workflowId, 'act')),
      (error) => grpcCode(error) === failedPrecondition,
    );
    const events = await engine.events(run.workflowId);
    expect(events).toContain('WORKFLOW_TASK_TIMED_OUT');
    expect(events).not.toContain('WORKFLOW_TASK_FAILED');
    // Only the pending task tells how often it was tried.
    expect((await run.describe()).raw.pendingWorkflowTask?.attempt).toBeGreaterThanOrEqual(3);
    await run.terminate();
  });
});
