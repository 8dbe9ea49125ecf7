// @ts-check
'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { withInstallation } = require('./lib/installation');
const { readOptions } = require('./lib/options');
const { openPurchases } = require('./lib/purchase-contest');
const { table, targetTable, isMet } = require('./lib/report');
const { quantile } = require('./lib/statistics');
const { usageOf } = require('./lib/usage');

/** @typedef {import('./lib/installation').Installation} Installation */
/** @typedef {import('./lib/contest').Contest<import('./lib/purchase-contest').Variant>} Contest */

const options = readOptions(
  `What open purchases cost that nobody touches, and how fast one is answered after everything was killed:
npm run bench:idle -- [options]   (after npm run build)

Measures creates beside those of the bare workflow, opens the idle purchases over HTTP, measures again, then kills
Postgres, Temporal, API and worker with SIGKILL and starts them all at once.`,
  {
    idle: { default: 10_000, says: 'purchases left open' },
    blocks: { default: 5, says: 'blocks of creates before and after' },
    'per-block': { default: 40, says: 'creates of each kind and block, one at a time' },
    restarts: { default: 3, says: 'how often everything is killed' },
    quick: { default: false, says: '300 idle purchases, two small blocks, one restart: a look, not a measurement' },
    json: { default: false, says: 'print everything measured as JSON instead of tables' },
  },
);
const idle = options.quick ? 300 : options.idle;
const blocks = options.quick ? 2 : options.blocks;
const perBlock = options.quick ? 10 : options['per-block'];
const restarts = options.quick ? 1 : options.restarts;

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @typedef {{ mallflow: number[], bare: number[] }} Creates latencies in ms */

/** Creates of Mallflow and of the floor, taking turns. @param {Contest} contest @returns {Promise<Creates>} */
async function measureCreates(contest) {
  /** @type {Creates} */
  const creates = { mallflow: [], bare: [] };
  const task = /** @type {const} */ ({ act: 'createOnly', count: 10, inFlight: 1 });
  for (let done = 0; done < blocks * perBlock; done += task.count) {
    creates.mallflow.push(
      ...(await contest.client('mallflow').run(task)).samples.map((sample) => sample.ms['create'] ?? NaN),
    );
    creates.bare.push(
      ...(await contest.client('bareLocal').run(task)).samples.map((sample) => sample.ms['create'] ?? NaN),
    );
  }
  return creates;
}

/** @param {Contest} contest */
async function openIdle(contest) {
  const startedAt = Date.now();
  const part = 500;
  for (let done = 0; done < idle; done += part) {
    await contest.client('mallflow').run({ act: 'createOnly', count: Math.min(part, idle - done), inFlight: 16 });
    say(
      `${String(Math.min(done + part, idle))} idle purchases after ${((Date.now() - startedAt) / 1_000).toFixed(0)} s`,
    );
  }
}

/**
 * Kills everything and times, from the moment the restart begins, until an open purchase is paid.
 * @param {Installation} installation
 * @param {Contest} contest
 * @param {string} token
 */
async function restart(installation, contest, token) {
  const client = contest.client('mallflow');
  const opened = (await client.run({ act: 'createOnly', count: 1, inFlight: 1, who: 'hot' })).samples[0];
  const id = opened?.workflowId.replace('purchase:', '') ?? '';
  await installation.kill9();
  const startedAt = performance.now();
  const since = () => Math.round(performance.now() - startedAt);
  const servers = Promise.all([
    installation.startPostgres().then(() => say(`  Postgres is ready after ${String(since())} ms`)),
    installation.startTemporal().then(() => say(`  Temporal is ready after ${String(since())} ms`)),
  ]);
  // Nobody waits for anybody: each part finds the others when they are there.
  installation.startWorker();
  await installation.startApi();
  const call = { path: `/v1/purchases/${id}/pay`, token, key: `restart-${id}`, body: '{"method":"balance"}' };
  /** @type {Record<string, number>} */
  const answers = {};
  for (;;) {
    const reply = await client.ask('send', { call }).catch(() => ({ status: 0 }));
    answers[String(reply.status)] = (answers[String(reply.status)] ?? 0) + 1;
    if (reply.status === 200) break;
    if (since() > 60_000) throw new Error(`no answer after a restart: ${JSON.stringify(answers)}`);
    await delay(25);
  }
  const ms = since();
  await servers;
  say(`  paid ${String(ms)} ms after the restart began; answers by status ${JSON.stringify(answers)}`);
  return ms;
}

/** @param {Installation} installation */
async function bench(installation) {
  say('starting servers, API, workers and clients …');
  const { contest, buyers } = await openPurchases(installation);
  await delay(2_000);
  const names = ['api', 'worker', 'temporal', 'postgres'];
  const memory = () => usageOf(installation.pids(...names)).residentKib;
  const atRest = memory();
  await contest.warmUp();
  const before = await measureCreates(contest);
  const unburdened = memory();
  await openIdle(contest);
  const withIdle = memory();
  const after = await measureCreates(contest);
  const times = [];
  const token = buyers.hot[0]?.token ?? '';
  for (let n = 0; n < restarts; n += 1) times.push(await restart(installation, contest, token));
  report({ before, after, times, atRest, unburdened, withIdle });
  return targetsOf({ before, after, times, atRest, withIdle }).every(isMet) ? 0 : 3;
}

/** @typedef {Record<string, number>} Memory KiB by process */
/** @typedef {{ before: Creates, after: Creates, times: number[], atRest: Memory, withIdle: Memory }} Found */

/** @param {Found} found @returns {import('./lib/report').Target[]} */
function targetsOf({ before, after, times, atRest, withIdle }) {
  const mib = (/** @type {number | undefined} */ kib) => (kib ?? NaN) / 1_024;
  const ratio = quantile(after.mallflow, 0.5) / quantile(before.mallflow, 0.5);
  return [
    { what: `create p50 with ${String(idle)} idle × without`, value: ratio, must: '<=', limit: 1.3 },
    { what: 'API at rest, MiB', value: mib(atRest['api']), must: '<=', limit: 150 },
    { what: `worker with ${String(idle)} idle, MiB`, value: mib(withIdle['worker']), must: '<=', limit: 700 },
    { what: 'paid after killing everything, slowest, ms', value: Math.max(...times), must: '<=', limit: 4_000 },
  ];
}

/** @param {Found & { unburdened: Memory }} found */
function report(found) {
  if (options.json) return void console.log(JSON.stringify(found));
  const row = (/** @type {string} */ name, /** @type {number[]} */ ms) => [
    name,
    ...[0.5, 0.95, 0.99].map((share) => quantile(ms, share)),
  ];
  const { before, after } = found;
  const rows = [
    row('Mallflow, none idle', before.mallflow),
    row(`Mallflow, ${String(idle)} idle`, after.mallflow),
    row('bare local, none idle', before.bare),
    row(`bare local, ${String(idle)} idle`, after.bare),
    [
      'Mallflow, with ÷ without',
      ...[0.5, 0.95, 0.99].map((q) => quantile(after.mallflow, q) / quantile(before.mallflow, q)),
    ],
    ['bare local, with ÷ without', ...[0.5, 0.95, 0.99].map((q) => quantile(after.bare, q) / quantile(before.bare, q))],
  ];
  console.log(table('Create, one at a time, ms', ['', 'p50', 'p95', 'p99'], rows));
  const names = Object.keys(found.atRest);
  const mib = (/** @type {Memory} */ memory) => names.map((name) => (memory[name] ?? NaN) / 1_024);
  const each = names.map((name) => ((found.withIdle[name] ?? NaN) - (found.unburdened[name] ?? NaN)) / idle);
  const memories = [
    ['at rest, MiB', ...mib(found.atRest)],
    ['before the idle ones, MiB', ...mib(found.unburdened)],
    [`with ${String(idle)} idle, MiB`, ...mib(found.withIdle)],
    ['KiB each idle purchase', ...each],
  ];
  console.log(table('Resident memory', ['', ...names], memories));
  console.log(
    table(
      'Paid after everything was killed, ms',
      ['', ...found.times.map((_, n) => String(n + 1))],
      [['', ...found.times]],
    ),
  );
  console.log(targetTable(targetsOf(found)));
}

void withInstallation({ say }, bench);
