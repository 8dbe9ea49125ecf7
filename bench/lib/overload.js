// @ts-check
'use strict';

const { quantile } = require('./statistics');
const { table } = require('./report');

/** @typedef {import('./contest').Contest<import('./purchase-contest').Variant>} Contest */
/** @typedef {{ offered: { perSecond: number, seconds: number }, answers: { status: number, ms: number }[] }} Overload */

/** Several times what two cores can do. */
const offered = { perSecond: 200, seconds: 8 };

/** A command is answered within both of its deadlines (5 s each) or not at all. */
const acceptedWithinMs = 10_000;
const refusedWithinMs = 250;

/**
 * Far more creates than can be done, offered at a steady rate by clients that do not care.
 * @param {Contest} contest
 * @returns {Promise<Overload>}
 */
async function overload(contest) {
  return { offered, answers: await contest.client('mallflow').ask('burst', offered) };
}

/** @param {Overload} run @param {boolean} refused */
const latencies = ({ answers }, refused) =>
  answers.filter(({ status }) => [0, 429, 503].includes(status) === refused).map(({ ms }) => ms);

/** @param {Overload} run */
function overloadTable(run) {
  const statuses = [...new Set(run.answers.map(({ status }) => status))].sort();
  const rows = statuses.map((status) => {
    const ms = run.answers.filter((answer) => answer.status === status).map((answer) => answer.ms);
    return [String(status), ms.length, ...[0.5, 0.95, 0.99, 1].map((share) => quantile(ms, share))];
  });
  const title = `Overload: ${String(offered.perSecond)} creates a second for ${String(offered.seconds)} s, answers by status, ms`;
  return table(title, ['', 'answers', 'p50', 'p95', 'p99', 'longest'], rows);
}

/** @param {Overload} run @returns {import('./report').Target[]} */
function overloadTargets(run) {
  return [
    {
      what: 'overload: refused p99, ms',
      value: quantile(latencies(run, true), 0.99),
      must: '<=',
      limit: refusedWithinMs,
    },
    {
      what: 'overload: accepted, longest, ms',
      value: quantile(latencies(run, false), 1),
      must: '<=',
      limit: acceptedWithinMs,
    },
  ];
}

module.exports = { overload, overloadTable, overloadTargets };
