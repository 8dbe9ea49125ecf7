// @ts-check
'use strict';

const { verifyLedger } = require('../../dist/db/ledger/queries');
const { Client } = require('./client');
const { addPayments } = require('./payments-rows');
const { numberOf, openWorld, startPaymentWorker, until } = require('./payments-world');
const { table } = require('./report');
const { sum } = require('./statistics');
const { usageOf } = require('./usage');

/** @typedef {import('./installation').Installation} Installation */
/** @typedef {import('../load/notices').Told} Told */

/**
 * Seconds are from the start of the worker's process; the drain lasts from the first application to the last.
 * @typedef {object} Measured
 * @property {number} notifications
 * @property {number} payments
 * @property {number} takenInPerSecond
 * @property {number} firstAfterS
 * @property {number} drainedAfterS
 * @property {number} perSecond
 * @property {number} outOfOrder
 * @property {number} unsettled
 * @property {number} discrepancies
 * @property {Record<string, number>} cpuMs
 * @property {{ peakMib: number, endMib: number }} worker
 */

/** One payment in ten is told about twice, and the first message means something only before the second. */
const twiceEvery = 10;
const drainWithinMs = 3_600_000;

/**
 * Notifications while no worker is there, then a worker.
 * @param {Installation} installation
 * @param {{ count: number, say: (line: string) => void }} size
 * @returns {Promise<Measured>}
 */
async function measureBacklog(installation, { count, say }) {
  const world = await openWorld(installation);
  const { db } = world;
  const payments = await addPayments(world, {
    count: Math.ceil((count * twiceEvery) / (twiceEvery + 1)),
    opened: true,
  });
  say(`${String(payments.length)} payments as rows; their notifications come …`);
  const early = payments.slice(0, count - payments.length).map((one) => ({ ...one, paying: true }));
  await installation.startApi();
  await installation.apiIsReady();
  const takenInPerSecond = await tell(world, [early, payments]);
  const waiting = await numberOf(db, `select count(*) from payment_inbox where state = 'waiting'`);
  if (waiting !== count) throw new Error(`${String(waiting)} of ${String(count)} notifications wait`);
  say('the worker starts …');
  const drained = await drain(world, say);
  const discrepancies = (await verifyLedger(db)).length;
  const found = {
    notifications: count,
    payments: payments.length,
    takenInPerSecond,
    ...drained,
    discrepancies,
    outOfOrder: (await numberOf(db, outOfOrder)) + Math.abs(early.length - (await numberOf(db, seenPaying))),
    unsettled: payments.length - (await numberOf(db, settled)),
  };
  await db.destroy();
  return found;
}

/** Messages about one payment that were acted on before one that came earlier. */
const outOfOrder = `
  select count(*) from (
    select applied_at, lag(applied_at) over (partition by payment_id order by id) as before from payment_inbox
  ) pairs where applied_at < before`;

/** Payments that were seen being paid before they were: each of those told about twice, if order was kept. */
const seenPaying = `select count(*) from case_events where act = 'pay_begins'`;

const settled = `
  select count(*) from payments p join purchases u on u.id = p.subject_id
   where p.state = 'succeeded' and u.state = 'stocked'`;

const unapplied = `select count(*) from payment_inbox where state in ('waiting', 'told')`;

/**
 * Everything of one list, then everything of the next, so that what is about one payment comes in that order.
 * @param {import('./payments-world').World} world
 * @param {readonly (readonly Told[])[]} lists
 */
async function tell({ installation, outside }, lists) {
  const client = new Client('notifier', { apiUrl: installation.apiUrl, stateDir: outside.stateDir });
  /** @type {{ count: number, elapsedMs: number }[]} */
  const parts = [];
  for (const all of lists)
    // Signatures are good for five minutes, so not all are made beforehand.
    for (let from = 0; from < all.length; from += 2_000) {
      await client.ask('prepare', { all: all.slice(from, from + 2_000) });
      parts.push(await client.ask('takeIn', { inFlight: 16 }));
    }
  client.child.disconnect();
  return (sum(parts.map((part) => part.count)) / sum(parts.map((part) => part.elapsedMs))) * 1_000;
}

/** @param {import('./payments-world').World} world @param {(line: string) => void} say */
async function drain({ installation, db }, say) {
  const others = usageOf(installation.pids('temporal', 'postgres')).cpuMs;
  const startedAt = Date.now();
  startPaymentWorker(installation);
  const pids = installation.pids('worker', 'temporal', 'postgres');
  let peakKib = 0;
  let saidAt = startedAt;
  await until('the backlog to be drained', drainWithinMs, 500, async () => {
    peakKib = Math.max(peakKib, usageOf(installation.pids('worker')).residentKib['worker'] ?? 0);
    const left = await numberOf(db, unapplied);
    if (Date.now() - saidAt >= 15_000) {
      saidAt = Date.now();
      say(`  ${String(left)} left after ${((saidAt - startedAt) / 1_000).toFixed(0)} s`);
    }
    return left === 0;
  });
  const after = usageOf(pids);
  const { rows } = await db.raw(
    `select extract(epoch from min(applied_at)) as first, extract(epoch from max(applied_at)) as last, count(*) as n
       from payment_inbox where state = 'applied'`,
  );
  const [first, last] = [Number(rows[0].first), Number(rows[0].last)];
  return {
    firstAfterS: first - startedAt / 1_000,
    drainedAfterS: last - startedAt / 1_000,
    perSecond: (Number(rows[0].n) - 1) / (last - first),
    cpuMs: Object.fromEntries(Object.entries(after.cpuMs).map(([name, ms]) => [name, ms - (others[name] ?? 0)])),
    worker: { peakMib: peakKib / 1_024, endMib: (after.residentKib['worker'] ?? NaN) / 1_024 },
  };
}

/** @param {Measured} measured */
function backlogTables(measured) {
  const { notifications, payments, cpuMs, worker } = measured;
  const rows = [
    ['taken in before, per second', measured.takenInPerSecond],
    ['first acted on, s after the worker’s start', measured.firstAfterS],
    ['all acted on, s after the worker’s start', measured.drainedAfterS],
    ['acted on per second', measured.perSecond],
    ['worker: largest, MiB', worker.peakMib],
    ['worker: at the end, MiB', worker.endMib],
    ...Object.entries(cpuMs).map(([name, ms]) => [`${name}: CPU ms each notification`, ms / notifications]),
  ];
  const title = `A backlog of ${String(notifications)} notifications about ${String(payments)} payments`;
  return table(title, ['', ''], rows);
}

/** @param {Measured} measured @returns {import('./report').Target[]} */
function backlogTargets({ outOfOrder: wrong, unsettled, discrepancies, worker }) {
  return [
    { what: 'backlog: acted on out of order', value: wrong, must: '<=', limit: 0 },
    { what: 'backlog: payments not settled', value: unsettled, must: '<=', limit: 0 },
    { what: 'backlog: discrepancies of the ledger', value: discrepancies, must: '<=', limit: 0 },
    { what: 'backlog: worker, largest, MiB', value: worker.peakMib, must: '<=', limit: 700 },
  ];
}

module.exports = { measureBacklog, backlogTables, backlogTargets };
