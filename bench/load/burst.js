// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { steadily } = require('./steady');

/**
 * Offers creates at a steady rate, and takes each answer as it is: nobody asks again.
 * @param {ReturnType<import('./http').openHttp>} client
 * @param {{ perSecond: number, seconds: number }} offer
 * @returns {Promise<{ status: number, ms: number }[]>}
 */
function burst(client, offer) {
  return steadily(offer, async (n) => {
    const { token } = client.buyerOf(n, 'spread');
    const call = { path: '/v1/purchases', token, key: randomUUID(), body: client.order };
    const sentAt = performance.now();
    try {
      const { status, ms } = await client.send(call);
      return { status, ms };
    } catch {
      // Status 0: the connection itself was refused.
      return { status: 0, ms: performance.now() - sentAt };
    }
  });
}

module.exports = { burst };
