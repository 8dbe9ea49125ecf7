import knex, { type Knex } from 'knex';
import { types } from 'pg';
import { endWhenSilent, type PgConnection } from './silence';

export type Db = Knex;
export type Trx = Knex.Transaction;
/** Reads run on either; writes always take a {@link Trx}. */
export type Queryable = Db | Trx;

/** The group role the migrations create; it may not change ledger, audit or events. */
export const appRole = 'mallflow_app';

export interface DatabaseOptions {
  readonly url: string;
  /** `SET ROLE` on every connection; null when the URL names a login that is restricted already. */
  readonly role: typeof appRole | null;
  readonly poolMax: number;
  readonly applicationName: string;
  /** Bounds of one statement, of waiting for a lock, and of getting a connection, in milliseconds. */
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly acquireTimeoutMs: number;
  /**
   * A server that has said nothing for so long, in milliseconds, is as good as gone: it hangs, or the network does. More
   * than `statementTimeoutMs`, which the server itself keeps.
   */
  readonly answerTimeoutMs: number;
}

// bigint columns hold fen and row numbers: both stay far below 2^53, and a value that does not must not be rounded.
types.setTypeParser(types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint outside the safe range: ${text}`);
  return value;
});

export function connect(options: DatabaseOptions): Db {
  return knex({
    client: 'pg',
    connection: {
      connectionString: options.url,
      application_name: options.applicationName,
      connectionTimeoutMillis: options.acquireTimeoutMs,
      statement_timeout: options.statementTimeoutMs,
      // rule: silent-servers-are-not-waited-for
      query_timeout: options.answerTimeoutMs,
      idle_in_transaction_session_timeout: 30_000,
      keepAlive: true,
    },
    pool: {
      min: 0,
      max: options.poolMax,
      afterCreate: (connection: PgConnection, done: (error: Error | null, connection: PgConnection) => void) => {
        endWhenSilent(connection);
        const role = options.role === null ? '' : `set role ${options.role};`;
        connection.query(`${role} set lock_timeout = ${options.lockTimeoutMs}`, (error) => done(error, connection));
      },
    },
    acquireConnectionTimeout: options.acquireTimeoutMs,
    // Values may be personal or secret: they must not travel in error messages to logs and workflow histories.
    compileSqlOnError: false,
    // What fails is thrown at the caller, who logs it in our form; knex would print it a second time, past the log.
    log: { warn: () => undefined, error: () => undefined },
  });
}

/** The part of knex that hands out connections: of a transaction always its own, else one of the pool. */
interface Connections {
  acquireConnection(): Promise<PgConnection>;
  releaseConnection(connection: PgConnection): Promise<void>;
}

interface Statement {
  readonly text: string;
  readonly names: readonly string[];
  /** Under which each connection keeps it prepared; undefined when it is to be planned afresh each time. */
  readonly name: string | undefined;
}

/** A page of a list: its filters may be null, so the best plan depends on the values at hand. */
const page = /\blimit :limit\b/;

const statements = new Map<string, Statement>();

/** Turns `:name` into `$1`, but leaves casts alone: they keep PostgreSQL from guessing the type of a null. */
function statementOf(template: string): Statement {
  const known = statements.get(template);
  if (known !== undefined) return known;
  const names: string[] = [];
  const text = template.replace(/(?<!:):([a-z]\w*)/gi, (_, name: string) => `$${names.push(name)}`);
  // Preparing a statement once a connection halves what it costs the server: parsing and planning are the other half.
  const name = names.length === 0 || page.test(template) ? undefined : `mallflow_${statements.size}`;
  const statement = { text, names, name };
  statements.set(template, statement);
  return statement;
}

export type Bindings = Readonly<Record<string, unknown>>;

/**
 * Runs one SQL statement, given as a constant template with `:name` bindings, and returns its rows. It goes to the
 * driver on a connection of knex's: building, cloning and formatting a query that is plain SQL already was half of what
 * a statement cost us.
 */
export async function rows<R>(db: Queryable, template: string, bindings: Bindings = {}): Promise<R[]> {
  const { text, names, name } = statementOf(template);
  const values = names.map((binding) => {
    const value = bindings[binding];
    if (value === undefined) throw new Error(`no value for :${binding}`);
    return value;
  });
  if ('isCompleted' in db && db.isCompleted()) throw new Error('the transaction is over');
  const connections = db.client as Connections;
  const connection = await connections.acquireConnection();
  try {
    return (await connection.query<R>({ text, values, ...(name === undefined ? {} : { name }) })).rows;
  } finally {
    await connections.releaseConnection(connection);
  }
}

/** {@link rows} for a statement whose rows are of no interest. */
export async function run(db: Queryable, template: string, bindings: Bindings = {}): Promise<void> {
  await rows(db, template, bindings);
}

export async function firstRow<R>(db: Queryable, template: string, bindings: Bindings = {}): Promise<R | undefined> {
  return (await rows<R>(db, template, bindings))[0];
}

/** True when the roles of this pool could rewrite history: the product must not run like that. */
export async function mayRewriteLedger(db: Db): Promise<boolean> {
  const row = await firstRow<{ may: boolean }>(
    db,
    `select has_table_privilege('ledger_lines', 'UPDATE') or has_table_privilege('ledger_lines', 'DELETE') as may`,
  );
  return row?.may ?? true;
}
