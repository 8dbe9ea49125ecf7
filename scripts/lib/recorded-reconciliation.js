// @ts-check
'use strict';

const path = require('node:path');
const { askOnline } = require('./recorded-payment-acts');
const { act } = require('./recorded-scenarios');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */

const dist = (/** @type {string} */ file) => require(path.resolve(__dirname, '..', '..', 'dist', file));

/**
 * The run that the schedule starts, in little time. Gives its workflow id.
 * @param {RecordedProduct} product
 * @param {string | null} day
 */
async function begin(product, day) {
  const { queue, input } = dist('worker/compose.js').reconciliationSchedule(product.config);
  const { reconciliationWorkflowName } = dist('workflows/reconciliation/contract.js');
  const workflowId = `reconciliation:${day ?? 'due'}`;
  const policy = { ...input.policy, againMs: 3_000, rounds: 6 };
  const options = { workflowId, taskQueue: queue, args: [{ day, policy }] };
  await product.services.temporal.workflow.start(reconciliationWorkflowName, options);
  return workflowId;
}

/** @param {RecordedProduct} product @param {string} workflowId */
async function waitsForTheBook(product, workflowId) {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const { events } = await product.run(workflowId).fetchHistory();
    if (events?.some((/** @type {Record<string, unknown>} */ event) => event['timerStartedEventAttributes'] != null))
      return;
  }
  throw new Error(`${workflowId} did not wait`);
}

/** The channel's books against ours: what is due, and a day that is looked at three times. @type {Record<string, Scenario>} */
const reconciliationScenarios = {
  'reconciliation-due': { live: (product) => product.withWorker([], () => begin(product, null)) },
  'reconciliation-looked-again': {
    live: (product) =>
      product.withWorker([], async () => {
        const { bookDayOf } = dist('domain/payment/reconciliation.js');
        const asked = await askOnline(product);
        await act(product, asked.orderId, 'cancel');
        await product.outside.pay(asked.channelNumber, { notify: false, force: true });
        const today = bookDayOf(new Date());
        const workflowId = await begin(product, today);
        await waitsForTheBook(product, workflowId);
        await product.outside.call('POST', `/bills/${today}/publish`, {});
        return workflowId;
      }),
  },
};

module.exports = { reconciliationScenarios };
