import type { PurchaseState } from '../../domain/purchase/states';
import type { CaseSnapshot } from '../shared/messages';
import type { StepTimes } from '../shared/own-transactions';

/** One run per purchase, for as long as it is open. */
export function purchaseWorkflowId(purchaseId: string): string {
  return `purchase:${purchaseId}`;
}

export const purchaseWorkflowName = 'purchase';

/** Names of the updates: wire contracts, never renamed. */
export const purchaseUpdates = { pay: 'pay', cancel: 'cancel', close: 'close' } as const;

export interface PurchasePolicy {
  /** An unpaid order expires after this long. */
  readonly payWithinMs: number;
  /** An order detail nobody closes closes itself after this long (domain.md §5.10). */
  readonly detailOpenForMs: number;
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

export type PurchaseSnapshotDto = CaseSnapshot<PurchaseState>;

/** What a purchase does to the world. Each is one transaction and safe to run twice. */
export interface PurchaseActivities {
  /** 立即购买. Refuses with REFERENCE_NOT_FOUND when the benefit is gone. */
  openPurchase(input: PurchaseInput): Promise<PurchaseSnapshotDto>;
  loadPurchase(input: { readonly purchaseId: string }): Promise<PurchaseSnapshotDto>;
  /** 立即支付 from the balance. Refuses with BALANCE_SHORT, WRONG_STATE. */
  payFromBalance(input: PurchaseActInput & { readonly detailOpenForMs: number }): Promise<PurchaseSnapshotDto>;
  cancelPurchase(input: PurchaseActInput): Promise<PurchaseSnapshotDto>;
  expirePurchase(input: PurchaseActInput): Promise<PurchaseSnapshotDto>;
  /** 关闭, by a person or (actor `system`) by the clock. */
  closeOrderDetail(input: PurchaseActInput): Promise<PurchaseSnapshotDto>;
}
