// @ts-check
'use strict';

/**
 * One kind of client, in a process of its own so that its CPU can be told from everybody else's. Its parent sends
 * `{ id, task, … }` and gets `{ id, result }` or `{ id, error }`.
 */

const { openBare } = require('./bare');
const { openHttp } = require('./http');
const { openSql } = require('./sql');
const { burst } = require('./burst');

/** @type {any} settings are typed where they are used */
const { kind, settings } = JSON.parse(process.argv[2] ?? '{}');

/** @typedef {{ workflowId: string, create: number, pay?: number, close?: number }} Sample */

/** @type {any} each kind has what the tasks sent to it need */
const client = kind === 'http' ? openHttp(settings) : kind === 'sql' ? openSql(settings) : openBare(settings);
let next = 0;

/**
 * `count` purchases with never more than `inFlight` at once.
 * @param {{ count: number, inFlight: number, who: 'spread' | 'hot', only?: 'create' }} task
 */
async function run({ count, inFlight, who, only }) {
  for (const status of Object.keys(client.retries)) delete client.retries[status];
  /** @type {Sample[]} */
  const samples = [];
  let left = count;
  const startedAt = performance.now();
  const one = async () => {
    while (left > 0) {
      left -= 1;
      next += 1;
      samples.push(await (only === 'create' ? client.createOnly(next, who) : client.purchase(next, who)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, one));
  return { samples, elapsedMs: performance.now() - startedAt, retries: { ...client.retries } };
}

/** @type {Record<string, (task: any) => Promise<unknown>>} */
const tasks = {
  run,
  burst: (task) => burst(client, task),
  historyLengths: ({ workflowIds }) => client.historyLengths(workflowIds),
  send: ({ call }) => client.send(call),
};

process.on('message', (/** @type {any} */ { id, task, ...rest }) => {
  Promise.resolve()
    .then(() => tasks[task]?.(rest))
    .then(
      (result) => process.send?.({ id, result }),
      (/** @type {unknown} */ error) =>
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
});
// A parent that is gone leaves nothing to do.
process.on('disconnect', () => process.exit(0));
