import type { ReviewKind } from '../../domain/review/states';

import type { NewCriteria } from '../../domain/review/criteria-schemas';
import { firstRow, rows, run, type Queryable, type Trx } from '../connection';
import { newId } from '../new-id';

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

/**
 * Publishes the next version, in the role of the schema's owner: the product itself only reads criteria. Reviews that
 * are open keep theirs. Answers its number, or undefined where the newest version says the same.
 */
export async function publishCriteria(
  trx: Trx,
  { kind, deliveryType, criteria }: NewCriteria,
): Promise<number | undefined> {
  // Two at once would find the same number free.
  await run(trx, 'lock table review_criteria_sets in share row exclusive mode', {});
  const numbered = criteria.map((criterion, index) => ({ number: index + 1, ...criterion }));
  const newest = await newestCriteria(trx, { kind, deliveryType });
  const inForce = (await criteriaOfSet(trx, newest)).map(({ number, zh, en, fields }) => ({ number, zh, en, fields }));
  // rule: same-criteria-are-no-version
  if (JSON.stringify(inForce) === JSON.stringify(numbered)) return undefined;
  const version = newest === null ? 1 : ((await versionOfSet(trx, newest)) ?? 0) + 1;
  const setId = newId('criteriaSet');
  await run(
    trx,
    'insert into review_criteria_sets (id, kind, delivery_type, version) values (:setId, :kind, :deliveryType, :version)',
    { setId, kind, deliveryType, version },
  );
  await run(
    trx,
    `insert into review_criteria (set_id, number, zh, en, fields)
     select :setId, c.number, c.zh, c.en, array(select jsonb_array_elements_text(c.fields))
       from jsonb_to_recordset(:criteria::jsonb) as c (number integer, zh text, en text, fields jsonb)`,
    { setId, criteria: JSON.stringify(numbered) },
  );
  return version;
}

/** Whether the field is one of those, or below one. */
export function isAmong(fields: readonly string[], item: string): boolean {
  return fields.some((field) => item === field || item.startsWith(`${field}/`));
}
