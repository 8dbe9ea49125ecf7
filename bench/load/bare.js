// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { WithStartWorkflowOperation, WorkflowUpdateStage } = require('@temporalio/client');
const { lazyClient, temporalTarget } = require('../../dist/temporal/connection');

/** What Mallflow's gateway waits for first; the result is often there with it. */
const waitForStage = WorkflowUpdateStage.ACCEPTED;

/**
 * The bare workflow's client: the same messages through the same calls of the SDK.
 * @param {{ temporalAddress: string, queue: string, local: boolean }} settings
 */
function openBare({ temporalAddress, queue, local }) {
  const client = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: temporalAddress }));
  const input = { local, payWithinMs: 30 * 60_000, detailOpenForMs: 7 * 86_400_000 };

  /** @param {() => Promise<{ result: () => Promise<unknown> }>} send */
  async function timed(send) {
    const startedAt = performance.now();
    await (await send()).result();
    return performance.now() - startedAt;
  }

  async function createOnly() {
    const workflowId = `bare:${randomUUID()}`;
    const create = await timed(() =>
      client.workflow.startUpdateWithStart('opened', {
        updateId: randomUUID(),
        waitForStage,
        startWorkflowOperation: new WithStartWorkflowOperation('bare', {
          workflowId,
          taskQueue: queue,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      }),
    );
    return { workflowId, create };
  }

  return {
    retries: {},
    createOnly,
    async purchase() {
      const { workflowId, create } = await createOnly();
      const handle = client.workflow.getHandle(workflowId);
      const pay = await timed(() => handle.startUpdate('pay', { updateId: randomUUID(), waitForStage }));
      const close = await timed(() => handle.startUpdate('close', { updateId: randomUUID(), waitForStage }));
      return { workflowId, create, pay, close };
    },
    /** Length of each history, Mallflow's too. @param {readonly string[]} workflowIds */
    async historyLengths(workflowIds) {
      const lengths = [];
      for (const id of workflowIds) lengths.push((await client.workflow.getHandle(id).describe()).historyLength);
      return lengths;
    },
  };
}

module.exports = { openBare };
