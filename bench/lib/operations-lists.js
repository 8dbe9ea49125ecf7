// @ts-check
'use strict';

const { quantile } = require('./statistics');
const { openSender } = require('../load/sender');
const { reads } = require('../load/reads');

/**
 * What the lists are asked for: pages as a console asks for them, in turn.
 * @param {{ reviewer: string, operator: string, open: number, closed: number }} parts tokens, and how much there is
 */
function listCalls({ reviewer, operator, open, closed }) {
  const middle = (/** @type {string} */ prefix) => {
    const id = `${prefix}_01${String(Math.round((open + closed) / 2)).padStart(24, '0')}`;
    return `cursor=${Buffer.from(id, 'latin1').toString('base64url')}`;
  };
  const queue = [
    'state=waiting&sort=dueAt',
    'state=waiting&kind=product&sort=dueAt',
    'assignee=me&sort=dueAt',
    'overdue=true',
    'state=decided',
    middle('rev'),
  ];
  const processes = [
    'state=open',
    'state=open&stage=stocked',
    'overdue=true',
    'stuck=true',
    'state=completed',
    middle('prc'),
  ];
  return [
    ...queue.map((query) => ({ kind: `queue ${query}`, path: `/v1/reviews?limit=50&${query}`, token: reviewer })),
    ...processes.map((query) => ({
      kind: `processes ${query}`,
      path: `/v1/processes?limit=50&${query}`,
      token: operator,
    })),
    // A word is rarer than a page, and looked for in the newest 50,000.
    { kind: 'search by an enterprise', path: '/v1/processes?q=ent_01demo00000000000000000001', token: operator },
    { kind: 'search by a word', path: `/v1/processes?q=${encodeURIComponent('星河')}`, token: operator },
    { kind: 'counts', path: '/v1/processes/counts', token: operator },
    // What this machine makes wait that has nothing to do with lists.
    { kind: 'nothing at all', path: '/healthz', token: operator },
  ];
}

/**
 * At a rate that nothing slows down; a read counts from its moment on, whenever it was really sent.
 * @param {string} apiUrl
 * @param {{ perSecond: number, seconds: number, calls: ReturnType<typeof listCalls> }} offer
 */
async function askLists(apiUrl, { perSecond, seconds, calls }) {
  const client = /** @type {any} */ (openSender(apiUrl));
  // Until connections stand and pages are read, every figure is that of a cold start.
  await reads(client, { perSecond, seconds: 3, calls });
  const answers = await reads(client, { perSecond, seconds, calls });
  const failed = answers.filter(({ status }) => status !== 200);
  if (failed.length > 0)
    throw new Error(`${String(failed.length)} reads failed, the first with ${String(failed[0]?.status)}`);
  return answers;
}

/** @param {Awaited<ReturnType<typeof askLists>>} answers */
function listRows(answers) {
  const kinds = [...new Set(answers.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const ms = answers.filter((answer) => answer.kind === kind).map((answer) => answer.ms);
    return [kind.replace(/cursor=.*/, 'from the middle'), ms.length, quantile(ms, 0.5), quantile(ms, 0.99)];
  });
}

module.exports = { listCalls, askLists, listRows };
