// @ts-check
'use strict';

/**
 * The bare workflow's worker, a process of its own with the options of Mallflow's worker:
 *
 *   TEMPORAL_ADDRESS=… node bench/bare/worker.js BUNDLE QUEUE
 */

const { NativeConnection, Worker, Runtime, makeTelemetryFilterString } = require('@temporalio/worker');
const activities = require('./activities');

async function main() {
  const [codePath = '', taskQueue = ''] = process.argv.slice(2);
  Runtime.install({
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
    shutdownSignals: ['SIGINT', 'SIGTERM'],
  });
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath },
    activities: { ...activities },
    maxConcurrentActivityTaskExecutions: 20,
    maxConcurrentLocalActivityExecutions: 20,
    maxCachedWorkflows: 1_500,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    stickyQueueScheduleToStartTimeout: 10_000,
    shutdownForceTime: '3s',
    shutdownGraceTime: 0,
  });
  await worker.run();
  await connection.close();
}

main()
  .then(() => process.exit(0))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
