// @ts-check
'use strict';

const path = require('node:path');
const { withInstallation } = require('./lib/installation');
const { readOptions } = require('./lib/options');
const { overload, overloadTable, overloadTargets } = require('./lib/overload');
const { openPurchases, labels } = require('./lib/purchase-contest');
const tables = require('./lib/purchase-tables');
const { table, targetTable, isMet } = require('./lib/report');
const { quantile } = require('./lib/statistics');
const { latencies, rateOf, cpuOf, ratio } = require('./lib/stretches');
const { usageOf } = require('./lib/usage');

/** @typedef {import('./lib/purchase-contest').Variant} Variant */
/** @typedef {import('./lib/contest').Contest<Variant>} Contest */
/** @typedef {import('./lib/contest').Stretch} Stretch */
/** @typedef {import('./lib/purchase-tables').Block} Block */

const options = readOptions(
  `What a purchase costs, beside the least it could: npm run bench:purchase -- [options]   (after npm run build)

Starts servers of its own and interleaves, block by block, Mallflow over real HTTP, a bare workflow with the same
messages, clocks and no-op activities (local and normal ones), and the same database work without an engine.
Figures are of this machine and moment; the ratios, medians over the blocks, are what to compare.`,
  {
    blocks: { default: 5, says: 'how often everything is repeated' },
    'per-block': { default: 40, says: 'purchases of each kind and block, one at a time; more with many in flight' },
    levels: { default: '16,64,200', says: 'how many in flight at once' },
    quick: { default: false, says: 'two small blocks with 16 in flight: a look, not a measurement' },
    profile: { default: '', says: 'only Mallflow, with CPU profiles of API and worker written to this folder' },
    json: { default: false, says: 'print everything measured as JSON instead of tables' },
  },
);
const blockCount = options.quick ? 2 : options.blocks;
const perBlock = options.quick ? 10 : options['per-block'];
const levels = (options.quick ? '16' : options.levels).split(',').map(Number);

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @param {Contest} contest @param {number} index @returns {Promise<Block>} */
async function runBlock(contest, index) {
  /** @type {Block['hot']} */
  const hot = {};
  const block = await contest.block(index, { count: perBlock, levels }, async (inFlight, amount) => {
    const one = /** @type {const} */ ({ ...amount, who: 'hot' });
    hot[inFlight] = { mallflow: await contest.stretch('mallflow', one), sql: await contest.stretch('sql', one) };
  });
  return { ...block, hot };
}

/** Shortest and longest history of each variant, over the purchases made one at a time and with many in flight. */
async function historyEvents(/** @type {Contest} */ contest, /** @type {readonly Block[]} */ blocks) {
  /** @type {Record<string, { min: number, max: number }>} */
  const events = {};
  for (const variant of contest.variants) {
    if (variant === 'sql') continue;
    for (const [when, pick] of /** @type {const} */ ([
      ['one at a time', (/** @type {Block} */ block) => block.single[variant]],
      [`${String(levels[0])} in flight`, (/** @type {Block} */ block) => block.levels[String(levels[0])]?.[variant]],
    ])) {
      const ids = blocks.flatMap((block) => (pick(block)?.samples ?? []).slice(0, 20).map((one) => one.workflowId));
      /** @type {number[]} */
      const lengths = await contest.client('bareLocal').ask('historyLengths', { workflowIds: ids });
      events[`${labels[variant]}, ${when}`] = { min: Math.min(...lengths), max: Math.max(...lengths) };
    }
  }
  return events;
}

/** @param {readonly Block[]} blocks @param {Record<string, { min: number, max: number }>} events */
function targetsOf(blocks, events) {
  const wholeP50 = (/** @type {import('./lib/contest').Stretch} */ s) => quantile(latencies(s, 'whole'), 0.5);
  const single = (/** @type {Variant} */ variant) => (/** @type {Block} */ block) => block.single[variant];
  const at16 = (/** @type {Variant} */ variant) => (/** @type {Block} */ block) => block.levels['16']?.[variant];
  const longest = events[`${labels.mallflow}, one at a time`]?.max ?? NaN;
  /** @type {import('./lib/report').Target[]} */
  const targets = [
    {
      what: 'p50 whole × bare local',
      value: ratio(blocks, wholeP50, single('mallflow'), single('bareLocal')),
      must: '<=',
      limit: 1.25,
    },
    {
      what: 'rate at 16 × bare local',
      value: ratio(blocks, rateOf, at16('mallflow'), at16('bareLocal')),
      must: '>=',
      limit: 0.85,
    },
    {
      what: 'CPU one at a time × bare local',
      value: ratio(blocks, cpuOf, single('mallflow'), single('bareLocal')),
      must: '<=',
      limit: 1.3,
    },
    {
      what: 'CPU at 16 × bare local',
      value: ratio(blocks, cpuOf, at16('mallflow'), at16('bareLocal')),
      must: '<=',
      limit: 1.3,
    },
    {
      what: 'p50 whole × bare normal',
      value: ratio(blocks, wholeP50, single('mallflow'), single('bareNormal')),
      must: '<=',
      limit: 0.55,
    },
    {
      what: 'rate at 16 × bare normal',
      value: ratio(blocks, rateOf, at16('mallflow'), at16('bareNormal')),
      must: '>=',
      limit: 1.2,
    },
    { what: 'history events of one purchase', value: longest, must: '<=', limit: 25 },
  ];
  return targets;
}

/** @param {readonly Block[]} blocks */
function floorsApart(blocks) {
  const p50 = (/** @type {import('./lib/contest').Stretch} */ s) => quantile(latencies(s, 'whole'), 0.5);
  return ratio(
    blocks,
    p50,
    (block) => block.single.bareNormal,
    (block) => block.single.bareLocal,
  );
}

/** Mallflow alone under the profiler; the profiles are written when its processes stop. */
async function profile(/** @type {import('./lib/installation').Installation} */ installation) {
  const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${path.resolve(options.profile)}`];
  const { contest } = await openPurchases(installation, { nodeOptions });
  await contest.warmUp();
  const single = await contest.stretch('mallflow', { count: perBlock, inFlight: 1 });
  const many = await contest.stretch('mallflow', { count: blockCount * perBlock, inFlight: 16 });
  say(JSON.stringify({ single: single.cpuMs, many: many.cpuMs, count: [single.count, many.count] }));
  return 0;
}

/** @param {import('./lib/installation').Installation} installation */
async function bench(installation) {
  if (options.profile !== '') return profile(installation);
  say('starting servers, API, workers and clients …');
  const { contest } = await openPurchases(installation);
  await contest.warmUp();
  /** @type {Block[]} */
  const blocks = [];
  for (let index = 0; index < blockCount; index += 1) {
    const startedAt = Date.now();
    blocks.push(await runBlock(contest, index));
    say(`block ${String(index + 1)} of ${String(blockCount)}: ${((Date.now() - startedAt) / 1_000).toFixed(0)} s`);
  }
  const events = await historyEvents(contest, blocks);
  const pids = { ...contest.pids('bareLocal'), ...contest.pids('mallflow') };
  const { residentKib } = usageOf(pids);
  const overloaded = await overload(contest);
  const apart = floorsApart(blocks);
  const targets = [...targetsOf(blocks, events), ...overloadTargets(overloaded)];
  if (options.json) {
    console.log(JSON.stringify({ floorsApart: apart, targets, events, residentKib, overload: overloaded, blocks }));
  } else {
    console.log(tables.latencyTable(blocks));
    console.log(tables.rateTable(blocks, levels));
    console.log(tables.queueTable(blocks, levels));
    console.log(tables.cpuTable(blocks, levels));
    console.log(tables.memoryTable(blocks, residentKib));
    const rows = Object.entries(events).map(([who, { min, max }]) => [who, min, max]);
    console.log(table('History events of a purchase', ['', 'fewest', 'most'], rows));
    console.log(overloadTable(overloaded));
  }
  // Floors that lie elsewhere measure something else: a verdict upon them would be worth nothing.
  if (!(apart >= 1.8 && apart <= 3.5)) {
    say(`The two floors are ${apart.toFixed(2)} × apart, not 1.8 to 3.5: no verdict.`);
    return 1;
  }
  if (!options.json) console.log(`\nThe two floors are ${apart.toFixed(2)} × apart.\n${targetTable(targets)}`);
  return targets.every(isMet) ? 0 : 3;
}

void withInstallation({ say }, bench);
