import type { World } from './world';

/** `EventType` of the engine. */
export const taskTimedOut = 8;
export const timerStarted = 17;
export const signaled = 26;

/** The kinds of all events of a purchase's newest run, oldest first. */
export async function eventsOf(world: World, purchaseId: string): Promise<number[]> {
  const { events } = await world.temporal.workflow.getHandle(`purchase:${purchaseId}`).fetchHistory();
  return (events ?? []).map((event) => Number(event.eventType));
}
