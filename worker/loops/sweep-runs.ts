import { openCasesAfter, runMissing } from '../../db/case/repository';
import { runningRuns, type RunningRun } from '../../temporal/running';
import { Alarm } from './alarm';
import { eachAtOnce } from './each-at-once';
import { lookForRestored } from './restored';
import { StrayRuns } from './stray-runs';
import { eachByItself, lookAfter, type WatchdogParts } from './watchdog';

type SweepParts = Omit<WatchdogParts, 'overdueByMs'>;

/** Rows that are read at once. */
const page = 1_000;
/** So many cases that could not be seen to and none that could: the engine is away. */
const hopeless = 24;

/**
 * Compares all cases that are not over with all runs that go on: the watchdog sees only cases that somebody asked for or
 * that are overdue, and after a loss of the engine's state most are neither. What its list shows is late by a moment, so
 * whatever looks odd is looked at by itself.
 *
 * @param rest with many cases a comparison costs both servers something: after a quiet round so many times as long as it
 *   took there is none
 */
export function sweepRuns(given: SweepParts, rest = 0) {
  const parts: WatchdogParts = { ...given, overdueByMs: 0 };
  const strays = new StrayRuns(parts);
  const restored = lookForRestored(parts);
  let restsUntil = 0;
  return async (): Promise<void> => {
    const startedAt = Date.now();
    if (startedAt < restsUntil) return;
    const wentBack = await restored().catch((error: unknown) => {
      // The comparison mends much of it without.
      parts.log.warn({ err: error }, 'whether a store was restored is not known');
      return false;
    });
    if (wentBack) strays.hurry();
    const running = await runningRuns(parts.temporal, parts.gateway.queue);
    const alarm = new Alarm(parts);
    const known = new Set<string>();
    let odd = 0;
    // The lost first: what becomes lost in this round is not looked at twice.
    try {
      for (const state of ['lost', 'open'] as const) odd += await compare({ parts, state, running, known, alarm });
    } finally {
      await alarm.tell();
    }
    odd += await strays.lookAt(running, known);
    if (odd === 0 && !wentBack) restsUntil = Date.now() + rest * (Date.now() - startedAt);
  };
}

interface Comparison {
  readonly parts: WatchdogParts;
  readonly state: 'open' | 'lost';
  readonly running: ReadonlyMap<string, RunningRun>;
  /** Is given the workflow ids of all cases that are not over. */
  readonly known: Set<string>;
  readonly alarm: Alarm;
}

/** How many looked odd. */
async function compare({ parts, state, running, known, alarm }: Comparison): Promise<number> {
  let [seenTo, failed, oddities] = [0, 0, 0];
  let after: string | undefined = '';
  while (after !== undefined) {
    const cases: Awaited<ReturnType<typeof openCasesAfter>> = await openCasesAfter(
      parts.db,
      { after, limit: page },
      state,
    );
    after = cases.length < page ? undefined : cases.at(-1)?.id;
    for (const { workflowId } of cases) known.add(workflowId);
    const odd = cases.filter(({ workflowId, stuckCode }) =>
      state === 'open' ? !running.has(workflowId) : running.has(workflowId) || stuckCode === runMissing,
    );
    oddities += odd.length;
    await eachAtOnce(odd, async (at) => {
      if (seenTo === 0 && failed >= hopeless) return;
      if (await eachByItself(parts.log, at, () => lookAfter(parts, at, alarm))) seenTo += 1;
      else failed += 1;
    });
  }
  return oddities;
}
