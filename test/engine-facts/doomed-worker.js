// @ts-check
'use strict';

/**
 * A worker that is killed: its step takes effect (a line in a file) and then never answers.
 *
 *   node doomed-worker.js ADDRESS TASK_QUEUE BUNDLE_FILE EFFECT_FILE
 */

const { appendFileSync } = require('node:fs');
const { NativeConnection, Worker } = require('@temporalio/worker');

async function main() {
  const [address = '', taskQueue = '', codePath = '', effectFile = ''] = process.argv.slice(2);
  const connection = await NativeConnection.connect({ address });
  const step = () => {
    appendFileSync(effectFile, 'effect\n');
    return new Promise(() => undefined);
  };
  const worker = await Worker.create({ connection, taskQueue, workflowBundle: { codePath }, activities: { step } });
  await worker.run();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
