import type { ReviewKind } from '../../domain/review/states';
import { firstRow, rows, type Queryable } from '../connection';

/** One thing a reviewer goes by beside the fields; its number is what a verdict names. */
export interface Criterion {
  readonly number: number;
  readonly zh: string;
  readonly en: string;
  /** JSON Pointers of what it is about, with all that is below them. */
  readonly fields: readonly string[];
}

/** The newest version for such a submission; null where nothing is numbered. */
export async function newestCriteria(
  db: Queryable,
  of: { readonly kind: ReviewKind; readonly deliveryType: string | null },
): Promise<string | null> {
  const newest = await firstRow<{ id: string }>(
    db,
    `select id from review_criteria_sets
      where kind = :kind and delivery_type is not distinct from :deliveryType order by version desc limit 1`,
    of,
  );
  return newest?.id ?? null;
}

/** Of the version a review was opened with, whatever was published since. */
export async function criteriaOfSet(db: Queryable, setId: string | null): Promise<readonly Criterion[]> {
  if (setId === null) return [];
  return rows<Criterion>(
    db,
    'select number, zh, en, fields from review_criteria where set_id = :setId order by number',
    { setId },
  );
}

export async function versionOfSet(db: Queryable, setId: string): Promise<number | null> {
  const set = await firstRow<{ version: number }>(db, 'select version from review_criteria_sets where id = :setId', {
    setId,
  });
  return set?.version ?? null;
}

/** Whether the field is one of those, or below one. */
export function isAmong(fields: readonly string[], item: string): boolean {
  return fields.some((field) => item === field || item.startsWith(`${field}/`));
}
