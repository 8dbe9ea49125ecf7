/**
 * Why a case that is not over has no run. `missing`: the engine does not know it. `terminated`: somebody ended or
 * cancelled it. `failed`, `timed_out`: the engine gave it up. `ended`: it took itself for finished.
 */
export const lostReasons = ['missing', 'terminated', 'failed', 'timed_out', 'ended'] as const;
export type LostWhy = (typeof lostReasons)[number];

/** So often within an hour a run is started again by itself; after that something takes it away, and people must look. */
const startsWithinTheHour = 3;

/**
 * Whether the watchdog may start the run of a lost case again by itself. A run that failed would fail again: its code or
 * its rows have to be mended first.
 *
 * @param timesLost within the last hour, this time included
 */
export function mayStartByItself(why: LostWhy, timesLost: number): boolean {
  // rule: failed-runs-wait-for-people
  if (why === 'failed') return false;
  // rule: lost-again-and-again-waits-for-people
  return timesLost <= startsWithinTheHour;
}

/** Numbers of the last event of any case: as the engine's note says, as was kept of that note, and as the rows have it. */
export interface Witness {
  /** Null without a note. */
  readonly note: number | null;
  /** Null when none was ever written. */
  readonly kept: number | null;
  readonly lastEvent: number;
}

/** Which of the two stores was restored from before the other; null when neither, as far as can be seen. */
export function whichWentBack({ note, kept, lastEvent }: Witness): 'database' | 'engine' | null {
  // rule: database-behind-its-witness-went-back
  if (note !== null && note > lastEvent) return 'database';
  // rule: engine-behind-its-note-went-back
  if (kept !== null && (note === null || note < kept)) return 'engine';
  return null;
}
