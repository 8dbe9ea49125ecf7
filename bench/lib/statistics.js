// @ts-check
'use strict';

/**
 * The value below which a share of the samples lies (nearest rank).
 * @param {readonly number[]} samples
 * @param {number} share 0 to 1
 */
function quantile(samples, share) {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN;
}

/** @param {readonly number[]} samples the middle one, or the mean of the two in the middle */
function median(samples) {
  const sorted = [...samples].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

/** @param {readonly number[]} samples */
const sum = (samples) => samples.reduce((total, sample) => total + sample, 0);

module.exports = { quantile, median, sum };
