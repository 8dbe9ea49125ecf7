import type { CommodityState } from '../../domain/stock/states';
import type { FirstStep, SecondStep } from '../../domain/stock/steps';
import type { CaseSnapshot, CommandInput } from '../shared/messages';
import type { StepTimes } from '../shared/own-transactions';

/** One run per own commodity, from 下一步 to 完成. */
export function commodityAddWorkflowId(commodityId: string): string {
  return `commodity-add:${commodityId}`;
}

export const commodityAddWorkflowName = 'commodityAdd';

/** Names of the updates: wire contracts, never renamed. */
export const commodityAddUpdates = { complete: 'complete', discard: 'discard' } as const;

export interface CommodityAddPolicy {
  /** A draft nobody finishes expires after this long. */
  readonly draftKeptMs: number;
  /** This long before it expires, its manager is reminded once. */
  readonly remindBeforeMs: number;
  readonly times: StepTimes;
}

export interface CommodityAddInput {
  readonly commodityId: string;
  readonly enterpriseId: string;
  readonly firstStep: FirstStep;
  readonly accountId: string;
  /** The claim that created it; null when the run was started again from facts. */
  readonly commandId: string | null;
  readonly requestId: string | null;
  readonly policy: CommodityAddPolicy;
}

export interface CompleteInput extends CommandInput {
  readonly secondStep: SecondStep;
}

/** One commodity as an activity is asked to act upon it. `commandId` is null when a clock acts. */
export interface CommodityActInput {
  readonly commodityId: string;
  readonly commandId: string | null;
  /** Account id, or `system`. */
  readonly actor: string;
  readonly requestId: string | null;
}

export type CommoditySnapshotDto = CaseSnapshot<CommodityState>;

/** What adding a commodity does to the world. Each is one transaction and safe to run twice. */
export interface CommodityAddActivities {
  /** 下一步. Refuses with REFERENCE_NOT_FOUND (an image), TEMPLATE_MISMATCH. */
  openCommodityDraft(input: CommodityAddInput): Promise<CommoditySnapshotDto>;
  loadCommodity(input: { readonly commodityId: string }): Promise<CommoditySnapshotDto>;
  /** 完成: into the enterprise stock, online. Refuses with TIME_PAST, CODES_SHORT, WRONG_STATE. */
  completeCommodity(input: CommodityActInput & { readonly secondStep: SecondStep }): Promise<CommoditySnapshotDto>;
  discardCommodity(input: CommodityActInput): Promise<CommoditySnapshotDto>;
  /** The draft's clock: reminds once, then expires it. */
  remindOrExpireDraft(input: CommodityActInput): Promise<CommoditySnapshotDto>;
}
