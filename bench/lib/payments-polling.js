// @ts-check
'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { parseEnvironment, timeProfile } = require('../../dist/config/env');
const { casePolicies } = require('../../dist/config/policies');
const { lazyClient, temporalTarget } = require('../../dist/temporal/connection');
const { Gateway } = require('../../dist/temporal/gateway');
const { startOfPayment } = require('../../dist/runs/resume-case');
const { channelReportedSignal } = require('../../dist/workflows/payment/contract');
const { allInFlight } = require('../load/in-flight');
const { addPayments } = require('./payments-rows');
const { numberOf, openWorld, startPaymentWorker, until } = require('./payments-world');
const { table } = require('./report');
const { quantile, sum } = require('./statistics');
const { usageOf } = require('./usage');

/** @typedef {import('./installation').Installation} Installation */
/** @typedef {import('./payments-world').World} World */

/**
 * What was seen while so many attempts were open.
 * @typedef {object} Watched
 * @property {number} open
 * @property {number} openedPerSecond while their runs began
 * @property {number} peakWhileOpening calls at the channel in one second, the creates included
 * @property {number[]} perSecond calls at the channel in each second that was watched
 * @property {number} failed calls that were not answered with 200
 * @property {number} overdue attempts whose turn was more than 10 s ago, at the end
 * @property {Record<string, number>} cpuMs of each process, while it was watched
 * @property {number} workerMib
 */
/** @typedef {{ levels: Watched[], ladderS: number[] }} Measured */

/** The emulator remembers so many seconds one by one. */
const longestS = 840;

/**
 * Opens attempts at the emulated channel, one run each, and watches how they are asked about when nobody pays and nobody
 * tells. Each number of attempts adds to those before.
 * @param {Installation} installation
 * @param {{ attempts: readonly number[], seconds: number, compress: number, say: (line: string) => void }} size
 * @returns {Promise<Measured>}
 */
async function measurePolling(installation, { attempts, seconds, compress, say }) {
  const world = await openWorld(installation);
  const settings = settingsOf(installation, compress);
  const gateway = gatewayOf(installation);
  startPaymentWorker(installation);
  /** @type {Watched[]} */
  const levels = [];
  for (const open of attempts) {
    say(`${String(open)} attempts are opened …`);
    const more = open - (levels.at(-1)?.open ?? 0);
    const opening = await openAttempts(world, {
      more,
      open,
      begin: (start) => gateway.wake(start, channelReportedSignal),
      settings,
    });
    say(`watched for ${String(Math.min(seconds, longestS))} s …`);
    levels.push({ open, ...opening, ...(await watch(world, Math.min(seconds, longestS))) });
  }
  await world.db.destroy();
  return { levels, ladderS: settings.policies.payment.askAgainMs.map((ms) => ms / 1_000) };
}

/** What runs live by, with shorter pauses. @param {Installation} installation @param {number} compress */
function settingsOf(installation, compress) {
  const config = parseEnvironment(installation.childEnvironment());
  const policies = casePolicies(config);
  const askAgainMs = policies.payment.askAgainMs.map((ms) => Math.round(ms / compress));
  return {
    policies: { ...policies, payment: { ...policies.payment, askAgainMs } },
    workflowTaskTimeoutMs: timeProfile(config).workflowTaskMs,
  };
}

/** @param {Installation} installation */
function gatewayOf({ temporalAddress }) {
  const client = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: temporalAddress }));
  return new Gateway(client, { acceptedWithinMs: 30_000, resultWithinMs: 30_000 });
}

/** So many are begun at a time, and so many may wait for the worker: what waits longer is woken as overdue. */
const chunk = 200;
const ahead = 400;

/**
 * Attempts are opened as fast as the worker can.
 * @param {World} world
 * @param {{ more: number, open: number, settings: ReturnType<typeof settingsOf>,
 *   begin: (start: import('../../dist/temporal/gateway').CaseStart) => Promise<void> }} how
 */
async function openAttempts(world, { more, open, settings, begin }) {
  const isOpen = (/** @type {number} */ count) =>
    until('attempts to be open', 600_000, 200, async () => (await numberOf(world.db, openCount)) >= count);
  await world.outside.control('DELETE', '/calls');
  const startedAt = performance.now();
  for (let begun = open - more; begun < open; begun += chunk) {
    await isOpen(begun - ahead);
    const payments = await addPayments(world, { count: Math.min(chunk, open - begun), opened: false });
    await allInFlight(payments, Array.from({ length: 16 }), (payment) => begin(startOfPayment(payment, settings)));
  }
  await isOpen(open);
  const calls = await world.outside.control('GET', '/calls');
  return {
    openedPerSecond: (more / (performance.now() - startedAt)) * 1_000,
    peakWhileOpening: Number(calls.peakPerSecond),
  };
}

const openCount = `select count(*) from payment_attempts where state = 'open'`;
const overdueCount = `select count(*) from payment_attempts where next_at < now() - interval '10 seconds'`;

/** @param {World} world @param {number} seconds */
async function watch({ installation, outside, db }, seconds) {
  const pids = installation.pids('worker', 'temporal', 'postgres', 'emulator');
  await outside.control('DELETE', '/calls');
  const before = usageOf(pids).cpuMs;
  const startedAt = Date.now();
  // What happens is counted at the channel; nothing is waited for here but the time itself.
  await delay(seconds * 1_000);
  /** @type {{ endpoints: { byStatus: Record<string, number> }[], perSecond: { at: string, count: number }[] }} */
  const calls = await outside.control('GET', '/calls');
  const after = usageOf(pids);
  // Seconds without a call are not told, and those at both ends were not watched whole.
  const counts = new Map(calls.perSecond.map(({ at, count }) => [Math.floor(Date.parse(at) / 1_000), count]));
  const first = Math.ceil(startedAt / 1_000);
  return {
    perSecond: Array.from({ length: Math.max(1, seconds - 1) }, (_, n) => counts.get(first + n) ?? 0),
    failed: sum(
      calls.endpoints.flatMap(({ byStatus }) =>
        Object.entries(byStatus).map(([status, n]) => (status === '200' ? 0 : n)),
      ),
    ),
    overdue: await numberOf(db, overdueCount),
    cpuMs: Object.fromEntries(Object.entries(after.cpuMs).map(([name, ms]) => [name, ms - (before[name] ?? 0)])),
    workerMib: (after.residentKib['worker'] ?? NaN) / 1_024,
  };
}

/** @param {Watched} watched */
const meanOf = ({ perSecond }) => sum(perSecond) / perSecond.length;
/** @param {Watched} watched */
const peakOf = ({ perSecond }) => Math.max(...perSecond);

/**
 * The most that chance alone would bring in one of so many seconds, when each question comes at a moment of its own:
 * Poisson's spread around the mean.
 * @param {Watched} watched
 */
const chanceOf = (watched) => {
  const mean = meanOf(watched);
  return mean + Math.sqrt(2 * Math.log(watched.perSecond.length) * mean);
};

/** @param {Measured} measured */
function pollingTables({ levels, ladderS }) {
  const first = levels[0];
  const seconds = first?.perSecond.length ?? 0;
  const rows = levels.map((level) => {
    const questions = sum(level.perSecond);
    return [
      String(level.open),
      level.openedPerSecond,
      level.peakWhileOpening,
      questions,
      meanOf(level),
      quantile(level.perSecond, 0.99),
      peakOf(level),
      peakOf(level) / meanOf(level),
      chanceOf(level) / meanOf(level),
    ];
  });
  const costs = levels.map((level) => {
    const each = (/** @type {string} */ name) => (level.cpuMs[name] ?? NaN) / sum(level.perSecond);
    return [
      String(level.open),
      ((level.cpuMs['worker'] ?? NaN) / (seconds * 1_000)) * 100,
      ...['worker', 'temporal', 'postgres', 'emulator'].map(each),
      level.workerMib,
      ((level.workerMib - (first?.workerMib ?? NaN)) * 1_024) / (level.open - (first?.open ?? NaN)),
    ];
  });
  const pauses = ladderS.map((s) => `${String(s)} s`).join(', ');
  const head = ['open', 'opened/s', 'peak then', 'questions', 'mean/s', 'p99/s', 'peak/s', 'peak ÷ mean', 'by chance'];
  return [
    table(`Open attempts, asked about after ${pauses}, for ${String(seconds)} s`, head, rows),
    table(
      'What asking costs: worker’s share of a core, CPU ms each question, memory',
      ['open', 'worker %', 'worker', 'temporal', 'postgres', 'emulator', 'worker MiB', 'KiB each more'],
      costs,
    ),
  ].join('\n');
}

/** @param {Measured} measured @returns {import('./report').Target[]} */
function pollingTargets({ levels }) {
  return levels.flatMap((level) => {
    const open = `polling ${String(level.open)}`;
    return /** @type {const} */ ([
      // Attempts opened together would all be asked in one second out of hundreds if nothing spread them.
      {
        what: `${open}: peak second ÷ what chance brings`,
        value: peakOf(level) / chanceOf(level),
        must: '<=',
        limit: 3,
      },
      { what: `${open}: questions a second, mean`, value: meanOf(level), must: '>=', limit: 0.1 },
      { what: `${open}: questions not answered`, value: level.failed, must: '<=', limit: 0 },
      { what: `${open}: not asked when due (10 s)`, value: level.overdue, must: '<=', limit: 0 },
    ]);
  });
}

module.exports = { measurePolling, pollingTables, pollingTargets };
