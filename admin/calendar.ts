import { z } from 'zod';
import { calendarDays } from '../db/calendar/queries';
import { setCalendarDay } from '../db/calendar/repository';
import type { Db } from '../db/connection';
import { checkedInput, UsageError } from './input';

const by = { actor: 'admin-cli', requestId: null };

const daySchema = z.strictObject({
  day: z.iso.date('expected a day as YYYY-MM-DD'),
  kind: z.enum(['working', 'holiday'], 'expected working or holiday'),
  name: z.string().trim().min(1).max(60),
});

/** The days that are not what their weekday says, a line each. */
export async function listCalendar(db: Db, since: string): Promise<string[]> {
  if (!z.iso.date().safeParse(since).success) throw new UsageError('--since: expected a day as YYYY-MM-DD');
  const days = await calendarDays(db, since);
  return days.map(({ day, isWorking, name }) => `${day}  ${isWorking ? 'working' : 'holiday'}  ${name}`);
}

/** Deadlines that stand stay as they are; those of new reviews count by it. */
export async function setCalendar(db: Db, options: unknown): Promise<string> {
  const { day, kind, name } = checkedInput(daySchema, options);
  await db.transaction((trx) => setCalendarDay(trx, { day, isWorking: kind === 'working', name }, by));
  return `${day}  ${kind}  ${name}`;
}
