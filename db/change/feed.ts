import type { Onlooker } from '../../domain/change/onlooker';
import { firstRow, rows, run, type Db } from '../connection';

/** A change with its number in the feed. */
export interface ChangeRow {
  readonly seq: number;
  readonly at: Date;
  readonly type: string;
  readonly subjectId: string;
  readonly processId: string | null;
  readonly enterpriseId: string | null;
  readonly sellerId: string | null;
}

const columns = `
  seq, at, type, subject_id as "subjectId", process_id as "processId", enterprise_id as "enterpriseId",
  seller_id as "sellerId"`;

/**
 * Gives numbers to what is committed, at most `limit` of it; says how many. Whoever else is at it lets us go with
 * nothing: the row lock is held to the commit, so numbers are given by one transaction at a time and become readable in
 * their order.
 */
export async function sequenceChanges(db: Db, limit: number): Promise<number> {
  // rule: one-sequencer-at-a-time
  const found = await firstRow<{ count: number }>(
    db,
    `with turn as materialized (
       select from change_cursor where exists (select from change_outbox) for update skip locked
     ), taken as (
       delete from change_outbox
        where exists (select from turn) and id in (select id from change_outbox order by id limit :limit)
       returning *
     ), told as (
       insert into changes (at, type, subject_id, process_id, enterprise_id, seller_id)
       select at, type, subject_id, process_id, enterprise_id, seller_id from taken order by id
       returning seq
     )
     select count(*) as count from told`,
    { limit },
  );
  return found?.count ?? 0;
}

/** The numbers the feed goes from and to: changes in (`after`, `last`] can be read. */
export async function feedBounds(db: Db): Promise<{ readonly after: number; readonly last: number }> {
  const found = await firstRow<{ after: number; last: number }>(
    db,
    `select swept_to as after, greatest(swept_to, coalesce((select max(seq) from changes), 0)) as last
       from change_cursor`,
  );
  if (found === undefined) throw new Error('the feed has no cursor');
  return found;
}

/** The oldest changes behind `after`, in their order. */
export async function changesAfter(db: Db, after: number, limit: number): Promise<ChangeRow[]> {
  return rows<ChangeRow>(db, `select ${columns} from changes where seq > :after order by seq limit :limit`, {
    after,
    limit,
  });
}

/** The newest changes up to `last`, in their order. */
export async function newestChanges(db: Db, last: number, limit: number): Promise<ChangeRow[]> {
  return rows<ChangeRow>(
    db,
    `select * from (select ${columns} from changes where seq <= :last order by seq desc limit :limit) newest
      order by seq`,
    { last, limit },
  );
}

/** Changes in (`after`, `upTo`] that the onlooker may see: the same rule as domain/change/onlooker.ts. */
export async function changesVisibleTo(
  db: Db,
  onlooker: Onlooker,
  range: { readonly after: number; readonly upTo: number },
): Promise<ChangeRow[]> {
  // rule: catching-up-shows-ones-own
  return rows<ChangeRow>(
    db,
    `select ${columns} from changes
      where seq > :after and seq <= :upTo
        and (:all::boolean
             or :reviews::boolean and starts_with(type, 'review.')
             or enterprise_id = :enterpriseId
             or seller_id = :sellerId and not starts_with(type, 'review.'))
      order by seq`,
    { ...onlooker, ...range },
  );
}

/** Forgets what was told long ago. Who comes back with a number from before must start afresh. */
export async function sweepChanges(db: Db, keptHours: number): Promise<void> {
  await run(
    db,
    `with old as (
       delete from changes where at < now() - make_interval(hours => :keptHours) returning seq
     )
     update change_cursor set swept_to = greatest(swept_to, coalesce((select max(seq) from old), 0))`,
    { keptHours },
  );
}
