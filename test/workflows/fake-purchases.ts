import { Context } from '@temporalio/activity';
import { asFailure } from '../../activities/shared/failures';
import { systemActor } from '../../domain/case/states';
import { purchaseMachine, type PurchaseAct, type PurchaseState } from '../../domain/purchase/states';
import { DomainError } from '../../domain/shared/errors';
import { allows, transition, wrongState } from '../../domain/shared/state-machine';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import type { PaymentActInput, PaymentRecords, PaymentSnapshot } from '../../workflows/payment/contract';
import type {
  PurchaseActInput,
  PurchaseActivities,
  PurchaseInput,
  PurchaseSnapshotDto,
} from '../../workflows/purchase/contract';

export type ActivityName = keyof PurchaseActivities;

/** Long enough for every test: nothing of a fake payment comes by a clock. */
const paymentPolicy = {
  ...{ askAgainMs: [60_000], channelStepMs: 3_000, workflowTaskMs: 10_000 },
  times: { quickMs: 1_000, attemptMs: 3_000, firstRetryMs: 100, longestRetryMs: 500 },
};

export interface Call {
  readonly activity: ActivityName;
  readonly purchaseId: string;
  readonly actor: string | null;
  /** A local activity: the quick attempt. */
  readonly quick: boolean;
  readonly attempt: number;
}

/** What a test does to a step: throw, wait, or change rows. `write` runs after the row was written. */
export interface Interference {
  readonly before?: (call: Call) => void | Promise<void>;
  readonly after?: (call: Call) => void | Promise<void>;
}

/**
 * The activities of a purchase over rows in memory, with the one rule that counts: a write is `where state = expected`,
 * refused with where the row stands, and a command that took effect is not carried out twice.
 */
export class FakePurchases {
  private readonly rows = new Map<string, PurchaseSnapshotDto>();
  private readonly effects = new Set<string>();
  private readonly onceClosed = new Map<string, () => void>();
  private readonly calls: Call[] = [];
  private readonly interferences = new Map<string, Interference>();
  private readonly running = new Map<string, number>();
  /** The most steps of one purchase that ever ran at once. */
  mostAtOnce = 0;

  interfere(purchaseId: string, activity: ActivityName, interference: Interference): void {
    this.interferences.set(`${purchaseId}/${activity}`, interference);
  }

  leaveAlone(purchaseId: string, activity: ActivityName): void {
    this.interferences.delete(`${purchaseId}/${activity}`);
  }

  callsOf(purchaseId: string, activity?: ActivityName): Call[] {
    return this.calls.filter(
      (call) => call.purchaseId === purchaseId && (activity === undefined || call.activity === activity),
    );
  }

  readonly activities: PurchaseActivities = {
    openPurchase: (input: PurchaseInput) =>
      this.step('openPurchase', input, () => {
        const there = this.rows.get(input.purchaseId);
        if (there !== undefined) return there;
        if (input.benefitId === 'none') throw asFailure(new DomainError('REFERENCE_NOT_FOUND', { errors: [] }));
        return this.write(input.purchaseId, purchaseMachine.initial, input.policy.payWithinMs);
      }),
    loadPurchase: (input) => this.step('loadPurchase', input, () => this.rowOf(input.purchaseId)),
    payFromBalance: (input) =>
      this.act('payFromBalance', input, 'pay', ({ payment }) =>
        payment == null
          ? this.write(input.purchaseId, 'stocked', input.detailOpenForMs)
          : this.closing(input.purchaseId, () => undefined),
      ),
    requestPayment: (input) => this.act('requestPayment', input, 'pay', () => this.expectPayment(input.purchaseId)),
    cancelPurchase: (input) => this.end('cancelPurchase', input, 'cancel'),
    expirePurchase: (input) => this.end('expirePurchase', input, 'expire'),
    closeOrderDetail: (input) =>
      this.end('closeOrderDetail', input, input.actor === systemActor ? 'close_unattended' : 'close'),
  };

  /** Payments whose runs learn nothing until the gate is open. */
  readonly heldPayments = new Map<string, () => Promise<void>>();

  /** A payment of a purchase, under the purchase's own id: a code is there at once, and a close is certain at once. */
  readonly paymentRecords: Pick<PaymentRecords, 'loadPayment'> = {
    loadPayment: async ({ paymentId }: PaymentActInput) => {
      await this.heldPayments.get(paymentId)?.();
      return this.paymentAt(paymentId);
    },
  };

  rowOf(purchaseId: string): PurchaseSnapshotDto {
    const row = this.rows.get(purchaseId);
    if (row === undefined) throw new Error(`no purchase ${purchaseId}`);
    return row;
  }

  /** Puts a row where it is wanted, as if something else had moved it. */
  write(purchaseId: string, state: PurchaseState, dueInMs: number | null): PurchaseSnapshotDto {
    return this.put(purchaseId, {
      state,
      dueAt: dueInMs === null ? null : new Date(Date.now() + dueInMs).toISOString(),
    });
  }

  /** As if the order were over while its payment is still being closed. */
  writeUnclosed(purchaseId: string, state: PurchaseState): void {
    this.put(purchaseId, { ...this.rowOf(purchaseId), state, dueAt: null });
  }

  private expectPayment(purchaseId: string): PurchaseSnapshotDto {
    const caseWorkflowId = purchaseWorkflowId(purchaseId);
    const start = { paymentId: purchaseId, enterpriseId: 'ent_1', caseWorkflowId, policy: paymentPolicy };
    return this.put(purchaseId, { ...this.rowOf(purchaseId), payment: { start, ready: false, closing: false } });
  }

  /** The order waits until its payment is closed; then `act` happens to it. */
  private closing(purchaseId: string, act: () => void): PurchaseSnapshotDto {
    const row = this.rowOf(purchaseId);
    this.onceClosed.set(purchaseId, act);
    return this.put(purchaseId, {
      ...row,
      dueAt: null,
      ...(row.payment && { payment: { ...row.payment, closing: true } }),
    });
  }

  private paymentAt(purchaseId: string): PaymentSnapshot {
    const { state, payment } = this.rowOf(purchaseId);
    if (payment?.closing === true) {
      this.write(purchaseId, state, 60_000);
      this.onceClosed.get(purchaseId)?.();
    }
    const settled = payment?.closing !== false;
    return { state: settled ? 'cancelled' : 'awaiting_payer', ready: true, settled, next: null, over: settled };
  }

  private put(purchaseId: string, row: PurchaseSnapshotDto): PurchaseSnapshotDto {
    this.rows.set(purchaseId, row);
    return row;
  }

  private end(activity: ActivityName, input: PurchaseActInput, act: PurchaseAct): Promise<PurchaseSnapshotDto> {
    return this.act(activity, input, act, ({ state, payment }) => {
      const end = () => this.write(input.purchaseId, transition(purchaseMachine, state, act), null);
      return payment == null ? end() : this.closing(input.purchaseId, end);
    });
  }

  private act(
    activity: ActivityName,
    input: PurchaseActInput,
    act: PurchaseAct,
    write: (row: PurchaseSnapshotDto) => PurchaseSnapshotDto,
  ): Promise<PurchaseSnapshotDto> {
    return this.step(activity, input, () => {
      const row = this.rowOf(input.purchaseId);
      if (input.commandId !== null && this.effects.has(input.commandId)) return row;
      if (!allows(purchaseMachine, row.state, act))
        throw asFailure(wrongState(purchaseMachine, row.state, { dueAt: row.dueAt }));
      const written = write(row);
      // What waits for a payment to be closed has not happened yet.
      if (input.commandId !== null && written.payment?.closing !== true) this.effects.add(input.commandId);
      return written;
    });
  }

  private async step(
    activity: ActivityName,
    input: { readonly purchaseId: string; readonly actor?: string },
    work: () => PurchaseSnapshotDto,
  ): Promise<PurchaseSnapshotDto> {
    const { purchaseId } = input;
    const { isLocal, attempt } = Context.current().info;
    const call: Call = { activity, purchaseId, actor: input.actor ?? null, quick: isLocal, attempt };
    this.calls.push(call);
    const atOnce = (this.running.get(purchaseId) ?? 0) + 1;
    this.running.set(purchaseId, atOnce);
    this.mostAtOnce = Math.max(this.mostAtOnce, atOnce);
    try {
      const interference = this.interferences.get(`${purchaseId}/${activity}`);
      await interference?.before?.(call);
      const snapshot = work();
      await interference?.after?.(call);
      return snapshot;
    } finally {
      this.running.set(purchaseId, (this.running.get(purchaseId) ?? 1) - 1);
    }
  }
}
