import { firstRow, run, type Db } from '../connection';

/** What is kept of the engine's note for a queue (null without), and the number of the last event of any case. */
export async function witnessed(
  db: Db,
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

export async function keepWitness(db: Db, queue: string, lastEvent: number): Promise<void> {
  await run(
    db,
    `insert into engine_witness (queue, last_event) values (:queue, :lastEvent)
     on conflict (queue) do update set last_event = excluded.last_event`,
    { queue, lastEvent },
  );
}
