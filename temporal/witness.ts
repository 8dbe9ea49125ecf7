import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import { reconciliationWorkflowName } from '../workflows/reconciliation/contract';
import { taskQueue } from './connection';

/** A schedule that never starts anything: its note is the one small thing the engine keeps for good. */
function witnessId(queue: string): string {
  return queue === taskQueue ? 'mallflow-witness' : `mallflow-witness:${queue}`;
}

/** The number of the last event the rows had when the engine was last told; null when it never was. */
export async function readWitness(client: Client, queue: string): Promise<number | null> {
  try {
    const { state } = await client.schedule.getHandle(witnessId(queue)).describe();
    return Number(state.note ?? 0);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

export async function writeWitness(client: Client, queue: string, lastEvent: number): Promise<void> {
  const scheduleId = witnessId(queue);
  const state = { paused: true, note: String(lastEvent) };
  try {
    await client.schedule
      .getHandle(scheduleId)
      .update((before) => ({ ...before, state: { ...before.state, ...state } }));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    await client.schedule.create({
      scheduleId,
      // Paused and without a time to start at; a schedule must name something all the same.
      spec: {},
      action: {
        type: 'startWorkflow',
        workflowType: reconciliationWorkflowName,
        workflowId: scheduleId,
        taskQueue: queue,
        args: [],
      },
      state,
    });
  }
}
