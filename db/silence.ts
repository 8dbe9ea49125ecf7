/** As much of the driver's connection as is used here. */
export interface PgConnection {
  query(sql: string | PgStatement, done: (error: Error | null, result?: unknown) => void): void;
  query<R>(statement: PgStatement): Promise<{ rows: R[] }>;
  /** While it waits for an answer: at once. */
  end(): Promise<void>;
}

interface PgStatement {
  readonly text: string;
  readonly values: unknown[];
  readonly name?: string;
}

/** A statement got no answer in the time we give it (`answerTimeoutMs`), in the driver's own words. */
function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/**
 * Ends a connection with the first statement that nobody answers: whoever got it next would wait behind that statement,
 * or find themselves in a transaction whose beginning or end was answered too late to be heard. This is about knex's own
 * statements (begin, commit, rollback) as well, so it stands between knex and the driver.
 */
export function endWhenSilent(connection: PgConnection): void {
  const ask = connection.query.bind(connection) as (...asked: unknown[]) => unknown;
  const query = (statement: unknown, done?: (error: unknown, result: unknown) => void): unknown => {
    if (done === undefined)
      return (ask(statement) as Promise<unknown>).catch(async (error: unknown) => {
        if (isSilence(error)) await connection.end();
        throw error;
      });
    return ask(statement, (error: unknown, result: unknown) => {
      // rule: silent-connections-are-ended
      if (isSilence(error)) void connection.end().then(() => done(error, result));
      else done(error, result);
    });
  };
  connection.query = query as PgConnection['query'];
}
