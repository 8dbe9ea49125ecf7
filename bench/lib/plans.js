// @ts-check
'use strict';

/** @typedef {import('../../dist/db/connection').Db} Db */
/** @typedef {{ text: string, values: unknown[] }} Statement */
/** @typedef {{ query: (statement: Statement) => Promise<{ rows: Record<string, string>[] }> }} Connection */

/**
 * The plans of what a query function asks the database, with times and buffers: its statements are taken as they are
 * sent, so a plan shown is the plan of the product's own statement.
 * @param {Db} db
 * @param {(db: Db) => Promise<unknown>} query
 */
async function explain(db, query) {
  /** @type {Connection} */
  const connection = await db.client.acquireConnection();
  try {
    /** @type {Statement[]} */
    const sent = [];
    const listening = {
      query: (/** @type {Statement} */ statement) => {
        sent.push(statement);
        return connection.query(statement);
      },
    };
    // All that a query needs of a pool: where to get a connection and where to leave it.
    const pool = { acquireConnection: () => Promise.resolve(listening), releaseConnection: () => Promise.resolve() };
    await query(/** @type {Db} */ (/** @type {unknown} */ ({ client: pool })));
    if (sent.length === 0) throw new Error('nothing was asked');
    const plans = [];
    for (const { text, values } of sent) {
      const { rows } = await connection.query({ text: `explain (analyze, buffers) ${text}`, values });
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans.join('\n\n');
  } finally {
    await db.client.releaseConnection(connection);
  }
}

module.exports = { explain };
