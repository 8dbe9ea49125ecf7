// @ts-check
'use strict';

const { quantile, median, sum } = require('./statistics');
const { table } = require('./report');
const { variants, labels } = require('./contest');

/** @typedef {import('./contest').Variant} Variant */
/** @typedef {import('./contest').Stretch} Stretch */

/**
 * One block: each variant with one purchase at a time, at each level in flight, and buyers of one enterprise.
 * @typedef {object} Block
 * @property {Record<Variant, Stretch>} single
 * @property {Record<string, Record<Variant, Stretch>>} levels
 * @property {Record<string, Record<'mallflow' | 'sql', Stretch>>} hot
 */

const calls = /** @type {const} */ (['create', 'pay', 'close', 'whole']);

/** @param {Stretch} stretch @param {typeof calls[number]} call */
const latencies = (stretch, call) =>
  stretch.samples.map((one) =>
    call === 'whole' ? one.create + (one.pay ?? 0) + (one.close ?? 0) : (one[call] ?? NaN),
  );

/** @param {Stretch} stretch */
const rateOf = (stretch) => (stretch.count / stretch.elapsedMs) * 1_000;

/** @param {Stretch} stretch */
const cpuOf = (stretch) => sum(Object.values(stretch.cpuMs)) / stretch.count;

/**
 * The ratio of two stretches in each block, and the middle one of those.
 * @param {readonly Block[]} blocks
 * @param {(stretch: Stretch) => number} figure
 * @param {(block: Block) => Stretch | undefined} ours
 * @param {(block: Block) => Stretch | undefined} theirs
 */
function ratio(blocks, figure, ours, theirs) {
  const each = blocks.flatMap((block) => {
    const [one, other] = [ours(block), theirs(block)];
    return one === undefined || other === undefined ? [] : [figure(one) / figure(other)];
  });
  return median(each);
}

/** @param {readonly Block[]} blocks */
function latencyTable(blocks) {
  const rows = calls.flatMap((call) =>
    variants.map((variant) => {
      const all = blocks.flatMap((block) => latencies(block.single[variant], call));
      const p50 = (/** @type {Stretch} */ stretch) => quantile(latencies(stretch, call), 0.5);
      const against = (/** @type {Variant} */ floor) =>
        ratio(
          blocks,
          p50,
          (block) => block.single[variant],
          (block) => block.single[floor],
        );
      return [
        `${call.padEnd(7)} ${labels[variant]}`,
        ...[0.5, 0.95, 0.99].map((share) => quantile(all, share)),
        against('bareLocal'),
        against('bareNormal'),
      ];
    }),
  );
  return table('One purchase at a time, ms', ['', 'p50', 'p95', 'p99', 'p50 × local', 'p50 × normal'], rows);
}

/** @param {readonly Block[]} blocks @param {readonly number[]} levels */
function rateTable(blocks, levels) {
  const of = (/** @type {number} */ level, /** @type {Variant} */ variant) => (/** @type {Block} */ block) =>
    level === 1 ? block.single[variant] : block.levels[level]?.[variant];
  const all = [1, ...levels];
  const rates = (/** @type {(level: number) => (block: Block) => Stretch | undefined} */ at) =>
    all.map((level) => median(blocks.flatMap((block) => at(level)(block) ?? []).map(rateOf)));
  const hot =
    (/** @type {'mallflow' | 'sql'} */ variant) => (/** @type {number} */ level) => (/** @type {Block} */ block) =>
      block.hot[level]?.[variant];
  const ratios = (
    /** @type {(level: number) => (block: Block) => Stretch | undefined} */ at,
    /** @type {Variant} */ floor,
  ) => all.map((level) => ratio(blocks, rateOf, at(level), of(level, floor)));
  const own = (/** @type {number} */ level) => of(level, 'mallflow');
  const rows = [
    ...variants.map((variant) => [labels[variant], ...rates((level) => of(level, variant))]),
    ['(a) Mallflow, one hot balance', ...rates(hot('mallflow'))],
    ['(c) SQL alone, one hot balance', ...rates(hot('sql'))],
    ['(a) ÷ bare local', ...ratios(own, 'bareLocal')],
    ['(a) ÷ bare normal', ...ratios(own, 'bareNormal')],
    ['(a) hot ÷ (a) spread', ...ratios(hot('mallflow'), 'mallflow')],
  ];
  return table('Purchases per second, by how many are in flight', ['', ...all.map(String)], rows);
}

/** @param {readonly Block[]} blocks @param {readonly number[]} levels */
function queueTable(blocks, levels) {
  const rows = levels.flatMap((level) =>
    [...variants, /** @type {const} */ ('hot')].map((variant) => {
      const parts = blocks.flatMap((block) =>
        variant === 'hot' ? (block.hot[level]?.mallflow ?? []) : (block.levels[level]?.[variant] ?? []),
      );
      const all = parts.flatMap((part) => latencies(part, 'whole'));
      const retried = (/** @type {number} */ status) =>
        sum(parts.map((part) => part.retries[status] ?? 0)) / sum(parts.map((part) => part.count));
      return [
        `${String(level).padStart(3)} ${variant === 'hot' ? '(a) Mallflow, one hot balance' : labels[variant]}`,
        ...[0.5, 0.95, 0.99].map((share) => quantile(all, share)),
        ...[202, 409, 429, 503].map(retried),
      ];
    }),
  );
  const head = ['in flight', 'p50', 'p95', 'p99', '202', '409', '429', '503'];
  return table('Whole purchase with many in flight, ms; answers that were asked again, each purchase', head, rows);
}

const processes = /** @type {const} */ (['client', 'api', 'worker', 'bareWorker', 'temporal', 'postgres']);

/** @param {readonly Block[]} blocks @param {readonly number[]} levels */
function cpuTable(blocks, levels) {
  const rows = [1, ...levels].flatMap((level) =>
    variants.map((variant) => {
      const at = (/** @type {Variant} */ one) => (/** @type {Block} */ block) =>
        level === 1 ? block.single[one] : block.levels[level]?.[one];
      const parts = blocks.flatMap((block) => at(variant)(block) ?? []);
      const each = (/** @type {string} */ name) => median(parts.map((part) => (part.cpuMs[name] ?? NaN) / part.count));
      return [
        `${String(level).padStart(3)} ${labels[variant]}`,
        ...processes.map(each),
        median(parts.map(cpuOf)),
        ratio(blocks, cpuOf, at(variant), at('bareLocal')),
      ];
    }),
  );
  return table('CPU ms each purchase, by process', ['in flight', ...processes, 'all', '× local'], rows);
}

/** @param {readonly Block[]} blocks @param {Record<string, number>} residentKib at the end */
function memoryTable(blocks, residentKib) {
  const rows = variants.map((variant) => {
    const parts = blocks.flatMap((block) => [
      block.single[variant],
      ...Object.values(block.levels).map((at) => at[variant]),
    ]);
    const count = sum(parts.map((part) => part.count));
    const each = (/** @type {string} */ name) =>
      parts[0]?.grownKib[name] === undefined ? undefined : sum(parts.map((part) => part.grownKib[name] ?? 0)) / count;
    return [labels[variant], ...processes.map(each), sum(processes.map((name) => each(name) ?? 0))];
  });
  const end = ['resident at the end, MiB', ...processes.map((name) => (residentKib[name] ?? NaN) / 1_024)];
  return table('Memory: KiB grown each purchase, by process', ['', ...processes, 'all'], [...rows, end]);
}

module.exports = { latencies, rateOf, cpuOf, ratio, latencyTable, rateTable, queueTable, cpuTable, memoryTable };
