import { randomUUID } from 'node:crypto';
import { Client, Connection, makeGrpcRetryInterceptor } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { lazyClient, temporalTarget } from '../../temporal/connection';
import { eventually } from '../support/eventually';

export interface FactActivities {
  /** One short transaction of our own; {@link Steps} says how long it takes. */
  step(): Promise<void>;
  fails(): Promise<void>;
}

/** The effects of the step, and a gate that holds its answer back. */
export class Steps implements FactActivities {
  effects = 0;
  private readonly held: (() => void)[] = [];
  private hold = false;

  step = async (): Promise<void> => {
    this.effects += 1;
    if (this.hold) await new Promise<void>((resolve) => this.held.push(resolve));
  };

  fails = (): Promise<void> => Promise.reject(new Error('never works'));

  holdBack(): void {
    this.effects = 0;
    this.hold = true;
  }

  async reached(effects: number): Promise<void> {
    await eventually(
      async () => this.effects,
      (seen) => seen === effects,
    );
  }

  /** Lets the steps that wait go on; those to come wait again until {@link letGo}. */
  release(): void {
    for (const go of this.held.splice(0)) go();
  }

  letGo(): void {
    this.hold = false;
    this.release();
  }
}

interface RunOptions {
  readonly args?: unknown[];
  readonly taskMs?: number;
  readonly taskQueue?: string;
}

const target = () => temporalTarget({ TEMPORAL_ADDRESS: process.env['TEMPORAL_ADDRESS'] });

/** The dev server of this test run, with a worker on a task queue of its own. */
export class Engine {
  readonly taskQueue = Engine.desertedQueue();
  readonly steps = new Steps();
  private readonly workers: { worker: Worker; ended: Promise<void> }[] = [];

  private constructor(
    /** With the product's interceptors. */
    readonly client: Client,
    /** As the SDK makes it. */
    readonly plainClient: Client,
    /** One that repeats nothing: it shows what the server really says. */
    readonly frankClient: Client,
    private readonly native: NativeConnection,
    readonly bundle: string,
  ) {}

  static async start(): Promise<Engine> {
    const logger = new DefaultLogger('ERROR');
    Runtime.install({ logger, telemetryOptions: { logging: { filter: 'OFF' } } });
    const { connectionOptions } = target();
    const once = makeGrpcRetryInterceptor({ retryableDecider: () => false, delayFunction: () => 0 });
    const plain = new Client({ connection: await Connection.connect(connectionOptions) });
    const frank = new Client({ connection: await Connection.connect({ ...connectionOptions, interceptors: [once] }) });
    const native = await NativeConnection.connect({ address: connectionOptions.address ?? '' });
    const { code } = await bundleWorkflowCode({ workflowsPath: require.resolve('./workflows'), logger });
    const engine = new Engine(lazyClient(target()), plain, frank, native, code);
    await engine.attend(engine.taskQueue, engine.steps);
    return engine;
  }

  /** A task queue nobody listens to. */
  static desertedQueue(): string {
    return `facts-${randomUUID()}`;
  }

  /** A worker comes to this queue. */
  async attend(taskQueue: string, activities: FactActivities): Promise<void> {
    const { bundle: code, native: connection } = this;
    const worker = await Worker.create({
      ...{ connection, taskQueue, workflowBundle: { code }, activities: { ...activities } },
      ...{ shutdownGraceTime: 0, shutdownForceTime: '1s' },
    });
    this.workers.push({ worker, ended: worker.run() });
  }

  async stop(): Promise<void> {
    this.steps.letGo();
    for (const { worker } of this.workers) worker.shutdown();
    await Promise.all(this.workers.map(({ ended }) => ended));
    for (const { connection } of [this.client, this.plainClient, this.frankClient]) await connection.close();
    await this.native.close();
  }

  /** Starts a run with a short workflow task time-out; the id is random. */
  async begin(workflow: string, options: RunOptions = {}) {
    return this.client.workflow.start(workflow, {
      workflowId: `${workflow}:${randomUUID()}`,
      taskQueue: options.taskQueue ?? this.taskQueue,
      args: options.args ?? [],
      workflowTaskTimeout: options.taskMs ?? 2_000,
      workflowExecutionTimeout: '2 minutes',
    });
  }

  /** Event types of a run, without their prefix. */
  async events(workflowId: string): Promise<string[]> {
    const history = await this.client.workflow.getHandle(workflowId).fetchHistory();
    const { events } = JSON.parse(historyToJSON(history)) as { events: { eventType: string }[] };
    return events.map((event) => event.eventType.replace('EVENT_TYPE_', ''));
  }

  /** A call that gives up after `ms`, as every call of the product does. */
  within<R>(client: Client, ms: number, call: (client: Client) => Promise<R>): Promise<R> {
    return client.withDeadline(Date.now() + ms, () => call(client));
  }
}

/** The gRPC status below an error of the SDK. */
export function grpcCode(error: unknown): number | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'number') return code;
  }
  return undefined;
}

/** What a promise was refused with. */
export async function refusalOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  if (outcome === undefined) throw new Error('it was not refused');
  return outcome;
}
