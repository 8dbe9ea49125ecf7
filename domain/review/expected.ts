import { addWorkingDays, endOfNextWorkingDay, type Calendar } from '../shared/working-days';

const dayMs = 86_400_000;

/** In working days: decisions within seconds tell of a quiet hour, not of when one can be counted on. */
const soonestDays = 1;
const tooSoonMs = 3_600_000;

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
 * When a seller can expect a decision: four of five were decided within that time lately, but not within a working day,
 * since what was quick for others is no promise; the deadline, while too few were decided. A time of which less than an
 * hour is left is not told: it may come by the end of the next working day.
 */
export function expectedAt({ openedAt, dueAt, now, recentMs, calendar }: Waiting): Date {
  const sorted = [...recentMs].sort((one, other) => one - other);
  const usual = sorted[Math.ceil(sorted.length * 0.8) - 1];
  // rule: expected-from-enough-decisions
  const expected =
    usual === undefined || sorted.length < enough
      ? dueAt
      : // rule: expected-in-a-working-day-at-the-soonest
        addWorkingDays(calendar, openedAt, Math.max(usual / dayMs, soonestDays));
  // rule: expected-is-ahead
  return expected.getTime() >= now.getTime() + tooSoonMs ? expected : endOfNextWorkingDay(calendar, now);
}
