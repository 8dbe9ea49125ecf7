// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { WithStartWorkflowOperation, WorkflowUpdateStage } = require('@temporalio/client');
const { lazyClient, temporalTarget } = require('../../dist/temporal/connection');

/** What Mallflow's gateway waits for first; the result is often there with it. */
const waitForStage = WorkflowUpdateStage.ACCEPTED;

/**
 * The bare workflows' client: the same messages through the same calls of the SDK.
 * @param {{ temporalAddress: string, queue: string, local: boolean }} settings
 */
function openBare({ temporalAddress, queue, local }) {
  const client = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: temporalAddress }));
  const clocks = { payWithinMs: 30 * 60_000, detailOpenForMs: 7 * 86_400_000 };

  /** @param {() => Promise<{ result: () => Promise<unknown> }>} send */
  async function timed(send) {
    const startedAt = performance.now();
    await (await send()).result();
    return performance.now() - startedAt;
  }

  /** @param {string} workflow @param {object} input */
  async function open(workflow, input) {
    const workflowId = `${workflow}:${randomUUID()}`;
    const ms = await timed(() =>
      client.workflow.startUpdateWithStart('opened', {
        updateId: randomUUID(),
        waitForStage,
        startWorkflowOperation: new WithStartWorkflowOperation(workflow, {
          workflowId,
          taskQueue: queue,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      }),
    );
    return { workflowId, ms };
  }

  /** @param {string} workflowId @param {string} name */
  function update(workflowId, name) {
    const handle = client.workflow.getHandle(workflowId);
    return timed(() => handle.startUpdate(name, { updateId: randomUUID(), waitForStage }));
  }

  async function createOnly() {
    const { workflowId, ms } = await open('bare', { local, ...clocks });
    return { workflowId, ms: { create: ms } };
  }

  return {
    retries: {},
    createOnly,
    async purchase() {
      const { workflowId, ms } = await createOnly();
      const pay = await update(workflowId, 'pay');
      const close = await update(workflowId, 'close');
      return { workflowId, ms: { ...ms, pay, close } };
    },
    async allocation() {
      const { workflowId, ms: propose } = await open('bareAllocation', { confirmWithinMs: 30 * 60_000 });
      const confirm = await update(workflowId, 'confirm');
      return { workflowId, ms: { propose, confirm } };
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
