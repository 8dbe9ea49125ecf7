import { setFlagsFromString } from 'node:v8';
import { DefaultLogger, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import type { Logger } from 'pino';
import { parseEnvironment } from '../config/env';
import { createLog } from '../config/log';
import { rows } from '../db/connection';
import { temporalTarget } from '../temporal/connection';
import { bundlePath } from './build-bundle';
import { connectPatiently, openDatabase, workerOptions } from './compose';
import type { Loop } from './loops/every';
import { WorkerMetrics } from './metrics';
import { serveOperations } from './serve';
import { startLoops } from './start-loops';

/**
 * The SDK notes a stack trace for every promise a workflow makes, which at ten frames each is a third of this process's
 * work. Contexts made from here on, the workflows' own, keep the first two: enough to find the line.
 */
setFlagsFromString('--stack-trace-limit=2');

/** The SDK's own lines, in the log's form. */
function sdkLogger(log: Logger): DefaultLogger {
  return new DefaultLogger('INFO', ({ level, message, meta }) => {
    if (level === 'ERROR') log.error(meta, message);
    else if (level === 'WARN') log.warn(meta, message);
    else log.info(meta, message);
  });
}

async function main(): Promise<void> {
  const config = parseEnvironment(process.env);
  const log = createLog(config.MALLFLOW_LOG_LEVEL);
  const shutdownSignals = ['SIGINT', 'SIGTERM'] as const;
  let working = false;
  // The runtime's own handlers stop workers; before there is one, nothing needs an orderly end.
  for (const signal of shutdownSignals) process.on(signal, () => working || process.exit(0));
  const { MALLFLOW_SDK_METRICS_ADDRESS: sdkMetrics, MALLFLOW_WORKER_PORT: port } = config;
  Runtime.install({
    logger: sdkLogger(log),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(sdkMetrics === undefined ? {} : { metrics: { prometheus: { bindAddress: sdkMetrics } } }),
    },
    shutdownSignals: [...shutdownSignals],
  });
  const db = openDatabase(config);
  const target = temporalTarget(process.env);
  const connection = await connectPatiently(target, log);
  const worker = await Worker.create(
    workerOptions(config, { connection, namespace: target.namespace, db, codePath: bundlePath, log }),
  );
  const loops: Loop[] = [];
  const metrics = new WorkerMetrics(db, log, () => loops);
  loops.push(...startLoops(config, { db, target, log, onLost: metrics.onLost }));
  const isReady = async (): Promise<boolean> => {
    if (worker.getState() === 'RUNNING') await rows(db, 'select 1');
    return worker.getState() === 'RUNNING';
  };
  const serving =
    port === undefined ? undefined : serveOperations({ port, host: config.MALLFLOW_HOST }, { isReady, metrics });
  log.info({ taskQueue: config.MALLFLOW_TASK_QUEUE, namespace: target.namespace }, 'working');
  working = true;
  try {
    await worker.run();
  } finally {
    await Promise.all(loops.map((loop) => loop.stop()));
    serving?.close();
    await connection.close();
    await db.destroy();
  }
}

main()
  .then(() => process.exit(0))
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
