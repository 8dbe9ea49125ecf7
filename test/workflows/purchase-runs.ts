import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { PurchaseCommand, PurchaseState } from '../../domain/purchase/states';
import { lazyClient, temporalTarget } from '../../temporal/connection';
import { Gateway, type CaseStart, type Delivery } from '../../temporal/gateway';
import { caseStarts, type CasePolicies } from '../../temporal/starts';
import { caseSignals } from '../../workflows/payment/contract';
import { payOnlineUpdate, purchaseWorkflowId, type PurchaseInput } from '../../workflows/purchase/contract';
import { eventually } from '../support/eventually';
import { FakePurchases } from './fake-purchases';

/** What `npm run build` made: the bundle that is tested is the bundle that runs. */
export const codePath = join(__dirname, '..', '..', 'dist', 'workflow-bundle.js');

export interface RunOptions {
  readonly payWithinMs?: number;
  readonly detailOpenForMs?: number;
  readonly benefitId?: string;
  /** Until a quick attempt is given up. */
  readonly quickMs?: number;
}

/** Real runs of the purchase workflow on the dev server, over fake activities; spoken to through the product's gateway. */
export class PurchaseRuns {
  private constructor(
    readonly fake: FakePurchases,
    readonly client: Client,
    readonly gateway: Gateway,
    private readonly stopWorker: () => Promise<void>,
  ) {}

  static async start(): Promise<PurchaseRuns> {
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
    const address = process.env['TEMPORAL_ADDRESS'] ?? '';
    const taskQueue = `runs-${randomUUID()}`;
    const client = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: address }));
    const connection = await NativeConnection.connect({ address });
    const fake = new FakePurchases();
    const worker = await Worker.create({
      ...{
        connection,
        taskQueue,
        workflowBundle: { codePath },
        activities: { ...fake.activities, ...fake.paymentRecords },
      },
      ...{ stickyQueueScheduleToStartTimeout: '1s', shutdownGraceTime: 0, shutdownForceTime: '1s' },
    });
    const ended = worker.run();
    const gateway = new Gateway(client, { acceptedWithinMs: 45_000, resultWithinMs: 45_000 }, taskQueue);
    return new PurchaseRuns(fake, client, gateway, async () => {
      worker.shutdown();
      await ended;
      await connection.close();
    });
  }

  async stop(): Promise<void> {
    await this.stopWorker();
    await this.client.connection.close();
  }

  /** A purchase that is not started yet. */
  prepare(options: RunOptions = {}): PurchaseRun {
    return new PurchaseRun(this, options);
  }

  /** A purchase with an open run that awaits payment. */
  async placed(options: RunOptions = {}): Promise<PurchaseRun> {
    const run = this.prepare(options);
    expect(await run.create()).toEqual({ kind: 'done' });
    return run;
  }

  /** A purchase whose run was started again from a row in this state. */
  async resumed(state: PurchaseState, dueInMs: number | null, options: RunOptions = {}): Promise<PurchaseRun> {
    const run = this.prepare(options);
    this.fake.write(run.id, state, dueInMs);
    expect(await run.resume()).toBe(true);
    // From here on the run has read its row.
    await eventually(
      async () => this.fake.callsOf(run.id, 'openPurchase').length,
      (calls) => calls > 0,
    );
    return run;
  }
}

export class PurchaseRun {
  readonly id = `pur_${randomUUID()}`;
  readonly workflowId = purchaseWorkflowId(this.id);
  private readonly start: CaseStart;

  constructor(
    private readonly runs: PurchaseRuns,
    options: RunOptions,
  ) {
    const input: PurchaseInput = {
      purchaseId: this.id,
      enterpriseId: 'ent_1',
      benefitId: options.benefitId ?? 'ben_1',
      quantity: 1,
      accountId: 'acc_1',
      commandId: 'cmd_create',
      requestId: 'req_1',
      policy: {
        payWithinMs: options.payWithinMs ?? 60_000,
        detailOpenForMs: options.detailOpenForMs ?? 60_000,
        times: { quickMs: options.quickMs ?? 15_000, attemptMs: 60_000, firstRetryMs: 100, longestRetryMs: 500 },
      },
    };
    const policies = { purchase: input.policy } as CasePolicies;
    this.start = caseStarts.purchase(input, { policies, workflowTaskTimeoutMs: 60_000 });
  }

  create(): Promise<Delivery> {
    return this.runs.gateway.create(this.start, randomUUID());
  }

  resume(): Promise<boolean> {
    return this.runs.gateway.resume(this.start);
  }

  /** Gives a command as a new claim. */
  command(command: PurchaseCommand): Promise<Delivery> {
    const commandId = randomUUID();
    return this.runs.gateway.command(this.workflowId, command, commandId, {
      ...{ commandId, accountId: 'acc_1', requestId: 'req_1' },
    });
  }

  /** Asks for an online payment. */
  payOnline(): Promise<Delivery> {
    const commandId = randomUUID();
    return this.runs.gateway.command(this.workflowId, payOnlineUpdate, commandId, {
      ...{ commandId, accountId: 'acc_1', requestId: 'req_1', method: 'wechat_native' },
    });
  }

  /** What its payment's run tells it once the money came. */
  async hearSettled(): Promise<void> {
    await this.handle.signal(caseSignals.paymentSettled, 'pay_1');
  }

  async reload(): Promise<void> {
    await this.runs.gateway.reload(this.workflowId);
  }

  get handle() {
    return this.runs.client.workflow.getHandle(this.workflowId);
  }

  /** The state the run ends with; null when the case was refused. */
  ends(): Promise<PurchaseState | null> {
    return this.runs.client.withDeadline(
      Date.now() + 60_000,
      () => this.handle.result() as Promise<PurchaseState | null>,
    );
  }

  /** Event types so far, without their prefix. */
  async events(): Promise<string[]> {
    const history = JSON.parse(historyToJSON(await this.handle.fetchHistory())) as { events: { eventType: string }[] };
    return history.events.map((event) => event.eventType.replace('EVENT_TYPE_', ''));
  }

  async eventsShow(type: string, times = 1): Promise<void> {
    await eventually(
      () => this.events(),
      (events) => events.filter((event) => event === type).length >= times,
    );
  }
}

/** A gate in a step: the test waits until somebody stands there, and lets them through. */
export class Gate {
  private waiting: (() => void)[] = [];
  private isOpen = false;
  private arrived = 0;

  pass = (): Promise<void> => {
    this.arrived += 1;
    return this.isOpen ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  };

  async reached(times = 1): Promise<void> {
    await eventually(
      async () => this.arrived,
      (arrived) => arrived >= times,
    );
  }

  open(): void {
    this.isOpen = true;
    for (const go of this.waiting.splice(0)) go();
  }
}
