import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { reconciliationWorkflowName, type ReconciliationInput } from '../workflows/reconciliation/contract';
import { taskQueue } from './connection';

/** Half an hour after the channel has closed the book of the day before. */
const everyMorning = { calendars: [{ hour: 10, minute: 30 }], timezone: 'Asia/Shanghai' };

/** One per task queue: installations that share a server do not share their mornings. */
export function reconciliationScheduleId(queue: string): string {
  return queue === taskQueue ? 'reconcile-wechat-pay' : `reconcile-wechat-pay:${queue}`;
}

/**
 * The daily comparison of the channel's books with ours, as this version wants it; safe to repeat. A morning that was
 * missed while the engine was away is made up for within a day; a run that still waits is not started twice.
 */
export async function ensureReconciliationSchedule(
  client: Client,
  options: { readonly queue: string; readonly input: ReconciliationInput },
): Promise<void> {
  const scheduleId = reconciliationScheduleId(options.queue);
  const wanted = {
    spec: everyMorning,
    action: {
      type: 'startWorkflow',
      workflowType: reconciliationWorkflowName,
      workflowId: scheduleId,
      taskQueue: options.queue,
      args: [options.input],
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
  } as const;
  try {
    await client.schedule.create({ scheduleId, ...wanted });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // rule: schedule-is-brought-up-to-date
    await client.schedule.getHandle(scheduleId).update(({ state }) => ({ ...wanted, state }));
  }
}
