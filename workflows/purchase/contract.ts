import type { PurchaseState } from '../../domain/purchase/states';
import type { PaymentInput } from '../payment/contract';
import type { CaseSnapshot, CommandInput } from '../shared/messages';
import type { StepTimes } from '../shared/own-transactions';

/** One run per purchase, for as long as it is open. */
export function purchaseWorkflowId(purchaseId: string): string {
  return `purchase:${purchaseId}`;
}

export const purchaseWorkflowName = 'purchase';

/** Names of the updates: wire contracts, never renamed. */
export const purchaseUpdates = { pay: 'pay', cancel: 'cancel', close: 'close' } as const;

/** 立即支付 through an outside channel. */
export const payOnlineUpdate = 'payOnline';

export interface PurchasePolicy {
  /** An unpaid order expires after this long. */
  readonly payWithinMs: number;
  /** An order detail nobody closes closes itself after this long (domain.md §5.10). */
  readonly detailOpenForMs: number;
  /** How long a command waits for an online payment to be closed or to show its code. Absent before there were any. */
  readonly awaitPaymentMs?: number;
  readonly times: StepTimes;
}

/** Everything a purchase starts from. It rides in the start arguments, so losing the update loses nothing. */
export interface PurchaseInput {
  readonly purchaseId: string;
  readonly enterpriseId: string;
  readonly benefitId: string;
  readonly quantity: number;
  readonly accountId: string;
  /** The claim that created it; null when the run was started again from facts. */
  readonly commandId: string | null;
  readonly requestId: string | null;
  readonly policy: PurchasePolicy;
}

/** One purchase as an activity is asked to act upon it. `commandId` is null when a clock acts. */
export interface PurchaseActInput {
  readonly purchaseId: string;
  readonly commandId: string | null;
  /** Account id, or `system`. */
  readonly actor: string;
  readonly requestId: string | null;
}

/** A payment that may still pay the order. */
export interface OpenPayment {
  /** How its run is started, should it not be there. */
  readonly start: PaymentInput;
  /** A payer has something to scan. */
  readonly ready: boolean;
  /** Nobody is to pay it any more; until that is certain nothing else happens to the order. */
  readonly closing: boolean;
}

export interface PurchaseSnapshotDto extends CaseSnapshot<PurchaseState> {
  /** Absent in histories of before there were online payments. */
  readonly payment?: OpenPayment | null;
}

export interface PayOnlineInput extends CommandInput {
  readonly method: 'wechat_native';
}

/** What a purchase does to the world. Each is one transaction and safe to run twice. */
export interface PurchaseActivities {
  /** 立即购买. Refuses with REFERENCE_NOT_FOUND when the benefit is gone. */
  openPurchase(input: PurchaseInput): Promise<PurchaseSnapshotDto>;
  loadPurchase(input: { readonly purchaseId: string }): Promise<PurchaseSnapshotDto>;
  /**
   * 立即支付 from the balance. Refuses with BALANCE_SHORT, WRONG_STATE, PAYMENT_IN_PROGRESS. Where an online payment is
   * open it asks that to close, and says so; so do cancelling and expiring.
   */
  payFromBalance(input: PurchaseActInput & { readonly detailOpenForMs: number }): Promise<PurchaseSnapshotDto>;
  /** 立即支付 through a channel: an open payment is there. Refuses with WRONG_STATE, PAYMENT_IN_PROGRESS. */
  requestPayment(input: PurchaseActInput & { readonly method: 'wechat_native' }): Promise<PurchaseSnapshotDto>;
  cancelPurchase(input: PurchaseActInput): Promise<PurchaseSnapshotDto>;
  expirePurchase(input: PurchaseActInput): Promise<PurchaseSnapshotDto>;
  /** 关闭, by a person or (actor `system`) by the clock. */
  closeOrderDetail(input: PurchaseActInput): Promise<PurchaseSnapshotDto>;
}
