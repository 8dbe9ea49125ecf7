import type { AllocationState } from '../../domain/stock/allocation-states';
import type { AllocationTerms } from '../../domain/stock/allocation-terms';
import type { CaseSnapshot } from '../shared/messages';
import type { StepTimes } from '../shared/own-transactions';

/** One run per allocation, from the proposal until it is confirmed or given back. */
export function stockAllocationWorkflowId(allocationId: string): string {
  return `stock-allocation:${allocationId}`;
}

export const stockAllocationWorkflowName = 'stockAllocation';

/** Names of the updates: wire contracts, never renamed. */
export const stockAllocationUpdates = { confirm: 'confirm', cancel: 'cancel' } as const;

export interface StockAllocationPolicy {
  /** A proposal nobody confirms gives its stock back after this long. */
  readonly confirmWithinMs: number;
  readonly times: StepTimes;
}

export interface StockAllocationInput {
  readonly allocationId: string;
  readonly enterpriseId: string;
  readonly terms: AllocationTerms;
  readonly accountId: string;
  /** The claim that created it; null when the run was started again from facts. */
  readonly commandId: string | null;
  readonly requestId: string | null;
  readonly policy: StockAllocationPolicy;
}

/** One allocation as an activity is asked to act upon it. `commandId` is null when a clock acts. */
export interface AllocationActInput {
  readonly allocationId: string;
  readonly commandId: string | null;
  /** Account id, or `system`. */
  readonly actor: string;
  readonly requestId: string | null;
}

export type AllocationSnapshotDto = CaseSnapshot<AllocationState>;

/** What an allocation does to the world. Each is one transaction and safe to run twice. */
export interface StockAllocationActivities {
  /** Holds the stock. Refuses with REFERENCE_NOT_FOUND, COMMODITY_OFFLINE, STOCK_SHORT, AWARD_MISMATCH. */
  proposeAllocation(input: StockAllocationInput): Promise<AllocationSnapshotDto>;
  loadAllocation(input: { readonly allocationId: string }): Promise<AllocationSnapshotDto>;
  /** 确认分配: the hold becomes a sub-stock, online. Refuses with WRONG_STATE. */
  confirmAllocation(input: AllocationActInput): Promise<AllocationSnapshotDto>;
  cancelAllocation(input: AllocationActInput): Promise<AllocationSnapshotDto>;
  expireAllocation(input: AllocationActInput): Promise<AllocationSnapshotDto>;
}
