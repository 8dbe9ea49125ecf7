// @ts-check
'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { bareTable } = require('../load/bare-inbox');
const { Client } = require('./client');
const { openPool } = require('./furnish');
const { addPayments } = require('./payments-rows');
const { numberOf, openWorld } = require('./payments-world');
const { table } = require('./report');
const { median, quantile, sum } = require('./statistics');
const { usageOf } = require('./usage');

/** @typedef {import('./installation').Installation} Installation */
/** @typedef {import('./payments-rows').PaymentRows} PaymentRows */
/** @typedef {'mallflow' | 'bare'} Variant */

/**
 * What one side did in one block. CPU is milliseconds by process.
 * @typedef {object} Side
 * @property {number} count
 * @property {number} elapsedMs
 * @property {Record<string, number>} answers by status
 * @property {number[]} ms
 * @property {Record<string, number>} cpuMs
 */

/** @typedef {Record<Variant, Side>} Block */
/** @typedef {{ blocks: Block[], inFlight: number, takenIn: number, asked: number }} Measured */

const inFlight = 16;
/** Until code is compiled and connections stand, every figure is that of a cold start. */
const longestWarmUp = 3_000;

/** @type {Readonly<Record<Variant, string>>} */
const labels = { mallflow: 'Mallflow’s API over HTTP', bare: 'bare loop: verify, decrypt, insert' };

/**
 * Notifications as fast as 16 connections can send them, against the bare loop with as many inserts in flight, block by
 * block in turns. No worker runs: what is taken in stays in the inbox.
 * @param {Installation} installation
 * @param {{ blocks: number, perBlock: number, nodeOptions: readonly string[] }} size `nodeOptions`: of the API
 * @returns {Promise<Measured>}
 */
async function measureNotifications(installation, { blocks: count, perBlock, nodeOptions }) {
  const world = await openWorld(installation);
  const owner = openPool(installation.databaseUrl, null);
  await owner.raw(`create table ${bareTable} (like payment_inbox including all)`);
  const warmUp = Math.min(longestWarmUp, count * perBlock);
  const payments = await addPayments(world, { count: warmUp + count * perBlock, opened: true });
  await owner.raw('vacuum analyze');
  await installation.startApi(nodeOptions);
  await installation.apiIsReady();
  const { apiUrl, databaseUrl } = installation;
  const { stateDir } = world.outside;
  const entrants = {
    mallflow: { client: new Client('notifier', { apiUrl, stateDir }), parts: ['api', 'postgres'] },
    bare: { client: new Client('bareInbox', { databaseUrl, stateDir }), parts: ['postgres'] },
  };
  /** @param {Variant} variant @param {readonly PaymentRows[]} all @returns {Promise<Side>} */
  const side = async (variant, all) => {
    const { client, parts } = entrants[variant];
    await client.ask('prepare', { all });
    await delay(150);
    const pids = { client: client.pid, ...installation.pids(...parts) };
    const before = usageOf(pids).cpuMs;
    const done = await client.ask('takeIn', { inFlight });
    const after = usageOf(pids).cpuMs;
    const cpuMs = Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
    return { ...done, cpuMs };
  };
  for (const variant of /** @type {const} */ (['mallflow', 'bare'])) await side(variant, payments.slice(0, warmUp));
  /** @type {Block[]} */
  const blocks = [];
  for (let index = 0; index < count; index += 1) {
    const all = payments.slice(warmUp + index * perBlock, warmUp + (index + 1) * perBlock);
    /** @type {Partial<Block>} */
    const block = {};
    for (const variant of index % 2 === 0
      ? /** @type {const} */ (['mallflow', 'bare'])
      : /** @type {const} */ (['bare', 'mallflow']))
      block[variant] = await side(variant, all);
    blocks.push(/** @type {Block} */ (block));
  }
  const takenIn = await numberOf(
    owner,
    `select count(*) from payment_inbox where state = 'waiting' and payment_id is not null`,
  );
  for (const { client } of Object.values(entrants)) client.child.disconnect();
  await Promise.all([world.db.destroy(), owner.destroy()]);
  return { blocks, inFlight, takenIn, asked: payments.length };
}

/** @param {Side} side */
const perSecond = ({ count, elapsedMs }) => (count / elapsedMs) * 1_000;

/** @param {Measured} measured */
const rateRatio = ({ blocks }) => median(blocks.map(({ mallflow, bare }) => perSecond(mallflow) / perSecond(bare)));

/** @param {Measured} measured */
function notificationTables(measured) {
  const { blocks } = measured;
  const rates = (/** @type {Variant} */ variant) => blocks.map((block) => perSecond(block[variant]));
  const rows = /** @type {const} */ (['mallflow', 'bare']).map((variant) => [
    labels[variant],
    median(rates(variant)),
    Math.min(...rates(variant)),
    Math.max(...rates(variant)),
    ...[0.5, 0.99].map((share) =>
      quantile(
        blocks.flatMap((block) => block[variant].ms),
        share,
      ),
    ),
  ]);
  const each = (/** @type {Variant} */ variant, /** @type {string} */ name) =>
    median(blocks.map((block) => (block[variant].cpuMs[name] ?? NaN) / block[variant].count));
  const cpu = /** @type {const} */ (['mallflow', 'bare']).map((variant) => [
    labels[variant],
    ...['client', 'api', 'postgres'].map((name) => each(variant, name)),
    median(blocks.map((block) => sum(Object.values(block[variant].cpuMs)) / block[variant].count)),
  ]);
  const title = `Notifications taken in, ${String(blocks.length)} blocks of ${String(blocks[0]?.mallflow.count)}, ${String(measured.inFlight)} in flight`;
  return [
    table(
      title,
      ['', 'per second', 'slowest', 'fastest', 'p50 ms', 'p99 ms'],
      [...rows, ['ratio', rateRatio(measured)]],
    ),
    table(
      'CPU ms each notification (client: the load process, or the bare loop itself)',
      ['', 'client', 'api', 'postgres', 'all'],
      cpu,
    ),
  ].join('\n');
}

/** @param {Measured} measured @returns {import('./report').Target[]} */
function notificationTargets(measured) {
  const { blocks, takenIn, asked } = measured;
  const refused = sum(blocks.map(({ mallflow }) => mallflow.count - (mallflow.answers['204'] ?? 0)));
  return [
    { what: 'notifications: per second × bare loop', value: rateRatio(measured), must: '>=', limit: 0.5 },
    { what: 'notifications: not answered with 204', value: refused, must: '<=', limit: 0 },
    { what: 'notifications: sent and not in the inbox', value: asked - takenIn, must: '<=', limit: 0 },
  ];
}

module.exports = { measureNotifications, notificationTables, notificationTargets };
