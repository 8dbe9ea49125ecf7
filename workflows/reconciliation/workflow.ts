import { proxyActivities, sleep } from '@temporalio/workflow';
import type { DayOutcome, ReconciliationActivities, ReconciliationInput } from './contract';

/**
 * The channel's books against ours, day by day; started by a schedule every morning. A day whose book the channel has not
 * closed is looked at again later, and so, once, is one whose payments were asked about money we knew nothing of.
 */
export async function reconciliation({ day, policy }: ReconciliationInput): Promise<DayOutcome[]> {
  const { daysToReconcile, reconcileDay } = proxyActivities<ReconciliationActivities>({
    startToCloseTimeout: policy.attemptMs,
    heartbeatTimeout: policy.heartbeatMs,
    retry: {
      initialInterval: policy.firstRetryMs,
      maximumInterval: policy.longestRetryMs,
      backoffCoefficient: 2,
    },
  });
  const outcomes = new Map<string, DayOutcome>();
  let left = day === null ? await daysToReconcile() : [day];
  for (let round = 1; left.length > 0; round += 1) {
    const again: string[] = [];
    for (const each of left) {
      const before = outcomes.get(each);
      const outcome = await reconcileDay({ day: each });
      outcomes.set(each, outcome);
      if (isUnfinished(outcome, before)) again.push(each);
    }
    left = round < policy.rounds ? again : [];
    if (left.length > 0) await sleep(policy.againMs);
  }
  return [...outcomes.values()];
}

function isUnfinished(outcome: DayOutcome, before: DayOutcome | undefined): boolean {
  if (outcome.kind === 'compared') return outcome.asked > 0 && before?.kind !== 'compared';
  return outcome.kind === 'not_ready';
}
