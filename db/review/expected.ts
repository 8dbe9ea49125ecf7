import { expectedAt } from '../../domain/review/expected';
import type { ReviewKind } from '../../domain/review/states';
import { workingMsBetween } from '../../domain/shared/working-days';
import { calendarFrom } from '../calendar/queries';
import { firstRow, rows, type Queryable } from '../connection';

/** So many of the last decisions tell how long the next will take. */
const lately = 50;

/** When the seller can expect a decision about what it submitted; null once there is one, and where none is awaited. */
export async function expectedAtOf(db: Queryable, submissionId: string): Promise<Date | null> {
  const open = await firstRow<{ kind: ReviewKind; openedAt: Date; dueAt: Date; now: Date }>(
    db,
    `select kind, opened_at as "openedAt", due_at as "dueAt", now() as now from reviews
      where submission_id = :submissionId and state in ('waiting', 'claimed')`,
    { submissionId },
  );
  if (open === undefined) return null;
  // What a policy approved took nobody's time.
  const decided = await rows<{ openedAt: Date; decidedAt: Date }>(
    db,
    `select opened_at as "openedAt", decided_at as "decidedAt" from reviews
      where kind = :kind and state = 'decided' and decided_by <> 'policy' order by decided_at desc limit ${lately}`,
    { kind: open.kind },
  );
  const since = [open, ...decided].reduce(
    (first, { openedAt }) => (openedAt < first ? openedAt : first),
    open.openedAt,
  );
  const calendar = await calendarFrom(db, since);
  const recentMs = decided.map(({ openedAt, decidedAt }) => workingMsBetween(calendar, openedAt, decidedAt));
  return expectedAt({ ...open, recentMs, calendar });
}
