// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { WithStartWorkflowOperation } = require('@temporalio/client');
const { lazyClient, temporalTarget } = require('../../dist/temporal/connection');

/**
 * The bare workflow's client: the same messages through the same SDK, one call each.
 * @param {{ temporalAddress: string, queue: string, local: boolean }} settings
 */
function openBare({ temporalAddress, queue, local }) {
  const client = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: temporalAddress }));
  const input = { local, payWithinMs: 30 * 60_000, detailOpenForMs: 7 * 86_400_000 };

  /** @param {() => Promise<unknown>} call */
  async function timed(call) {
    const startedAt = performance.now();
    await call();
    return performance.now() - startedAt;
  }

  async function createOnly() {
    const workflowId = `bare:${randomUUID()}`;
    const create = await timed(() =>
      client.workflow.executeUpdateWithStart('opened', {
        updateId: randomUUID(),
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
      const pay = await timed(() => handle.executeUpdate('pay', { updateId: randomUUID() }));
      const close = await timed(() => handle.executeUpdate('close', { updateId: randomUUID() }));
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
