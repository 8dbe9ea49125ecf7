import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { seedDemo } from '../../admin/demo-data';
import { connect, type Db } from '../../db/connection';
import { migrate } from '../../db/migration-source';
import { lazyClient, temporalTarget } from '../../temporal/connection';
import type { EmulatorControl } from '../support/emulator-control';
import { HttpClient } from '../support/http-client';
import { Child, freePort } from './child';
import { Engines, Guard } from './engines';
import { GrpcProxy } from './grpc-proxy';
import { startOutside, type Outside } from './outside';
import { TcpProxy } from './tcp-proxy';
import { until } from './until';

/** How long the API waits in this world: long enough for two busy cores, short enough to wait it out in a case. */
export const acceptMs = 8_000;
export const resultMs = 1_000;

/** The wires between our processes and the servers; each can fail by itself. */
export interface Wires {
  readonly apiToPostgres: TcpProxy;
  readonly workerToPostgres: TcpProxy;
  readonly apiToTemporal: TcpProxy;
  readonly workerToTemporal: TcpProxy;
  readonly workerToChannel: TcpProxy;
  readonly apiCalls: GrpcProxy;
  readonly workerCalls: GrpcProxy;
}

/** The whole system as separate processes: Postgres, Temporal, channel, API, worker; the wires between can fail. */
export interface World {
  readonly engines: Engines;
  readonly wires: Wires;
  readonly api: Child;
  readonly worker: Child;
  /** The payment channel, and what can be done to it. */
  readonly emulator: Child;
  readonly channel: EmulatorControl;
  readonly url: string;
  /** Where the logs of our processes and the servers' own files are. */
  readonly folder: string;
  /** The owner's pool, directly on the server: it sees and does what the product may not. */
  readonly db: Db;
  readonly temporal: Client;
  /** The environment of our processes, for the admin command. */
  readonly environment: NodeJS.ProcessEnv;
  /** Of two enterprises, so that one can be held without the other. */
  readonly manager: HttpClient;
  readonly otherManager: HttpClient;
  readonly operator: HttpClient;
  readonly reviewer: HttpClient;
  /** Everything up, every wire whole. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

interface Wishes {
  /** Variables of the product, where a run needs others than all of them do. */
  readonly settings?: Readonly<Record<`MALLFLOW_${string}`, string>>;
  /** Without wires to Postgres and Temporal: everything that passes a wire passes this process. */
  readonly direct?: boolean;
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(MALLFLOW_|TEMPORAL_|DATABASE_URL|APP_DATABASE_URL|PG|PORT$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

function throughPort(url: string, port: number): string {
  const through = new URL(url);
  through.port = String(port);
  return through.href;
}

async function openWires(engines: Engines, workerToChannel: TcpProxy): Promise<Wires> {
  const apiCalls = await GrpcProxy.open(engines.temporalPort);
  const workerCalls = await GrpcProxy.open(engines.temporalPort);
  return {
    workerToChannel,
    apiCalls,
    workerCalls,
    apiToTemporal: await TcpProxy.open(apiCalls.port),
    workerToTemporal: await TcpProxy.open(workerCalls.port),
    apiToPostgres: await TcpProxy.open(engines.postgresPort),
    workerToPostgres: await TcpProxy.open(engines.postgresPort),
  };
}

async function furnish(databaseUrl: string): Promise<Db> {
  const db = connect({
    url: databaseUrl,
    role: null,
    poolMax: 6,
    applicationName: 'mallflow-fault-test',
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 10_000,
    acquireTimeoutMs: 5_000,
    answerTimeoutMs: 60_000,
  });
  // It would tell of every connection that a kill ends.
  (db.client as { logger: { warn: () => void } }).logger.warn = () => undefined;
  await migrate(db, join(__dirname, '..', '..', 'migrations'));
  await seedDemo(db);
  return db;
}

interface Surroundings {
  readonly dir: string;
  readonly engines: Engines;
  readonly wires: Wires;
  readonly outside: Outside;
  readonly onStart: (pid: number) => void;
}

async function startProcesses(around: Surroundings, { settings = {}, direct = false }: Wishes) {
  const { dir, engines, wires, outside, onStart } = around;
  const [apiPort, workerPort] = [await freePort(), await freePort()];
  const common = {
    ...plainEnvironment(),
    NODE_ENV: 'test',
    MALLFLOW_TIME_PROFILE: 'short',
    MALLFLOW_CHECK_ANSWERS: 'true',
    MALLFLOW_LOG_LEVEL: 'warn',
    MALLFLOW_ACCEPT_MS: String(acceptMs),
    MALLFLOW_RESULT_MS: String(resultMs),
    MALLFLOW_WATCHDOG_SECONDS: '1',
    MALLFLOW_LOST_GRACE_SECONDS: '2',
    MALLFLOW_RELAY_MS: '50',
    // The worker hands licences on to whom they are meant for.
    MALLFLOW_DOCUMENT_DIR: join(dir, 'documents'),
    MALLFLOW_PAYMENT_SWEEP_SECONDS: '2',
    MALLFLOW_NOTICES_SECONDS: '1',
    // Each step has a seller of its own, and all sign up from here.
    MALLFLOW_ADDRESS_ATTEMPTS: '100000',
    ...outside.environment,
    // What was opened or sent back is left alone: there are many of them in the end.
    MALLFLOW_MERCHANT_REST_SECONDS: '3600',
    MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: `http://127.0.0.1:${apiPort}`,
    MALLFLOW_IDENTITY_NOTIFY_BASE_URL: `http://127.0.0.1:${apiPort}`,
    ...settings,
  };
  const addresses = (postgres: TcpProxy, temporal: TcpProxy) => ({
    DATABASE_URL: throughPort(engines.databaseUrl, direct ? engines.postgresPort : postgres.port),
    TEMPORAL_ADDRESS: `127.0.0.1:${direct ? engines.temporalPort : temporal.port}`,
  });
  const api = new Child({
    script: 'dist/api/main.js',
    logFile: join(dir, 'api.log'),
    readyUrl: `http://127.0.0.1:${apiPort}/readyz`,
    onStart,
    env: {
      ...common,
      ...addresses(wires.apiToPostgres, wires.apiToTemporal),
      PORT: String(apiPort),
      MALLFLOW_IMAGE_DIR: join(dir, 'images'),
      // So that a burst meets the engine's own limit, not ours before it.
      MALLFLOW_MAX_COMMANDS: '200',
    },
  });
  const worker = new Child({
    script: 'dist/worker/main.js',
    logFile: join(dir, 'worker.log'),
    readyUrl: `http://127.0.0.1:${workerPort}/readyz`,
    onStart,
    env: {
      ...common,
      ...addresses(wires.workerToPostgres, wires.workerToTemporal),
      MALLFLOW_WORKER_PORT: String(workerPort),
    },
  });
  await Promise.all([api.start(), worker.start()]);
  return { api, worker, url: `http://127.0.0.1:${apiPort}`, common };
}

/** What the API called its own fault, for whoever looks for the reason of a 500. */
function failuresIn(logFile: string): string {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n') : [];
  const failures = lines.filter((line) => line.includes('"level":50')).slice(0, 3);
  return failures.map((line) => `The API failed: ${line}\n`).join('');
}

export async function startWorld(wishes: Wishes = {}): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'mallflow-faults-'));
  const guard = new Guard();
  const onStart = (pid: number): void => guard.watch(pid);
  const [engines, outside] = await Promise.all([Engines.start(dir, guard), startOutside(dir, onStart)]);
  const { emulator, control: channel } = outside;
  const wires = await openWires(engines, outside.wire);
  const db = await furnish(engines.databaseUrl);
  const surroundings = { dir, engines, wires, outside, onStart };
  const { api, worker, url, common } = await startProcesses(surroundings, wishes);
  const address = `127.0.0.1:${engines.temporalPort}`;
  const temporal = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: address }));
  const signIn = (login: string) => until(`${login} signs in`, () => HttpClient.signIn(url, login));

  const restore = async (): Promise<void> => {
    for (const wire of Object.values(wires) as { restore: () => void }[]) wire.restore();
    await Promise.all([engines.startPostgres(), engines.startTemporal(), emulator.start()]);
    await Promise.all([api.start(), worker.start()]);
  };
  const stop = async (): Promise<void> => {
    await Promise.all([api.kill9(), worker.kill9(), emulator.kill9()]);
    await Promise.all([db.destroy(), temporal.connection.close()]);
    await engines.stop();
    for (const wire of Object.values(wires) as { close: () => Promise<void> }[]) await wire.close();
    guard.dismiss();
    process.stderr.write(failuresIn(join(dir, 'api.log')));
    rmSync(dir, { recursive: true, force: true });
  };
  return {
    ...{ engines, wires, api, worker, emulator, channel, url, folder: dir, db, temporal, restore, stop },
    environment: { ...common, DATABASE_URL: engines.databaseUrl, TEMPORAL_ADDRESS: address },
    manager: await signIn('manager@demo'),
    otherManager: await signIn('manager2@demo'),
    operator: await signIn('operator@demo'),
    reviewer: await signIn('reviewer@demo'),
  };
}
