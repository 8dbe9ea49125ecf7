import type { Client } from '@temporalio/client';
import { ensureReconciliationSchedule } from '../../temporal/schedules';

/**
 * Brings the schedule up to date once, and tries again each round until the engine has taken it: a worker works without.
 */
export function keepSchedules(
  temporal: Client,
  wanted: Parameters<typeof ensureReconciliationSchedule>[1],
  withinMs = 5_000,
) {
  let done = false;
  return async (): Promise<void> => {
    if (done) return;
    await temporal.withDeadline(Date.now() + withinMs, () => ensureReconciliationSchedule(temporal, wanted));
    // rule: schedule-is-tried-until-taken
    done = true;
  };
}
