import { calendarOf, type Calendar, type CalendarDay } from '../../domain/shared/working-days';
import { rows, type Queryable } from '../connection';

export interface NamedDay extends CalendarDay {
  readonly name: string;
}

/** The days that are not what their weekday says, from `since` on (YYYY-MM-DD). */
export async function calendarDays(db: Queryable, since: string): Promise<NamedDay[]> {
  return rows<NamedDay>(
    db,
    `select to_char(day, 'YYYY-MM-DD') as day, is_working as "isWorking", name
       from calendar_days where day >= :since::date order by 1`,
    { since },
  );
}

/** What is needed to count working days from a moment on. */
export async function calendarFrom(db: Queryable, from: Date): Promise<Calendar> {
  // The date in Asia/Shanghai is never before that in UTC.
  return calendarOf(await calendarDays(db, from.toISOString().slice(0, 10)));
}
