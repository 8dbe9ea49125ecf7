import { createServer, type Server } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { DefaultLogger, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import type { Logger } from 'pino';
import { parseEnvironment } from '../config/env';
import { createLog } from '../config/log';
import { rows, type Db } from '../db/connection';
import { temporalTarget } from '../temporal/connection';
import { bundlePath } from './build-bundle';
import { connectPatiently, openDatabase, workerOptions } from './compose';
import { startLoops } from './start-loops';

/**
 * The SDK notes a stack trace for every promise a workflow makes, which at ten frames each is a third of this process's
 * work. Contexts made from here on, the workflows' own, keep the first two: enough to find the line.
 */
setFlagsFromString('--stack-trace-limit=2');

function serveReadiness(port: number, db: Db, worker: Worker): Server {
  return createServer((request, response) => {
    const ready = async (): Promise<boolean> => {
      if (request.url !== '/readyz' || worker.getState() !== 'RUNNING') return false;
      await rows(db, 'select 1');
      return true;
    };
    ready()
      .catch(() => false)
      .then((is) => response.writeHead(is ? 200 : 503).end())
      .catch(() => response.destroy());
  }).listen(port);
}

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
  Runtime.install({
    logger: sdkLogger(log),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
    shutdownSignals: [...shutdownSignals],
  });
  const db = openDatabase(config);
  const target = temporalTarget(process.env);
  const connection = await connectPatiently(target, log);
  const worker = await Worker.create(
    workerOptions(config, { connection, namespace: target.namespace, db, codePath: bundlePath, log }),
  );
  const loops = startLoops(config, { db, target, log });
  const readiness =
    config.MALLFLOW_WORKER_PORT === undefined ? undefined : serveReadiness(config.MALLFLOW_WORKER_PORT, db, worker);
  log.info({ taskQueue: config.MALLFLOW_TASK_QUEUE, namespace: target.namespace }, 'working');
  working = true;
  try {
    await worker.run();
  } finally {
    await Promise.all(loops.map((loop) => loop.stop()));
    readiness?.close();
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
