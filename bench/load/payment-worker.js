// @ts-check
'use strict';

const { setFlagsFromString } = require('node:v8');
const { Worker } = require('@temporalio/worker');
const { parseEnvironment } = require('../../dist/config/env');
const { createLog } = require('../../dist/config/log');
const { lazyClient, temporalTarget } = require('../../dist/temporal/connection');
const { Gateway } = require('../../dist/temporal/gateway');
const { bundlePath } = require('../../dist/worker/build-bundle');
const worker = require('../../dist/worker/compose');
const starts = require('../../dist/worker/start-loops');

/** As in the product's own main. */
setFlagsFromString('--stack-trace-limit=2');

/** The product's worker with its payment loops alone: see startPaymentWorker. */
async function main() {
  const config = parseEnvironment(process.env);
  const log = createLog(config.MALLFLOW_LOG_LEVEL);
  const db = worker.openDatabase(config);
  const target = temporalTarget(process.env);
  const connection = await worker.connectPatiently(target, log);
  const { namespace } = target;
  const running = await Worker.create(
    worker.workerOptions(config, { connection, namespace, db, codePath: bundlePath }),
  );
  const deadlines = { acceptedWithinMs: config.MALLFLOW_ACCEPT_MS, resultWithinMs: config.MALLFLOW_RESULT_MS };
  const gateway = new Gateway(lazyClient(target), deadlines, config.MALLFLOW_TASK_QUEUE);
  const loops = starts.startPaymentLoops(config, { db, gateway, settings: starts.runSettings(config), log });
  await running.run();
  await Promise.all(loops.map((loop) => loop.stop()));
}

main().then(
  () => process.exit(0),
  (/** @type {unknown} */ error) => {
    console.error(error);
    process.exit(1);
  },
);
