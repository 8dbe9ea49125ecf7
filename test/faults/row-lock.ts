import { Client } from 'pg';

/** By what their rows are named. */
const keys = {
  purchases: 'id',
  enterprises: 'id',
  ledger_balances: 'account_id',
  commodities: 'id',
  stock_allocations: 'id',
  images: 'id',
  agreement_versions: 'version',
  seller_onboardings: 'id',
  certification_fees: 'id',
  merchant_applications: 'id',
  reviews: 'id',
} as const;

/** The API writes down what a command upon these brings, as rows that refer to them, before the worker hears of it. */
const referredTo: readonly string[] = ['merchant_applications', 'reviews'];

interface Hold {
  readonly sql: string;
  readonly values: readonly string[];
}

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

  static take(url: string, table: keyof typeof keys, id: string): Promise<RowLock> {
    const strength = referredTo.includes(table) ? 'no key update' : 'update';
    const sql = `select 1 from ${table} where ${keys[table]} = $1 for ${strength}`;
    return RowLock.hold(url, [{ sql, values: [id] }]);
  }

  /** By statements that are never committed: whoever inserts what they inserted waits too. Each must find its row. */
  static async hold(url: string, statements: readonly Hold[]): Promise<RowLock> {
    const [holder, watcher] = [new Client({ connectionString: url }), new Client({ connectionString: url })];
    // Postgres itself may be what the case kills.
    for (const client of [holder, watcher]) client.on('error', () => undefined);
    await Promise.all([holder.connect(), watcher.connect()]);
    await holder.query('begin');
    for (const { sql, values } of statements) {
      const { rowCount } = await holder.query(sql, [...values]);
      if (rowCount === 0) throw new Error(`nothing to hold: ${sql} ${values.join()}`);
    }
    const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
    return new RowLock(holder, watcher, rows[0]?.pid ?? 0);
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
