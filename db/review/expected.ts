import { expectedAt } from '../../domain/review/expected';
import type { ReviewKind } from '../../domain/review/states';
import { workingMsBetween } from '../../domain/shared/working-days';
import { calendarFrom } from '../calendar/queries';
import { rows, type Queryable } from '../connection';

/** So many of the last decisions tell how long the next will take. */
const lately = 50;

interface Open {
  readonly submissionId: string;
  readonly kind: ReviewKind;
  readonly openedAt: Date;
  readonly dueAt: Date;
  readonly now: Date;
}

interface Decided {
  readonly openedAt: Date;
  readonly decidedAt: Date;
}

/** When the seller can expect a decision about what it submitted; null once there is one, and where none is awaited. */
export async function expectedAtOf(db: Queryable, submissionId: string): Promise<Date | null> {
  return (await expectedDecisions(db, [submissionId])).get(submissionId) ?? null;
}

/** {@link expectedAtOf} of several; those that no review is open of are left out. */
export async function expectedDecisions(
  db: Queryable,
  submissionIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  if (submissionIds.length === 0) return new Map();
  const open = await rows<Open>(
    db,
    `select submission_id as "submissionId", kind, opened_at as "openedAt", due_at as "dueAt", now() as now
       from reviews where submission_id = any(:submissionIds::text[]) and state in ('waiting', 'claimed')`,
    { submissionIds },
  );
  const expected = new Map<string, Date>();
  for (const kind of new Set(open.map((one) => one.kind))) {
    const waiting = open.filter((one) => one.kind === kind);
    const decided = await decidedLately(db, kind);
    const since = Math.min(...[...waiting, ...decided].map(({ openedAt }) => openedAt.getTime()));
    const calendar = await calendarFrom(db, new Date(since));
    const recentMs = decided.map(({ openedAt, decidedAt }) => workingMsBetween(calendar, openedAt, decidedAt));
    for (const one of waiting) expected.set(one.submissionId, expectedAt({ ...one, recentMs, calendar }));
  }
  return expected;
}

async function decidedLately(db: Queryable, kind: ReviewKind): Promise<Decided[]> {
  return rows<Decided>(
    db,
    // What a policy approved took nobody's time.
    `select opened_at as "openedAt", decided_at as "decidedAt" from reviews
      where kind = :kind and state = 'decided' and decided_by <> 'policy' order by decided_at desc limit ${lately}`,
    { kind },
  );
}
