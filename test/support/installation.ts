import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createApi, type Api } from '../../api/app';
import { composeServices } from '../../api/compose';
import type { AnyRoute } from '../../api/http/route';
import { businessRoutes } from '../../api/routes';
import type { Services } from '../../api/services';
import { parseEnvironment, type Configuration } from '../../config/env';
import type { ReviewSubjects } from '../../db/review/subjects';
import { openDatabase, workerOptions } from '../../worker/compose';
import { runSettings, startDeliveries, startPaymentLoops } from '../../worker/start-loops';
import { seedDemo } from '../../admin/demo-data';
import { cloneDatabase, type TestDatabase } from './database';
import type { Emulator } from './emulator';
import { HttpClient } from './http-client';

/** A whole product in this process: its own database and task queue, real HTTP, a real worker, the short time profile. */
export interface Installation {
  readonly database: TestDatabase;
  readonly config: Configuration;
  readonly services: Services;
  readonly api: Api;
  readonly url: string;
  /** Signs in with a demo login and returns a client that acts as that account. */
  as(login: string): Promise<HttpClient>;
  readonly anonymous: HttpClient;
  /** `bundle` is the workflows' code, today's unless said otherwise. */
  startWorker(bundle?: string): Promise<void>;
  stopWorker(): Promise<void>;
  stop(): Promise<void>;
}

export interface InstallationOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Without a worker commands are accepted by nobody. Default true. */
  readonly worker?: boolean;
  /** The outside world it is connected to: without one, online payment is not available. */
  readonly emulator?: Emulator;
  /** Tasks of runs the worker takes at once: the time of one runs while it waits for the processor. */
  readonly tasksAtOnce?: number;
  /** What is reviewed beside the product's own. */
  readonly reviewSubjects?: ReviewSubjects;
  /** Routes beside the product's own, to prove what the ground does. */
  readonly routes?: (own: readonly AnyRoute[]) => readonly AnyRoute[];
}

export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const database = await cloneDatabase();
  const imageFolder = join(tmpdir(), `mallflow-images-${randomBytes(8).toString('hex')}`);
  const documentFolder = join(tmpdir(), `mallflow-documents-${randomBytes(8).toString('hex')}`);
  const { server, url } = await listen();
  const outside = options.emulator;
  const environment = {
    ...process.env,
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    MALLFLOW_TASK_QUEUE: `test-${randomBytes(4).toString('hex')}`,
    MALLFLOW_TIME_PROFILE: 'short',
    MALLFLOW_CHECK_ANSWERS: 'true',
    MALLFLOW_LOG_LEVEL: 'silent',
    MALLFLOW_ACCEPT_MS: '45000',
    MALLFLOW_RESULT_MS: '20000',
    MALLFLOW_ADDRESS_ATTEMPTS: '10000',
    MALLFLOW_IMAGE_DIR: imageFolder,
    MALLFLOW_DOCUMENT_DIR: documentFolder,
    MALLFLOW_RELAY_MS: '50',
    ...(outside === undefined ? {} : { ...outside.environment, ...notifyEnvironment(url) }),
    ...options.environment,
  };
  const config = parseEnvironment(environment);
  await seedDemo(database.db);
  const { reviewSubjects } = options;
  const composed = composeServices(config, environment);
  const services = { ...composed, reviewSubjects: { ...composed.reviewSubjects, ...reviewSubjects } };
  const api = createApi(services, options.routes?.(businessRoutes));
  server.on('request', api.listener);
  const worker = new TestWorker(config, options, outside === undefined ? undefined : services);
  if (options.worker ?? true) await worker.start();
  return {
    database,
    config,
    services,
    api,
    url,
    as: (login) => HttpClient.signIn(url, login),
    anonymous: new HttpClient(url),
    startWorker: (bundle) => worker.start(bundle),
    stopWorker: () => worker.stop(),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await worker.stop();
      await services.db.destroy();
      await services.temporal.connection.close();
      await database.drop();
      await rm(imageFolder, { recursive: true, force: true });
      await rm(documentFolder, { recursive: true, force: true });
    },
  };
}

/** Where the outside world reaches us. */
function notifyEnvironment(url: string): Readonly<Record<string, string>> {
  return { MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: url, MALLFLOW_IDENTITY_NOTIFY_BASE_URL: url };
}

/** Its address is part of the configuration, so it listens before there is an API. */
function listen(): Promise<{ server: Server; url: string }> {
  // As the product's own: a machine that stands still for seconds must not cut off who is about to call.
  const server = createServer({ keepAliveTimeout: 65_000 });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    });
  });
}

/** What `npm run build` made: the bundle that is tested is the bundle that runs. */
const codePath = join(__dirname, '..', '..', 'dist', 'workflow-bundle.js');

class TestWorker {
  private running: { worker: Worker; ended: Promise<void>; close: () => Promise<void> } | undefined;

  /** With `services` it passes on what a payment channel tells, and sends what accounts are told. */
  constructor(
    private readonly config: Configuration,
    private readonly given: Pick<InstallationOptions, 'reviewSubjects' | 'tasksAtOnce'>,
    private readonly services?: Services,
  ) {}

  async start(bundle = codePath): Promise<void> {
    const db = openDatabase(this.config);
    const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
    const { reviewSubjects, tasksAtOnce } = this.given;
    const parts = { connection, namespace: 'default', db, codePath: bundle, ...(reviewSubjects && { reviewSubjects }) };
    const options = workerOptions(this.config, parts);
    const atOnce = tasksAtOnce === undefined ? {} : { maxConcurrentWorkflowTaskExecutions: tasksAtOnce };
    const worker = await Worker.create({ ...options, ...atOnce, shutdownGraceTime: 0, shutdownForceTime: '30s' });
    const ended = worker.run();
    const loops =
      this.services === undefined
        ? []
        : [
            ...startPaymentLoops(this.config, { ...this.services, db, settings: runSettings(this.config) }),
            startDeliveries(this.config, db, this.services.log),
          ];
    const close = async (): Promise<void> => {
      await Promise.all(loops.map((loop) => loop.stop()));
      await connection.close();
      await db.destroy();
    };
    this.running = { worker, ended, close };
  }

  async stop(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    if (running === undefined) return;
    running.worker.shutdown();
    // Whatever its end was like, what it held must not hold the test run.
    await running.ended.finally(running.close);
  }
}
