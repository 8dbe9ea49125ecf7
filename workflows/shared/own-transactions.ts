import { isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { refusalIn } from './failures';

/** How long a step of our own may take, in milliseconds. Comes in with the input, so that tests use seconds. */
export interface StepTimes {
  /** All of the quick attempt; below 80 % of the workflow task time-out, or the task would need heartbeats. */
  readonly quickMs: number;
  /** One attempt of the patient repetition. */
  readonly attemptMs: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

type Acts<T> = { readonly [K in keyof T]: T[K] };

/**
 * Activities that are one short transaction of our own. Each is first run as a local activity: it costs one workflow
 * task where a normal one costs three. If that fails for any reason but a refusal of the domain, the same step is run
 * as a normal activity and retried without limit: there it is visible, may take weeks, and cannot bloat the history.
 */
export function ownTransactions<T extends object>(times: StepTimes): Acts<T> {
  const quick = proxyLocalActivities<Record<string, (input: unknown) => Promise<unknown>>>({
    scheduleToCloseTimeout: times.quickMs,
    retry: { initialInterval: Math.min(100, times.firstRetryMs), maximumAttempts: 3 },
  });
  const patient = proxyActivities<Record<string, (input: unknown) => Promise<unknown>>>({
    startToCloseTimeout: times.attemptMs,
    retry: { initialInterval: times.firstRetryMs, maximumInterval: times.longestRetryMs, backoffCoefficient: 2 },
  });
  return new Proxy({} as T, {
    get: (_, name: string) => async (input: unknown) => {
      try {
        return await quick[name]?.(input);
      } catch (error) {
        const refusal = refusalIn(error);
        if (refusal !== undefined) throw refusal.failure;
        if (isCancellation(error)) throw error;
      }
      try {
        return await patient[name]?.(input);
      } catch (error) {
        throw refusalIn(error)?.failure ?? error;
      }
    },
  });
}
