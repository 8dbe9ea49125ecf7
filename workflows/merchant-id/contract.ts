import type { MerchantDutyAct } from '../../domain/merchant/duties';
import type { MerchantChannel, MerchantState } from '../../domain/merchant/states';
import type { CommandInput } from '../shared/messages';
import type { StepTimes } from '../shared/own-transactions';

/** One run per seller and channel, for as long as the seller sells. */
export function merchantIdWorkflowId(place: { readonly sellerId: string; readonly channel: MerchantChannel }): string {
  return `merchant-id:${place.sellerId}:${place.channel}`;
}

export const merchantIdWorkflowName = 'merchantId';

/** Names of the updates: wire contracts, never renamed. */
export const merchantIdUpdates = { 'verify-account': 'verifyAccount', resubmit: 'resubmit' } as const;

export interface MerchantIdPolicy {
  /** Pauses between asking the channel while it decides, the last repeated; each is varied by a fifth either way. */
  readonly askAgainMs: readonly number[];
  /** The same while nothing is expected of it: it may freeze what is open, and thaw it. */
  readonly restMs: number;
  /** One attempt of a step that calls the channel: longer than its own deadlines together. */
  readonly channelStepMs: number;
  readonly times: StepTimes;
}

/** Everything a merchant ID starts from: ids alone, the form is a sealed row. */
export interface MerchantIdInput {
  readonly sellerId: string;
  readonly channel: MerchantChannel;
  readonly submissionId: string;
  readonly accountId: string;
  /** The claim that began it; null when the run was started again from facts. */
  readonly commandId: string | null;
  readonly requestId: string | null;
  /** Who is told when something changed; a run that is gone is no fault. */
  readonly onboardingWorkflowId: string;
  readonly policy: MerchantIdPolicy;
}

/** A command that brings what is a sealed row by now: a form, or an amount. */
export interface MerchantCommandInput extends CommandInput {
  readonly broughtId: string;
}

export interface MerchantActInput {
  readonly sellerId: string;
  readonly channel: MerchantChannel;
  readonly askAgainMs: readonly number[];
  readonly restMs: number;
}

export interface MerchantPersonInput extends MerchantActInput {
  readonly commandId: string;
  readonly actor: string;
  readonly requestId: string;
  readonly broughtId: string;
}

/** What the row says is owed, and when; relative, since only the database's clock counts. */
export interface MerchantSnapshot {
  readonly state: MerchantState;
  /** When it came there: another moment is another turn of the case. */
  readonly since: string;
  readonly next: { readonly act: MerchantDutyAct; readonly inMs: number };
}

/** Null: right. */
export interface AmountJudged {
  readonly triesLeft: number | null;
}

/** Short transactions of our own. Each is safe to run twice. */
export interface MerchantRecords {
  /** Inserts the application or finds it. Refuses with FEE_NOT_PAID. */
  openMerchantId(input: MerchantIdInput): Promise<MerchantSnapshot>;
  loadMerchantId(input: MerchantActInput): Promise<MerchantSnapshot>;
  /** Nobody verified the account in time. */
  endAccountVerification(input: MerchantActInput): Promise<MerchantSnapshot>;
  /** Refuses with WRONG_STATE. */
  judgeRemittance(input: MerchantPersonInput): Promise<AmountJudged>;
  /** Refuses with WRONG_STATE. */
  resubmitMerchantForm(input: MerchantPersonInput): Promise<void>;
}

/**
 * Steps that call the channel, then write down its answer. That the channel is away or refuses is written down too, and
 * no failure of the step: it comes up again as what is owed next, under the same request number.
 */
export interface MerchantChannelSteps {
  uploadLicence(input: MerchantActInput): Promise<MerchantSnapshot>;
  submitMerchantForm(input: MerchantActInput): Promise<MerchantSnapshot>;
  queryMerchantId(input: MerchantActInput): Promise<MerchantSnapshot>;
}
