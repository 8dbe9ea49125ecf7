// @ts-check
'use strict';

const { setTimeout: delay } = require('node:timers/promises');

/**
 * Sends at a steady rate that nothing slows down: each at its moment, however long those before it take.
 * @template R
 * @param {{ perSecond: number, seconds: number }} offer
 * @param {(n: number, dueAt: number) => Promise<R>} send must not reject; `dueAt` is its moment, as performance.now()
 * @returns {Promise<R[]>}
 */
async function steadily({ perSecond, seconds }, send) {
  const startedAt = performance.now();
  /** @type {Promise<R>[]} */
  const answers = [];
  while (answers.length < perSecond * seconds) {
    const dueAt = startedAt + (answers.length / perSecond) * 1_000;
    const early = dueAt - performance.now();
    if (early > 0) await delay(early);
    else answers.push(send(answers.length, dueAt));
  }
  return Promise.all(answers);
}

module.exports = { steadily };
