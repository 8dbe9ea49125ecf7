// @ts-check
'use strict';

/**
 * The product's worker as record-histories.js needs it, in a process of its own so that it can be killed:
 *
 *   node recording-worker.js [fail-quick STEP | hang-after STEP]
 *
 * `fail-quick` makes the local attempts of that step fail, so that it becomes a normal activity; `hang-after` lets the
 * step take effect and never answer, and prints `hanging`. Prints `ready` once it works.
 */

const path = require('node:path');
const { Context } = require('@temporalio/activity');
const { DefaultLogger, NativeConnection, Runtime, Worker } = require('@temporalio/worker');

const dist = path.resolve(__dirname, '..', 'dist');
const { parseEnvironment } = require(path.join(dist, 'config', 'env.js'));
const { openDatabase, workerOptions } = require(path.join(dist, 'worker', 'compose.js'));

/** @param {Record<string, (input: unknown) => Promise<unknown>>} activities */
function withFault(activities) {
  const [fault, step = ''] = process.argv.slice(2);
  const act = activities[step];
  if (fault === undefined) return activities;
  if (act === undefined) throw new Error(`no step ${step}`);
  const faulty = async (/** @type {unknown} */ input) => {
    if (fault === 'fail-quick' && Context.current().info.isLocal) throw new Error('not this time');
    const result = await act(input);
    if (fault !== 'hang-after') return result;
    console.log('hanging');
    return new Promise(() => undefined);
  };
  return { ...activities, [step]: faulty };
}

async function main() {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
  const config = parseEnvironment(process.env);
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  const codePath = path.join(dist, 'workflow-bundle.js');
  const parts = { connection, namespace: 'default', db: openDatabase(config), codePath };
  const options = workerOptions(config, parts);
  const worker = await Worker.create({
    ...options,
    activities: withFault(options.activities),
    identity: 'recorder',
  });
  const ended = worker.run();
  process.stdin.on('end', () => process.exit(1)).resume();
  console.log('ready');
  await ended;
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
