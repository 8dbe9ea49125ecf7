import { firstRow, run, type Db, type Queryable, type Trx } from '../connection';

/**
 * One worker compares at a time: notes of two, written across one another, would look like a store that went back. Null
 * while another does.
 */
export async function whileComparing<T>(db: Db, queue: string, compare: (trx: Trx) => Promise<T>): Promise<T | null> {
  return db.transaction(async (trx) => {
    // rule: one-compares-at-a-time
    const lock = `select pg_try_advisory_xact_lock(hashtext('engine_witness'), hashtext(:queue)) as free`;
    const mine = await firstRow<{ free: boolean }>(trx, lock, { queue });
    return mine?.free === true ? compare(trx) : null;
  });
}

/** What is kept of the engine's note for a queue (null without), and the number of the last event of any case. */
export async function witnessed(
  db: Queryable,
  queue: string,
): Promise<{ readonly kept: number | null; readonly lastEvent: number }> {
  const found = await firstRow<{ kept: number | null; lastEvent: number }>(
    db,
    `select (select last_event from engine_witness where queue = :queue) as kept,
            coalesce((select max(id) from case_events), 0) as "lastEvent"`,
    { queue },
  );
  return found ?? { kept: null, lastEvent: 0 };
}

export async function keepWitness(db: Queryable, queue: string, lastEvent: number): Promise<void> {
  await run(
    db,
    `insert into engine_witness (queue, last_event) values (:queue, :lastEvent)
     on conflict (queue) do update set last_event = excluded.last_event`,
    { queue, lastEvent },
  );
}
