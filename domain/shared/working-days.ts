/**
 * Working days of mainland China. A year's arrangement (放假调休) is published by the General Office of the State Council:
 * holidays on weekdays, and weekends on which people work. A day that is not listed works from Monday to Friday.
 */
export interface CalendarDay {
  /** YYYY-MM-DD in Asia/Shanghai. */
  readonly day: string;
  readonly isWorking: boolean;
}

export type Calendar = ReadonlyMap<string, boolean>;

const dayMs = 86_400_000;

/** Asia/Shanghai has been UTC+8 without summer time since 1991. */
const shanghaiMs = 8 * 3_600_000;

export function calendarOf(days: readonly CalendarDay[]): Calendar {
  return new Map(days.map(({ day, isWorking }) => [day, isWorking]));
}

/** `index`: days since 1970 in Asia/Shanghai. */
function isWorkingDay(calendar: Calendar, index: number): boolean {
  const start = new Date(index * dayMs);
  const weekday = start.getUTCDay();
  // rule: listed-days-go-before-weekdays
  return calendar.get(start.toISOString().slice(0, 10)) ?? (weekday !== 0 && weekday !== 6);
}

/**
 * The moment when so many working days have passed: the clock runs through the 24 hours of working days in
 * Asia/Shanghai and stands still on others. What comes in on a Friday at three is one working day old on Monday at
 * three; what comes in on a holiday begins when the next working day does. Fractions of a day are allowed.
 *
 * @throws RangeError when `days` is negative or no number, or when no day works within ten years
 */
export function addWorkingDays(calendar: Calendar, from: Date, days: number): Date {
  if (!(days >= 0 && days <= 2_000)) throw new RangeError(`working days: ${days}`);
  let leftMs = days * dayMs;
  let at = from.getTime() + shanghaiMs;
  const latest = at + 3_660 * dayMs;
  while (at < latest) {
    const index = Math.floor(at / dayMs);
    const restMs = (index + 1) * dayMs - at;
    // rule: holidays-do-not-count
    if (isWorkingDay(calendar, index)) {
      if (leftMs <= restMs) return new Date(at + leftMs - shanghaiMs);
      leftMs -= restMs;
    }
    at += restMs;
  }
  throw new RangeError('the calendar has no working days');
}

/** How much of the time between two moments fell on working days, in milliseconds; none where `until` is not later. */
export function workingMsBetween(calendar: Calendar, from: Date, until: Date): number {
  let workedMs = 0;
  const end = until.getTime() + shanghaiMs;
  for (let at = from.getTime() + shanghaiMs; at < end;) {
    const index = Math.floor(at / dayMs);
    const next = Math.min((index + 1) * dayMs, end);
    if (isWorkingDay(calendar, index)) workedMs += next - at;
    at = next;
  }
  return workedMs;
}

/** The end of the first working day after the day that a moment falls on, in Asia/Shanghai. */
export function endOfNextWorkingDay(calendar: Calendar, at: Date): Date {
  const tomorrow = (Math.floor((at.getTime() + shanghaiMs) / dayMs) + 1) * dayMs - shanghaiMs;
  return addWorkingDays(calendar, new Date(tomorrow), 1);
}
