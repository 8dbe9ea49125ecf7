// @ts-check
'use strict';

const { listRows } = require('./operations-lists');
const { slopes } = require('./operations-open-reviews');
const { table } = require('./report');
const { quantile } = require('./statistics');

/** @typedef {import('./report').Target} Target */

/**
 * What the parts that were run have found.
 * @typedef {object} Found
 * @property {Awaited<ReturnType<typeof import('./operations-decisions').decide>>} [decisions]
 * @property {import('./operations-open-reviews').Level[]} [reviews]
 * @property {Awaited<ReturnType<typeof import('./operations-lists').askLists>>} [lists]
 * @property {Awaited<ReturnType<typeof import('./operations-events').hearChanges>>} [events]
 */

/** @param {Found} found @returns {Target[]} */
function operationsTargets({ decisions, reviews, lists, events }) {
  /** @type {Target[]} */
  const targets = [];
  const must = (/** @type {string} */ what, /** @type {number} */ value, /** @type {number} */ limit) =>
    void targets.push({ what, value, must: '<=', limit });
  if (decisions) {
    const [published, floor] = [decisions.decided, decisions.floor].map((ms) => quantile(ms, 0.5));
    must('decision to published, of the floor', (published ?? NaN) / (floor ?? NaN), 2.5);
  }
  if (reviews) {
    const [within, beyond] = slopes(reviews);
    must('a review beyond the cache, of one within', (beyond ?? NaN) / (within ?? NaN), 0.25);
  }
  if (lists) {
    const of = (/** @type {RegExp} */ kinds) => lists.filter(({ kind }) => kinds.test(kind)).map(({ ms }) => ms);
    must('queue p99, ms', quantile(of(/^queue/), 0.99), 50);
    must('processes p99, ms', quantile(of(/^(?:processes|counts)/), 0.99), 50);
  }
  if (events) {
    must('a change told, p99, ms', quantile(events.ms, 0.99), 1_000);
    must('changes not told', events.missing, 0);
  }
  return targets;
}

/**
 * @param {Found} found
 * @param {{ open: number, closed: number, rate: number, clients: number, cache: number }} size
 */
function operationsTables({ decisions, reviews, lists, events }, { open, closed, rate, clients, cache }) {
  const tables = [];
  if (decisions) {
    const figures = [decisions.decided, decisions.floor].flatMap((ms) => [quantile(ms, 0.5), quantile(ms, 0.99)]);
    tables.push(
      table('A decision, ms', ['', 'p50', 'p99', 'floor p50', 'floor p99'], [['approved and published', ...figures]]),
    );
  }
  if (reviews) {
    const steep = [undefined, ...slopes(reviews)];
    const rows = reviews.map((level, n) => [`${String(level.open)} open`, level.mib, steep[n], level.tookS]);
    const title = `Open reviews with their timers, the worker keeps ${String(cache)} runs in memory`;
    tables.push(table(title, ['', 'worker at rest, MiB', 'MiB each 1,000 more', 'opened in, s'], rows));
  }
  if (lists) {
    const title = `With ${String(open)} open and ${String(closed)} closed of each, ${String(rate)} pages a second, ms`;
    tables.push(table(title, ['', 'asked', 'p50', 'p99'], listRows(lists)));
  }
  if (events) {
    const told = [0.5, 0.9, 0.99, 1].map((share) => quantile(events.ms, share));
    const title = `From a commit to each of ${String(clients)} clients, ms`;
    tables.push(table(title, ['', 'p50', 'p90', 'p99', 'longest'], [['a change', ...told]]));
  }
  return tables.join('\n');
}

module.exports = { operationsTargets, operationsTables };
