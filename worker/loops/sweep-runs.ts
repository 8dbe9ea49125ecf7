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
 */
export function sweepRuns(given: SweepParts) {
  const parts: WatchdogParts = { ...given, overdueByMs: 0 };
  const strays = new StrayRuns(parts);
  const restored = lookForRestored(parts);
  return async (): Promise<void> => {
    if (await restored()) strays.hurry();
    const running = await runningRuns(parts.temporal, parts.gateway.queue);
    const alarm = new Alarm(parts);
    const known = new Set<string>();
    // The lost first: what becomes lost in this round is not looked at twice.
    for (const state of ['lost', 'open'] as const) await compare({ parts, state, running, known, alarm });
    await alarm.tell();
    await strays.lookAt(running, known);
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

async function compare({ parts, state, running, known, alarm }: Comparison): Promise<void> {
  let [seenTo, failed] = [0, 0];
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
    await eachAtOnce(odd, async (at) => {
      if (seenTo === 0 && failed >= hopeless) return;
      if (await eachByItself(parts.log, at, () => lookAfter(parts, at, alarm))) seenTo += 1;
      else failed += 1;
    });
  }
}

/** Takes at most a tenth of the time: with many cases a comparison costs both servers something. */
export function unhurried(work: () => Promise<void>): () => Promise<void> {
  let restUntil = 0;
  return async () => {
    const startedAt = Date.now();
    if (startedAt < restUntil) return;
    await work();
    restUntil = Date.now() + 9 * (Date.now() - startedAt);
  };
}
