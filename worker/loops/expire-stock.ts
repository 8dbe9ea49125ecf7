import type { Db } from '../../db/connection';
import { expireCommodities } from '../../db/stock/upkeep-repository';

/** Short enough to hold no row for long. */
const batch = 100;

/** Writes down what has expired. Nobody waits for it: to reads and gates a commodity expires at its time. */
export async function expireStock(db: Db): Promise<void> {
  while ((await db.transaction((trx) => expireCommodities(trx, batch))) === batch);
}
