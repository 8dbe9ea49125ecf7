// @ts-check
'use strict';

const { quantile, median, sum } = require('./statistics');
const { table } = require('./report');
const { latencies, rateOf, cpuOf, ratio } = require('./stretches');

/** @typedef {import('./contest').Stretch} Stretch */

/**
 * @template {string} V
 * @typedef {import('./contest').Block<V>} Block
 */

/**
 * How the blocks of a contest are told.
 * @template {string} V
 * @typedef {object} Telling
 * @property {string} one what is done, once
 * @property {readonly string[]} commands of which it consists
 * @property {Readonly<Record<V, string>>} labels
 * @property {Readonly<Partial<Record<V, string>>>} floors what the others are held against, with a short name
 */

/** @param {Readonly<Record<string, string>>} labels */
const variantsOf = (labels) => Object.keys(labels);

/**
 * A variant at a level in flight; level 1 is one at a time.
 * @param {string} variant
 * @returns {(level: number) => (block: Block<string>) => Stretch | undefined}
 */
const at = (variant) => (level) => (block) => (level === 1 ? block.single[variant] : block.levels[level]?.[variant]);

/** @param {Telling<string>} telling @param {readonly Block<string>[]} blocks */
function latencyTable({ one, commands, labels, floors }, blocks) {
  const rows = [...commands, 'whole'].flatMap((command) =>
    variantsOf(labels).map((variant) => {
      const all = blocks.flatMap((block) => latencies(/** @type {Stretch} */ (block.single[variant]), command));
      const p50 = (/** @type {Stretch} */ stretch) => quantile(latencies(stretch, command), 0.5);
      return [
        `${command.padEnd(7)} ${labels[variant] ?? ''}`,
        ...[0.5, 0.95, 0.99].map((share) => quantile(all, share)),
        ...Object.keys(floors).map((floor) => ratio(blocks, p50, at(variant)(1), at(floor)(1))),
      ];
    }),
  );
  const against = Object.values(floors).map((floor) => `p50 × ${floor ?? ''}`);
  return table(`One ${one} at a time, ms`, ['', 'p50', 'p95', 'p99', ...against], rows);
}

/**
 * Rates at each level, and what else is told of each level.
 * @param {Telling<string>} telling
 * @param {readonly Block<string>[]} blocks
 * @param {readonly number[]} levels
 * @param {readonly (readonly import('./report').Cell[])[]} [more]
 */
function rateTable({ one, labels, floors }, blocks, levels, more = []) {
  const all = [1, ...levels];
  const [first = ''] = variantsOf(labels);
  const rows = [
    ...variantsOf(labels).map((variant) => [labels[variant], ...rates(blocks, all, at(variant))]),
    ...Object.entries(floors).map(([floor, name]) => [
      `${labels[first] ?? ''} ÷ ${name ?? ''}`,
      ...all.map((level) => ratio(blocks, rateOf, at(first)(level), at(floor)(level))),
    ]),
    ...more,
  ];
  return table(`How many ${one}s per second, by how many are in flight`, ['', ...all.map(String)], rows);
}

/**
 * @template B
 * @param {readonly B[]} blocks
 * @param {readonly number[]} levels
 * @param {(level: number) => (block: B) => Stretch | undefined} of
 */
const rates = (blocks, levels, of) =>
  levels.map((level) => median(blocks.flatMap((block) => of(level)(block) ?? []).map(rateOf)));

/**
 * Latencies with many in flight, of whoever is named.
 * @template B
 * @param {string} one
 * @param {readonly B[]} blocks
 * @param {readonly number[]} levels
 * @param {Readonly<Record<string, (level: number) => (block: B) => Stretch | undefined>>} who by what it is called
 */
function queueTable(one, blocks, levels, who) {
  const rows = levels.flatMap((level) =>
    Object.entries(who).map(([label, of]) => {
      const parts = blocks.flatMap((block) => of(level)(block) ?? []);
      const all = parts.flatMap((part) => latencies(part, 'whole'));
      const retried = (/** @type {number} */ status) =>
        sum(parts.map((part) => part.retries[status] ?? 0)) / sum(parts.map((part) => part.count));
      return [
        `${String(level).padStart(3)} ${label}`,
        ...[0.5, 0.95, 0.99].map((share) => quantile(all, share)),
        ...[202, 409, 429, 503].map(retried),
      ];
    }),
  );
  const head = ['in flight', 'p50', 'p95', 'p99', '202', '409', '429', '503'];
  return table(`Whole ${one} with many in flight, ms; answers that were asked again, each ${one}`, head, rows);
}

const processes = /** @type {const} */ (['client', 'api', 'worker', 'bareWorker', 'temporal', 'postgres']);

/** @param {Telling<string>} telling @param {readonly Block<string>[]} blocks @param {readonly number[]} levels */
function cpuTable({ one, labels, floors }, blocks, levels) {
  const [floor = '', name = ''] = Object.entries(floors)[0] ?? [];
  const rows = [1, ...levels].flatMap((level) =>
    variantsOf(labels).map((variant) => {
      const parts = blocks.flatMap((block) => at(variant)(level)(block) ?? []);
      const each = (/** @type {string} */ process) =>
        median(parts.map((part) => (part.cpuMs[process] ?? NaN) / part.count));
      return [
        `${String(level).padStart(3)} ${labels[variant] ?? ''}`,
        ...processes.map(each),
        median(parts.map(cpuOf)),
        ratio(blocks, cpuOf, at(variant)(level), at(floor)(level)),
      ];
    }),
  );
  return table(`CPU ms each ${one}, by process`, ['in flight', ...processes, 'all', `× ${name}`], rows);
}

/** @param {Telling<string>} telling @param {readonly Block<string>[]} blocks @param {Record<string, number>} residentKib at the end */
function memoryTable({ one, labels }, blocks, residentKib) {
  const rows = variantsOf(labels).map((variant) => {
    const parts = blocks.flatMap((block) =>
      [block.single, ...Object.values(block.levels)].flatMap((level) => level[variant] ?? []),
    );
    const count = sum(parts.map((part) => part.count));
    const each = (/** @type {string} */ name) =>
      parts[0]?.grownKib[name] === undefined ? undefined : sum(parts.map((part) => part.grownKib[name] ?? 0)) / count;
    return [labels[variant], ...processes.map(each), sum(processes.map((name) => each(name) ?? 0))];
  });
  const end = ['resident at the end, MiB', ...processes.map((name) => (residentKib[name] ?? NaN) / 1_024)];
  return table(`Memory: KiB grown each ${one}, by process`, ['', ...processes, 'all'], [...rows, end]);
}

module.exports = { at, rates, latencyTable, rateTable, queueTable, cpuTable, memoryTable };
