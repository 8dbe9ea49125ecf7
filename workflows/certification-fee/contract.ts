import type { FeeState } from '../../domain/seller/fee-states';
import type { PaymentInput } from '../payment/contract';
import type { CaseSnapshot, CommandInput } from '../shared/messages';
import type { StepTimes } from '../shared/own-transactions';

/** One run per period of a seller's certification fee, from when it can be paid to the end of what was paid for. */
export function certificationFeeWorkflowId(feeId: string): string {
  return `certification-fee:${feeId}`;
}

export const certificationFeeWorkflowName = 'certificationFee';

/** Names of the updates: wire contracts, never renamed. */
export const certificationFeeUpdates = { pay: 'pay' } as const;

export interface FeePolicy {
  /** A payment nobody makes is closed after this long; the fee itself waits without a bound. */
  readonly payWithinMs: number;
  /** How long a command waits for a payment to show its code. */
  readonly awaitPaymentMs: number;
  /** So long before the end the next period can be paid. */
  readonly renewalOpensMs: number;
  /** So long before the end the seller is reminded, unless the next period is paid. */
  readonly remindBeforeMs: readonly number[];
  readonly workflowTaskMs: number;
  readonly times: StepTimes;
}

/** Everything a period starts from; all facts are in its row, which is there before its run. */
export interface FeeInput {
  readonly feeId: string;
  readonly sellerId: string;
  /** Who is told when the fee is paid or over; a run that is gone is no fault. */
  readonly onboardingWorkflowId: string;
  readonly policy: FeePolicy;
}

/** One period as an activity is asked to act upon it. `commandId` is null when a clock acts. */
export interface FeeActInput {
  readonly feeId: string;
  readonly commandId: string | null;
  /** Account id, or `system`. */
  readonly actor: string;
  readonly requestId: string | null;
}

/** The payment that may still pay the period. */
export interface FeePayment {
  /** How its run is started, should it not be there. */
  readonly start: PaymentInput;
  /** A payer has something to scan. */
  readonly ready: boolean;
}

export interface FeeSnapshotDto extends CaseSnapshot<FeeState> {
  readonly payment: FeePayment | null;
}

/** The period after, and what its run is given to live by. */
export interface NextFee {
  readonly feeId: string;
  readonly policy: FeePolicy;
}

export interface PayFeeInput extends CommandInput {
  readonly method: 'wechat_native';
}

/** What a period does to the world. Each is one transaction and safe to run twice. */
export interface CertificationFeeActivities {
  loadFee(input: { readonly feeId: string }): Promise<FeeSnapshotDto>;
  /** 立即缴纳: an open payment is there. Refuses with WRONG_STATE, PAYMENT_IN_PROGRESS. */
  requestFeePayment(
    input: FeeActInput & { readonly method: 'wechat_native'; readonly payWithinMs: number },
  ): Promise<FeeSnapshotDto>;
  /** What the clock of a paid period owes by now: the next period, a reminder, the end. `next` is to be started. */
  advanceFee(
    input: FeeActInput & {
      /** ISO 8601, by the run's clock: repeated, the step owes nothing new. */
      readonly asOf: string;
      readonly renewalOpensMs: number;
      readonly remindBeforeMs: readonly number[];
    },
  ): Promise<FeeSnapshotDto & { readonly next: NextFee | null }>;
}
