// @ts-check
'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { rows } = require('../../dist/db/connection');
const { started } = require('./sellers-world');
const { usageOf } = require('./usage');

/** @typedef {import('./sellers-world').SellersWorld} World */
/** @typedef {'entry' | 'verification' | 'sum' | 'own' | 'list'} Step */
/** @typedef {Record<Step, number[]>} Steps latencies in ms */
/** @typedef {{ few: Steps, many: Steps }} Taken */

/** @type {Readonly<Record<Step, string>>} */
const stepNames = {
  entry: 'a new seller enters',
  verification: 'it hands in its verification',
  sum: 'one that waited tells its sum',
  own: 'a seller looks at its case',
  list: 'an operator lists the cases',
};

/** @returns {Steps} */
const noSteps = () => ({ entry: [], verification: [], sum: [], own: [], list: [] });

/**
 * The same steps in both worlds, taking turns, another one first in each round: what else the machine does falls on both
 * alike.
 * @param {{ few: World, many: World }} worlds
 * @param {{ rounds: number, perRound: number }} size
 * @returns {Promise<Taken>}
 */
async function takeSteps(worlds, { rounds, perRound }) {
  const taken = { few: noSteps(), many: noSteps() };
  for (let round = 0; round < rounds; round += 1) {
    /** @type {('few' | 'many')[]} */
    const order = round % 2 === 0 ? ['few', 'many'] : ['many', 'few'];
    for (let n = 0; n < perRound; n += 1) for (const name of order) await takeEach(worlds[name], taken[name]);
  }
  await Promise.all([worlds.few.settle(), worlds.many.settle()]);
  return taken;
}

/** One of each step. @param {World} world @param {Steps} taken */
async function takeEach(world, taken) {
  const { at, ms } = await world.enter(await world.account());
  taken.entry.push(ms);
  taken.verification.push(await world.verify(at));
  const old = pick(world.waiting);
  taken.sum.push(await world.tellSum(old));
  taken.own.push(await look(world, `/v1/seller-onboardings/${old.onboardingId}`, old.token));
  taken.list.push(await look(world, '/v1/processes?kind=seller_onboarding', started(world.operatorToken)));
  // In the place of the one that moved on.
  world.waiting.push(at);
}

/** Any one of those that have waited, which is not one of the last. @template T @param {T[]} from @returns {T} */
function pick(from) {
  const [picked] = from.splice(Math.floor((Math.random() * from.length) / 2), 1);
  if (picked === undefined) throw new Error('no case waits any more: open more of them');
  return picked;
}

/** @param {World} world @param {string} path @param {string} token */
async function look(world, path, token) {
  const { status, ms } = await started(world.http).send({ method: 'GET', path, token });
  if (status !== 200) throw new Error(`GET ${path}: ${String(status)}`);
  return ms;
}

/**
 * What cases cost while nobody does anything. CPU in ms a second by process; rows that were read one after the other, a
 * second, by table: what grows here with the number of cases is a sweep without an index.
 * @typedef {{ open: number, cpu: Record<string, number>, workerMib: number, scanned: Record<string, number> }} Idle
 */

const parts = ['worker', 'api', 'temporal', 'postgres'];

/** @param {{ few: World, many: World }} worlds @param {number} seconds @returns {Promise<{ few: Idle, many: Idle }>} */
async function watchIdle({ few, many }, seconds) {
  const both = [few, many];
  const before = await Promise.all(both.map(spent));
  await delay(seconds * 1_000);
  const after = await Promise.all(both.map(spent));
  const [one, other] = both.map((world, n) => {
    const each = (/** @type {'cpuMs' | 'scanned'} */ what) => {
      const now = Object.entries(after[n]?.[what] ?? {});
      return Object.fromEntries(now.map(([name, value]) => [name, (value - (before[n]?.[what][name] ?? 0)) / seconds]));
    };
    const workerMib = (after[n]?.residentKib['worker'] ?? NaN) / 1_024;
    return { open: world.opened, cpu: each('cpuMs'), workerMib, scanned: each('scanned') };
  });
  return { few: /** @type {Idle} */ (one), many: /** @type {Idle} */ (other) };
}

/** @param {World} world */
async function spent(world) {
  const scans = /** @type {{ name: string, read: string }[]} */ (
    await rows(started(world.db), 'select relname as name, seq_tup_read as read from pg_stat_user_tables')
  );
  const scanned = Object.fromEntries(scans.map(({ name, read }) => [name, Number(read)]));
  return { ...usageOf(world.installation.pids(...parts)), scanned };
}

module.exports = { takeSteps, watchIdle, stepNames, parts };
