// @ts-check
'use strict';

const { table } = require('./report');
const { parts, stepNames } = require('./sellers-steps');
const { median, quantile } = require('./statistics');

/** @typedef {import('./sellers-steps').Step} Step */
/** @typedef {import('./report').Target} Target */
/**
 * What was found while so many cases were open. `setupS`: how long the cases more than before took to open.
 * @typedef {{ few: number, many: number, setupS: number, steps: import('./sellers-steps').Taken,
 *   idle: { few: import('./sellers-steps').Idle, many: import('./sellers-steps').Idle } }} Level
 */
/** @typedef {{ wanted: number, levels: Level[], recoveries: Restart[] }} Measured */
/** @typedef {import('./sellers-recovery').Recovery} Recovery */
/** @typedef {{ few: Recovery, many: Recovery }} Restart */

const steps = /** @type {Step[]} */ (Object.keys(stepNames));

/**
 * The middle one of what each step took with many, divided by what its neighbour in time took with few: a machine that is
 * slow for a while is slow for both.
 * @param {Level} level @param {Step} step
 */
const ratioOf = ({ steps: { few, many } }, step) => median(few[step].map((ms, n) => (many[step][n] ?? NaN) / ms));

/** @param {Measured} measured */
function sellersTables({ levels, recoveries }) {
  return [...levels.map(stepsTable), idleTable(levels), scannedTable(levels), recoveryTable(recoveries)].join('\n');
}

/** @param {Level} level */
function stepsTable(level) {
  const { few, many, setupS } = level;
  const rows = steps.map((step) => {
    const at = (/** @type {'few' | 'many'} */ side, /** @type {number} */ share) =>
      quantile(level.steps[side][step], share);
    return [
      stepNames[step],
      ...[at('few', 0.5), at('many', 0.5), ratioOf(level, step)],
      ...[at('few', 0.95), at('many', 0.95), at('many', 0.95) / at('few', 0.95)],
    ];
  });
  const title = `${String(few)} and ${String(many)} open cases side by side, ms (opened in ${setupS.toFixed(0)} s)`;
  return table(title, ['', 'p50 few', 'p50 many', 'in pairs', 'p95 few', 'p95 many', 'many ÷ few'], rows);
}

/** @param {readonly Level[]} levels */
function idleTable(levels) {
  const first = levels[0]?.idle.many;
  const row = (/** @type {import('./sellers-steps').Idle} */ side) => [
    String(side.open),
    ...parts.map((name) => (side.cpu[name] ?? NaN) / 10),
    side.workerMib,
  ];
  const rows = levels.flatMap(({ idle: { few, many } }) => {
    const grown = (many.workerMib - (first?.workerMib ?? NaN)) * 1_024;
    return [row(few), [...row(many), many === first ? undefined : grown / (many.open - (first?.open ?? NaN))]];
  });
  const head = ['open cases', ...parts.map((name) => `${name} %`), 'worker MiB', 'KiB each more'];
  return table('While nobody does anything: share of a core, the worker’s memory', head, rows);
}

/** Tables of which less is read than this are read whole because they are small. */
const worthTelling = 20;

/** @param {readonly Level[]} levels */
function scannedTable(levels) {
  const last = levels.at(-1)?.idle;
  const names = Object.entries(last?.many.scanned ?? {})
    .filter(([, perSecond]) => perSecond >= worthTelling)
    .map(([name]) => name);
  const rows = names.map((name) => [name, last?.few.scanned[name], last?.many.scanned[name]]);
  return table('Rows read without an index meanwhile, a second', ['table', 'few', 'many'], rows);
}

/** @param {readonly Restart[]} restarts */
function recoveryTable(restarts) {
  const rows = restarts.flatMap(({ few, many }) =>
    [few, many].map((one) => [
      String(one.cases),
      ...[one.worker, one.middle, one.sampled, one.counted],
      `${String(one.sample - one.refused)}/${String(one.sample)}`,
      ...[one.lost, one.stray],
    ]),
  );
  const head = [
    'open cases',
    'worker up',
    'one of the middle',
    'sample',
    'counted',
    'went on',
    'without run',
    'stray runs',
  ];
  return table('Worker and Temporal killed at once and started again, ms since the start', head, rows);
}

/** The most that a new step may take with all cases open, as a multiple of what it takes with few. */
const latencyLimit = 1.3;

/** @param {Measured} measured @returns {Target[]} */
function sellersTargets({ levels, recoveries, wanted }) {
  const last = levels.at(-1);
  if (last === undefined) return [];
  const open = `${String(last.many)} open`;
  const worst = (/** @type {'lost' | 'stray' | 'refused'} */ what) =>
    Math.max(...recoveries.map(({ many }) => many[what]));
  return [
    { what: 'cases opened ÷ wanted', value: last.many / wanted, must: '>=', limit: 1 },
    ...['entry', 'verification', 'sum'].map((step) => ({
      what: `${open}: ${stepNames[/** @type {Step} */ (step)]}, with many ÷ with few`,
      value: ratioOf(last, /** @type {Step} */ (step)),
      must: /** @type {const} */ ('<='),
      limit: latencyLimit,
    })),
    { what: `${open}: worker, MiB`, value: last.idle.many.workerMib, must: '<=', limit: 700 },
    { what: 'after a restart: of the sample not gone on', value: worst('refused'), must: '<=', limit: 0 },
    { what: 'after a restart: open cases without a run', value: worst('lost'), must: '<=', limit: 0 },
    { what: 'after a restart: runs without an open case', value: worst('stray'), must: '<=', limit: 0 },
  ];
}

module.exports = { sellersTables, sellersTargets };
