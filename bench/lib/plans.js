// @ts-check
'use strict';

/** @typedef {import('../../dist/db/connection').Db} Db */

/**
 * The plans of what a query function asks the database, with times and buffers: its statements are taken as they are
 * sent, so a plan shown is the plan of the product's own statement.
 * @param {Db} db
 * @param {(db: Db) => Promise<unknown>} query
 */
async function explain(db, query) {
  /** @type {{ sql: string, bindings: readonly any[] }[]} */
  const sent = [];
  const listen = (/** @type {{ sql: string, bindings?: readonly any[] }} */ { sql, bindings = [] }) =>
    sent.push({ sql, bindings });
  db.on('query', listen);
  await query(db);
  db.removeListener('query', listen);
  const plans = [];
  for (const { sql, bindings } of sent) plans.push(await planOf(db, sql, bindings));
  return plans.join('\n\n');
}

/** @param {Db} db @param {string} sql with $1, $2 … @param {readonly any[]} bindings */
async function planOf(db, sql, bindings) {
  // knex reports the statement with numbered places and takes it with question marks.
  const places = [...sql.matchAll(/\$(\d+)/g)].map((place) => bindings[Number(place[1]) - 1]);
  const { rows } = await db.raw(`explain (analyze, buffers) ${sql.replace(/\$\d+/g, '?')}`, places);
  return rows.map((/** @type {Record<string, string>} */ row) => row['QUERY PLAN']).join('\n');
}

module.exports = { explain };
