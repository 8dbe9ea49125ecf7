export const reconciliationWorkflowName = 'reconciliation';

export interface ReconciliationPolicy {
  /** Before a day is looked at again: the channel has not closed its book, or payments were asked about money. */
  readonly againMs: number;
  /** How often a day is looked at in one run; the next day's run takes up what is left. */
  readonly rounds: number;
  /** One attempt of comparing a day; far longer than any day needs. */
  readonly attemptMs: number;
  /** A worker that is silent for so long is taken for dead. */
  readonly heartbeatMs: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

export interface ReconciliationInput {
  /** YYYY-MM-DD in the channel's calendar; null for whatever is due: yesterday, and days left out or still differing. */
  readonly day: string | null;
  readonly policy: ReconciliationPolicy;
}

/**
 * `not_ready`: the channel has not closed the book of that day. `no_channel`: none is configured. `compared`: with the
 * numbers that differ, and how many of them their payments were asked to look at.
 */
export type DayOutcome =
  | { readonly kind: 'not_ready' | 'no_channel'; readonly day: string }
  | { readonly kind: 'compared'; readonly day: string; readonly differences: number; readonly asked: number };

export interface ReconciliationActivities {
  /** Days that are due, oldest first. */
  daysToReconcile(): Promise<string[]>;
  /** Fetches the channel's book of a day and compares it with ours. Safe to repeat. */
  reconcileDay(input: { readonly day: string }): Promise<DayOutcome>;
}
