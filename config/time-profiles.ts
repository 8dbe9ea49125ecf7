/** Time-outs of a run and of its steps. `short` is for tests that kill processes and cannot wait. */
export interface TimeProfile {
  readonly workflowTaskMs: number;
  readonly stickyQueueMs: number;
  readonly quickMs: number;
  readonly attemptMs: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** Pauses between asking a payment channel about one attempt, the last repeated. */
  readonly askAgainMs: readonly number[];
  /** One attempt of a step that calls a payment channel. */
  readonly channelStepMs: number;
}

export const timeProfiles: Readonly<Record<'normal' | 'short', TimeProfile>> = {
  normal: {
    workflowTaskMs: 10_000,
    stickyQueueMs: 10_000,
    quickMs: 2_000,
    attemptMs: 10_000,
    firstRetryMs: 1_000,
    longestRetryMs: 60_000,
    askAgainMs: [5_000, 30_000, 60_000, 180_000, 600_000],
    channelStepMs: 40_000,
  },
  short: {
    workflowTaskMs: 2_000,
    stickyQueueMs: 1_000,
    quickMs: 1_000,
    attemptMs: 3_000,
    firstRetryMs: 100,
    longestRetryMs: 1_000,
    askAgainMs: [500, 1_000, 2_000, 3_000],
    channelStepMs: 6_000,
  },
};
