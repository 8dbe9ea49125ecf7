import { Client } from 'pg';

type LockedTable = 'purchases' | 'enterprises' | 'ledger_balances' | 'commodities' | 'stock_allocations' | 'images';

/**
 * A row held by a connection of its own: whoever needs the row waits, and the case knows exactly where the product
 * stands, without any hook in it.
 */
export class RowLock {
  private seen = false;

  private constructor(
    private readonly holder: Client,
    private readonly watcher: Client,
    private readonly pid: number,
  ) {}

  static async take(url: string, table: LockedTable, id: string): Promise<RowLock> {
    const [holder, watcher] = [new Client({ connectionString: url }), new Client({ connectionString: url })];
    // Postgres itself may be what the case kills.
    for (const client of [holder, watcher]) client.on('error', () => undefined);
    await Promise.all([holder.connect(), watcher.connect()]);
    await holder.query('begin');
    const key = table === 'ledger_balances' ? 'account_id' : 'id';
    const { rows } = await holder.query<{ pid: number }>(
      `select pg_backend_pid() as pid from ${table} where ${key} = $1 for update`,
      [id],
    );
    if (rows[0] === undefined) throw new Error(`nothing to hold: ${table} ${id}`);
    return new RowLock(holder, watcher, rows[0].pid);
  }

  /** How many connections of the worker wait for the row, behind us or behind one another. */
  async waiting(): Promise<number> {
    const { rows } = await this.watcher.query<{ count: string }>(
      `with recursive behind as (
         select pid from pg_stat_activity where $1 = any(pg_blocking_pids(pid))
         union
         select a.pid from pg_stat_activity a join behind b on b.pid = any(pg_blocking_pids(a.pid))
       )
       select count(*) from behind join pg_stat_activity using (pid) where application_name = 'mallflow-worker'`,
      [this.pid],
    );
    const count = Number(rows[0]?.count);
    if (count > 0) this.seen = true;
    return count;
  }

  /** True once the worker was seen waiting here. A try that timed out comes again, so this need not be now. */
  async struck(): Promise<boolean> {
    return this.seen || (await this.waiting()) > 0;
  }

  async release(): Promise<void> {
    await Promise.allSettled([this.holder.query('rollback').catch(() => undefined)]);
    await Promise.allSettled([this.holder.end(), this.watcher.end()]);
  }
}
