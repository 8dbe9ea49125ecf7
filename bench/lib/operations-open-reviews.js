// @ts-check
'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { openShopReviews } = require('./operations-shops');
const { residentKibOf } = require('./usage');

/** @typedef {import('../../dist/db/connection').Db} Db */
/** @typedef {{ open: number, mib: number, tookS: number }} Level so many reviews open, and the worker's memory at rest */

const inFlight = 12;
const lookEveryMs = 3_000;
const steadyLooks = 3;
const settledWithinMs = 60_000;

/**
 * Resident memory once several looks in a row differ by no more than 2 %.
 * @param {number} pid @returns {Promise<number>} MiB
 */
async function memoryAtRest(pid) {
  const deadline = Date.now() + settledWithinMs;
  /** @type {number[]} */
  let looks = [];
  for (;;) {
    looks = [...looks, residentKibOf(pid) / 1_024].slice(-steadyLooks);
    const [least, most] = [Math.min(...looks), Math.max(...looks)];
    if (least <= 0) throw new Error('the worker is gone');
    if (looks.length === steadyLooks && most <= least * 1.02) return most;
    if (Date.now() > deadline) throw new Error(`the worker does not come to rest: ${looks.join(', ')} MiB`);
    await delay(lookEveryMs);
  }
}

/**
 * Opens real reviews, each a run with its timer, up to each size in turn, and reads the worker's memory at rest.
 * @param {{ installation: import('./installation').Installation, db: Db, owner: Db, sizes: readonly number[],
 *   say: (line: string) => void }} wish sizes in all, each larger than the one before
 * @returns {Promise<Level[]>}
 */
async function openReviews({ installation, db, owner, sizes, say }) {
  const reviews = openShopReviews({ installation, db, owner });
  const pid = installation.pids('worker')['worker'] ?? -1;
  /** @type {Level[]} */
  const levels = [];
  let begun = 0;
  for (const size of sizes) {
    const startedAt = Date.now();
    const lane = async () => {
      while (begun < size) {
        begun += 1;
        await reviews.begin(`waiting${String(begun)}`);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    const tookS = (Date.now() - startedAt) / 1_000;
    const { rows } = await owner.raw(`select count(*) as waiting from reviews where state = 'waiting'`);
    if (Number(rows[0].waiting) !== size)
      throw new Error(`${String(rows[0].waiting)} reviews wait, not ${String(size)}`);
    const mib = await memoryAtRest(pid);
    levels.push({ open: size, mib, tookS });
    say(`${String(size)} reviews are open, the worker holds ${mib.toFixed(0)} MiB`);
  }
  await reviews.close();
  return levels;
}

/**
 * MiB that a thousand more open reviews cost the worker: from each level to the next.
 * @param {readonly Level[]} levels
 */
function slopes(levels) {
  return levels.slice(1).map((level, n) => {
    const before = /** @type {Level} */ (levels[n]);
    return ((level.mib - before.mib) / (level.open - before.open)) * 1_000;
  });
}

module.exports = { openReviews, slopes };
