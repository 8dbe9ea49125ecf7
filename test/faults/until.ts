import { setTimeout as pause } from 'node:timers/promises';
import { patienceMs } from '../support/patience';

/** Asks again and again until there is an answer; fails with `what` and the last error when the time is over. */
export async function until<R>(
  what: string,
  ask: () => Promise<R | undefined | false | null> | R | undefined | false | null,
  withinMs = patienceMs,
  everyMs = 20,
): Promise<R> {
  const deadline = Date.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false && answer !== null) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline)
      throw new Error(`not within ${withinMs} ms: ${what}${last instanceof Error ? ` (${last.message})` : ''}`);
    await pause(everyMs);
  }
}
