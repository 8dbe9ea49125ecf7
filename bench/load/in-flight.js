// @ts-check
'use strict';

/**
 * Works through everything with so many at once, each worker with something of its own (a connection), and times it.
 * @template T, W
 * @param {readonly T[]} things
 * @param {readonly W[]} workers
 * @param {(thing: T, worker: W) => Promise<unknown>} work
 * @returns {Promise<{ count: number, elapsedMs: number }>}
 */
async function allInFlight(things, workers, work) {
  const left = things.values();
  const startedAt = performance.now();
  await Promise.all(
    workers.map(async (worker) => {
      for (const thing of left) await work(thing, worker);
    }),
  );
  return { count: things.length, elapsedMs: performance.now() - startedAt };
}

module.exports = { allInFlight };
