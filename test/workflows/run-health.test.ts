import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { lazyClient, temporalTarget } from '../../temporal/connection';
import { lastWorkflowTaskFailed } from '../../temporal/run-health';
import { eventually } from '../support/eventually';

/** A worker played by hand: it says when it takes a task, and what becomes of it. */
class HandWorker {
  readonly taskQueue = `hand-${randomUUID()}`;

  constructor(private readonly client: Client) {}

  /** Takes the next workflow task, and tells which try of it this is. */
  async take(): Promise<{ readonly attempt: number; readonly fail: (cause?: number) => Promise<unknown> }> {
    const { namespace } = this.client.options;
    const { taskToken, attempt } = await this.client.withDeadline(Date.now() + 15_000, () =>
      this.client.workflowService.pollWorkflowTaskQueue({
        ...{ namespace, taskQueue: { name: this.taskQueue }, identity: 'hand' },
      }),
    );
    const fail = (cause = 0) =>
      this.client.workflowService.respondWorkflowTaskFailed({ namespace, taskToken, identity: 'hand', cause });
    return { attempt, fail };
  }
}

describe('a run whose tasks come to nothing', () => {
  let client: Client;
  let worker: HandWorker;
  let workflowId: string;

  beforeAll(() => {
    client = lazyClient(temporalTarget(process.env));
  });
  /** Its tasks are over after so many milliseconds, unless they are answered. */
  const begin = async (workflowTaskTimeout: number): Promise<void> => {
    worker = new HandWorker(client);
    workflowId = `hand:${randomUUID()}`;
    await client.workflow.start('anything', { workflowId, taskQueue: worker.taskQueue, workflowTaskTimeout });
  };
  afterEach(() => client.workflow.getHandle(workflowId).terminate());
  afterAll(() => client.connection.close());

  const isFailing = () => lastWorkflowTaskFailed(client, workflowId);
  const pendingAttempt = async () =>
    (await client.workflow.getHandle(workflowId).describe()).raw.pendingWorkflowTask?.attempt;

  it('is failing from the first failure on', async () => {
    await begin(60_000);
    expect(await isFailing()).toBe(false);
    const task = await worker.take();
    expect(await isFailing()).toBe(false);
    await task.fail();
    expect(await isFailing()).toBe(true);
  });

  it('is not failing where something arrived as it wanted to end: it looks again', async () => {
    await begin(60_000);
    await (await worker.take()).fail(1);
    expect(await isFailing()).toBe(false);
  });

  it('is not failing for one time-out, which is what a dead worker leaves; tried five times it is', async () => {
    await begin(3_000);
    expect((await worker.take()).attempt).toBe(1);
    await eventually(pendingAttempt, (attempt) => attempt === 2);
    for (let attempt = 2; attempt < 5; attempt += 1) {
      expect(await isFailing()).toBe(false);
      const task = await worker.take();
      expect(task.attempt).toBe(attempt);
      await task.fail();
    }
    expect(await pendingAttempt()).toBe(5);
    expect(await isFailing()).toBe(true);
  });
});
