import type { DutyAct } from '../../domain/payment/duties';
import type { PaymentState } from '../../domain/payment/states';
import type { StepTimes } from '../shared/own-transactions';

/** One run per payment while anything is owed about it; a new one whenever money comes later. */
export function paymentWorkflowId(paymentId: string): string {
  return `payment:${paymentId}`;
}

export const paymentWorkflowName = 'payment';

/** To the payment: something about it is in the rows. A wake-up; what it is stands there. */
export const channelReportedSignal = 'channelReported';

/** From the payment to the case it pays for, with the payment's id. Wake-ups too. */
export const caseSignals = { attemptReady: 'attemptReady', paymentSettled: 'paymentSettled' } as const;

export interface PaymentPolicy {
  /** Pauses between asking the channel about one attempt, the last repeated; each is varied by a fifth either way. */
  readonly askAgainMs: readonly number[];
  /** One attempt of a step that calls the channel: longer than its own deadlines together. */
  readonly channelStepMs: number;
  readonly workflowTaskMs: number;
  readonly times: StepTimes;
}

/** Everything a payment starts from; all facts are in its rows. */
export interface PaymentInput {
  readonly paymentId: string;
  /** Null where a seller pays. */
  readonly enterpriseId: string | null;
  /** The run of the case it pays for. */
  readonly caseWorkflowId: string;
  readonly policy: PaymentPolicy;
}

export interface PaymentActInput {
  readonly paymentId: string;
  /** Channel number or refund number; empty where the act is about the payment. */
  readonly number: string;
  readonly askAgainMs: readonly number[];
}

/** What the rows say is owed, and when; relative, since only the database's clock counts. */
export interface PaymentSnapshot {
  readonly state: PaymentState;
  /** A payer has something to scan, or nobody will any more. */
  readonly ready: boolean;
  /** It can no longer pay its case. */
  readonly settled: boolean;
  readonly next: { readonly act: DutyAct; readonly number: string; readonly inMs: number } | null;
  /** Nothing is owed by anybody. */
  readonly over: boolean;
}

/** Short transactions of our own. Each is safe to run twice. */
export interface PaymentRecords {
  loadPayment(input: PaymentActInput): Promise<PaymentSnapshot>;
  /** Acts on what the channel told, in the order it came. */
  applyReports(input: PaymentActInput): Promise<PaymentSnapshot>;
  /** Nobody paid in time. */
  endPayment(input: PaymentActInput): Promise<PaymentSnapshot>;
}

/**
 * Steps that call the channel, then write down its answer. That the channel is away or refuses is written down too, and
 * no failure of the step: it comes up again as what is owed next, under the same number.
 */
export interface PaymentChannelSteps {
  askForPayment(input: PaymentActInput): Promise<PaymentSnapshot>;
  queryAttempt(input: PaymentActInput): Promise<PaymentSnapshot>;
  closeAttempt(input: PaymentActInput): Promise<PaymentSnapshot>;
  sendRefund(input: PaymentActInput): Promise<PaymentSnapshot>;
  queryRefund(input: PaymentActInput): Promise<PaymentSnapshot>;
}
