// @ts-check
'use strict';

const { explain } = require('./plans');
const { quantile } = require('./statistics');

/** @typedef {import('../../dist/db/connection').Db} Db */

/**
 * Something that is asked over HTTP, and the query that answers it.
 * @typedef {{ name: string, path: string, token: string, query: (db: Db) => Promise<unknown> }} Question
 */

/** @typedef {{ name: string, ms: number[], plan: string, text: string }} Found */

/** Until connections stand and pages are read, every figure is that of a cold start. */
const unmeasured = 3;

/**
 * @param {import('./client').Client} client
 * @param {Db} db
 * @param {Question} question
 * @param {number} calls
 * @returns {Promise<Found>}
 */
async function ask(client, db, { name, path, token, query }, calls) {
  const ms = [];
  let text = '';
  for (let n = 0; n < calls + unmeasured; n += 1) {
    const reply = await client.ask('send', { call: { method: 'GET', path, token } });
    if (reply.status !== 200) throw new Error(`${path}: ${String(reply.status)} ${reply.text}`);
    if (n >= unmeasured) ms.push(reply.ms);
    text = reply.text;
  }
  return { name, ms, text, plan: await explain(db, query) };
}

/** Of the first plan: what Postgres took, and the pages it touched. @param {string} plan */
function costOf(plan) {
  const buffers = /Buffers: ([^\n]*)/.exec(plan)?.[1]?.replace('shared ', '');
  const pages = [...(buffers ?? '').matchAll(/(?:hit|read)=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  return { ms: /Execution Time: (\S+)/.exec(plan)?.[1], buffers, pages };
}

/** A row of the table of what was asked. @param {Found} found */
function foundRow({ name, ms, plan }) {
  const cost = costOf(plan);
  return [name, ...[0.5, 0.99].map((share) => quantile(ms, share)), cost.ms, cost.buffers];
}

const foundHead = ['', 'p50', 'p99', 'in Postgres', 'pages'];

module.exports = { ask, costOf, foundRow, foundHead };
