// @ts-check
'use strict';

const { median, sum } = require('./statistics');

/** @typedef {import('./contest').Stretch} Stretch */

/** @param {Stretch} stretch @param {string} command or `whole`: all of them together */
const latencies = (stretch, command) =>
  stretch.samples.map(({ ms }) => (command === 'whole' ? sum(Object.values(ms)) : (ms[command] ?? NaN)));

/** @param {Stretch} stretch */
const rateOf = (stretch) => (stretch.count / stretch.elapsedMs) * 1_000;

/** @param {Stretch} stretch */
const cpuOf = (stretch) => sum(Object.values(stretch.cpuMs)) / stretch.count;

/**
 * The ratio of two stretches in each block, and the middle one of those.
 * @template B
 * @param {readonly B[]} blocks
 * @param {(stretch: Stretch) => number} figure
 * @param {(block: B) => Stretch | undefined} ours
 * @param {(block: B) => Stretch | undefined} theirs
 */
function ratio(blocks, figure, ours, theirs) {
  const each = blocks.flatMap((block) => {
    const [one, other] = [ours(block), theirs(block)];
    return one === undefined || other === undefined ? [] : [figure(one) / figure(other)];
  });
  return median(each);
}

module.exports = { latencies, rateOf, cpuOf, ratio };
