// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { setTimeout: delay } = require('node:timers/promises');

/**
 * Offers creates at a steady rate that nothing slows down, and takes each answer as it is: nobody asks again.
 * @param {ReturnType<import('./http').openHttp>} client
 * @param {{ perSecond: number, seconds: number }} offer
 * @returns {Promise<{ status: number, ms: number }[]>}
 */
async function burst(client, { perSecond, seconds }) {
  const startedAt = performance.now();
  /** @type {Promise<{ status: number, ms: number }>[]} */
  const answers = [];
  const total = perSecond * seconds;
  while (answers.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1_000) * perSecond));
    while (answers.length < due) {
      const { token } = client.buyerOf(answers.length, 'spread');
      const call = { path: '/v1/purchases', token, key: randomUUID(), body: client.order };
      const sentAt = performance.now();
      answers.push(
        client.send(call).then(
          ({ status, ms }) => ({ status, ms }),
          // Status 0: the connection itself was refused.
          () => ({ status: 0, ms: performance.now() - sentAt }),
        ),
      );
    }
    await delay(5);
  }
  return Promise.all(answers);
}

module.exports = { burst };
