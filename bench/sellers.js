// @ts-check
'use strict';

const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { withInstallations } = require('./lib/installation');
const { readNumbers, readOptions } = require('./lib/options');
const { isMet, targetTable } = require('./lib/report');
const { recover } = require('./lib/sellers-recovery');
const { takeSteps, watchIdle } = require('./lib/sellers-steps');
const { sellersTables, sellersTargets } = require('./lib/sellers-tables');
const { SellersWorld } = require('./lib/sellers-world');

/** @typedef {import('./lib/installation').Installation} Installation */
/** @typedef {import('./lib/sellers-tables').Level} Level */
/** @typedef {{ few: SellersWorld, many: SellersWorld }} Worlds */

const options = readOptions(
  `What open onboardings of sellers cost, whether a new step gets slower by them, and how all go on after a restart:
npm run bench:sellers -- [options]   (after npm run build)

Starts two whole installations, each with the emulated outside parties: one with few open cases, one with many, all
opened over HTTP. The same steps are taken in both in turns and compared; then worker and Temporal of each are killed at
once. With --cases of several numbers each is measured: the slope.`,
  {
    small: { default: 200, says: 'open cases of the small installation' },
    cases: { default: '2500,10000', says: 'open cases of the large one; several numbers, one after the other' },
    every: { default: 4, says: 'one case in so many waits for the sum of its transfer, the others have signed' },
    'setup-minutes': { default: 10, says: 'no more cases are opened after so long; what there is is measured' },
    rounds: { default: 20, says: 'rounds of steps, the installations in turns' },
    'per-round': { default: 5, says: 'of each step, each installation and round' },
    watch: { default: 60, says: 'seconds that the idle installations are watched' },
    restarts: { default: 3, says: 'how often worker and Temporal of each are killed' },
    sample: { default: 60, says: 'cases that go on after each restart' },
    cache: { default: 1_500, says: 'runs the worker keeps in memory (MALLFLOW_WORKFLOW_CACHE)' },
    profile: { default: '', says: 'write a CPU profile of the large installation’s worker to this folder' },
    quick: { default: false, says: '60 and 120 cases, few of everything: a look, not a measurement' },
    json: { default: false, says: 'print everything measured as JSON instead of tables' },
  },
);
const sizes = options.quick
  ? { small: 60, cases: [120], rounds: 3, perRound: 3, watch: 10, restarts: 1, sample: 10 }
  : { ...options, cases: readNumbers('cases', options.cases), perRound: options['per-round'] };

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** Everything there is to measure at one moment. @param {Worlds} worlds @param {number} setupS @returns {Promise<Level>} */
async function measure(worlds, setupS) {
  const { few, many } = worlds;
  say(`steps with ${String(few.opened)} and ${String(many.opened)} open cases, in turns …`);
  const open = { few: few.opened, many: many.opened };
  const steps = await takeSteps(worlds, sizes);
  say(`nobody does anything for ${String(sizes.watch)} s …`);
  await delay(2_000);
  return { ...open, setupS, steps, idle: await watchIdle(worlds, sizes.watch) };
}

/** @param {Worlds} worlds */
async function measureAll(worlds) {
  const { few, many } = worlds;
  const { every } = options;
  say(`${String(sizes.small)} cases are opened in each …`);
  const unbounded = { count: sizes.small, every, deadline: Infinity };
  await Promise.all([few.open(unbounded), many.open(unbounded)]);
  // Equal ones are compared first: what they differ by is the measurement's own.
  const levels = [await measure(worlds, 0)];
  const setupMs = options['setup-minutes'] * 60_000;
  let leftMs = setupMs;
  for (const count of sizes.cases) {
    const startedAt = Date.now();
    say(`${String(count)} cases are opened in the large one …`);
    await many.open({ count, every, deadline: startedAt + leftMs, say });
    const tookMs = Date.now() - startedAt;
    leftMs -= tookMs;
    levels.push(await measure(worlds, tookMs / 1_000));
    if (leftMs <= 0) break;
  }
  return levels;
}

/** @param {Installation[]} installations */
async function bench([one, other]) {
  const worlds = {
    few: new SellersWorld(/** @type {Installation} */ (one), 'few'),
    many: new SellersWorld(/** @type {Installation} */ (other), 'many'),
  };
  say('starting servers, outside parties, APIs and workers …');
  const { profile } = options;
  const profiled = profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profile)}`];
  await Promise.all([worlds.few.start(), worlds.many.start(profiled)]);
  const levels = await measureAll(worlds);
  const recoveries = [];
  for (let n = 0; n < sizes.restarts; n += 1) {
    const size = { sample: sizes.sample, restartsLeft: sizes.restarts - n, say };
    say('worker and Temporal of the small one are killed …');
    const few = await recover(worlds.few, size);
    say('worker and Temporal of the large one are killed …');
    recoveries.push({ few, many: await recover(worlds.many, size) });
  }
  const measured = { wanted: sizes.cases.at(-1) ?? 0, levels, recoveries };
  const targets = sellersTargets(measured);
  if (!options.json) console.log(sellersTables(measured));
  console.log(options.json ? JSON.stringify({ targets, measured }) : targetTable(targets));
  await Promise.all([worlds.few.stop(), worlds.many.stop()]);
  return targets.every(isMet) ? 0 : 3;
}

const environment = { MALLFLOW_WORKFLOW_CACHE: String(options.cache) };
void withInstallations(2, { say, environment }, bench);
