import { addWorkingDays, endOfNextWorkingDay, type Calendar } from '../shared/working-days';

const dayMs = 86_400_000;

/** Fewer say little about the next. */
const enough = 5;

export interface Waiting {
  readonly openedAt: Date;
  readonly dueAt: Date;
  readonly now: Date;
  /** How long people took to decide the last ones of the kind, in working time. */
  readonly recentMs: readonly number[];
  readonly calendar: Calendar;
}

/**
 * When a seller can expect a decision: four of five were decided within that time lately; the deadline, while too few
 * were. What is over already is not told again: it may come by the end of the next working day.
 */
export function expectedAt({ openedAt, dueAt, now, recentMs, calendar }: Waiting): Date {
  const sorted = [...recentMs].sort((one, other) => one - other);
  const usual = sorted[Math.ceil(sorted.length * 0.8) - 1];
  // rule: expected-from-enough-decisions
  const expected =
    usual === undefined || sorted.length < enough ? dueAt : addWorkingDays(calendar, openedAt, usual / dayMs);
  // rule: expected-is-ahead
  return expected.getTime() > now.getTime() ? expected : endOfNextWorkingDay(calendar, now);
}
