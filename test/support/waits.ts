import { rows, type Db } from '../../db/connection';
import { eventually } from './eventually';

/** Until a transaction of the worker's has come as far as a row that ours has locked. */
export async function workerWaits(owner: Db): Promise<void> {
  const waiting = `select 1 from pg_locks where not granted and pid in
    (select pid from pg_stat_activity where application_name = 'mallflow-worker' and datname = current_database())`;
  await eventually(
    async () => (await rows(owner, waiting)).length,
    (count) => count > 0,
  );
}
