import { recordAudit } from '../case/repository';
import type { By } from '../case/record-transition';
import { run, type Trx } from '../connection';
import type { NamedDay } from './queries';

/** Says whether people work on a day; what was said of it before is replaced. Deadlines that stand stay as they are. */
export async function setCalendarDay(trx: Trx, day: NamedDay, by: By): Promise<void> {
  await run(
    trx,
    `insert into calendar_days (day, is_working, name) values (:day::date, :isWorking, :name)
     on conflict (day) do update set is_working = :isWorking, name = :name, updated_at = now()`,
    { ...day },
  );
  await recordAudit(trx, { action: 'calendar.set', subjectId: day.day, enterpriseId: null, by });
}
