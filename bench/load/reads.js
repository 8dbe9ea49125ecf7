// @ts-check
'use strict';

const { steadily } = require('./steady');

/**
 * One read: from its moment until its answer was there, whenever it was really sent.
 * @typedef {{ kind: string, status: number, ms: number, lateMs: number }} Read
 */

/**
 * Reads at a steady rate, the calls in turn.
 * @param {ReturnType<import('./mall').openMall>} client
 * @param {{ perSecond: number, seconds: number, calls: readonly { kind: string, path: string, token: string }[] }} offer
 * @returns {Promise<Read[]>}
 */
function reads(client, { calls, ...rate }) {
  return steadily(rate, async (n, dueAt) => {
    const { kind, ...call } = /** @type {typeof calls[number]} */ (calls[n % calls.length]);
    const lateMs = performance.now() - dueAt;
    // Status 0: the connection itself was refused.
    const { status } = await client.send({ method: 'GET', ...call }).catch(() => ({ status: 0 }));
    return { kind, status, ms: performance.now() - dueAt, lateMs };
  });
}

module.exports = { reads };
