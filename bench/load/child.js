// @ts-check
'use strict';

/**
 * One kind of client, in a process of its own so that its CPU can be told from everybody else's. Its parent sends
 * `{ id, task, … }` and gets `{ id, result }` or `{ id, error }`.
 */

const { openBare } = require('./bare');
const { openBareInbox } = require('./bare-inbox');
const { openHttp } = require('./http');
const { openMall } = require('./mall');
const { openNotifier } = require('./notifier');
const { openSql } = require('./sql');
const { burst } = require('./burst');
const { reads } = require('./reads');

/** @type {any} settings are typed where they are used */
const { kind, settings } = JSON.parse(process.argv[2] ?? '{}');

/**
 * One purchase, create or allocation: how long each of its commands took.
 * @typedef {{ workflowId: string, ms: Record<string, number> }} Sample
 */

/** @type {Readonly<Record<string, (settings: any) => any>>} each kind has what the tasks sent to it need */
const kinds = {
  http: openHttp,
  mall: openMall,
  sql: openSql,
  bare: openBare,
  notifier: openNotifier,
  bareInbox: openBareInbox,
};
const client = kinds[kind]?.(settings);
let next = 0;

/**
 * `count` times the act, with never more than `inFlight` at once.
 * @param {import('../lib/client').Task & { who: 'spread' | 'hot' }} task
 */
async function run({ count, inFlight, who, act }) {
  for (const status of Object.keys(client.retries)) delete client.retries[status];
  /** @type {Sample[]} */
  const samples = [];
  let left = count;
  const startedAt = performance.now();
  const one = async () => {
    while (left > 0) {
      left -= 1;
      next += 1;
      samples.push(await client[act](next, who));
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, one));
  return { samples, elapsedMs: performance.now() - startedAt, retries: { ...client.retries } };
}

/** @type {Record<string, (task: any) => Promise<unknown>>} */
const tasks = {
  run,
  burst: (task) => burst(client, task),
  reads: (task) => reads(client, task),
  historyLengths: ({ workflowIds }) => client.historyLengths(workflowIds),
  send: ({ call }) => client.send(call),
  prepare: (task) => client.prepare(task),
  takeIn: (task) => client.takeIn(task),
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
