import type { World } from './world';

/** `EventType` of the engine. */
export const taskTimedOut = 8;
export const timerStarted = 17;
export const signaled = 26;

/** The kinds of all events of the newest run under this id, oldest first. */
export async function eventsOfRun(world: World, workflowId: string): Promise<number[]> {
  const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).map((event) => Number(event.eventType));
}

/** How often the activity of the newest run that took the most tries was tried. */
export async function mostTries(world: World, workflowId: string): Promise<number> {
  const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
  return Math.max(0, ...(events ?? []).map((event) => event.activityTaskStartedEventAttributes?.attempt ?? 0));
}
