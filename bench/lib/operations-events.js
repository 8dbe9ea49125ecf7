// @ts-check
'use strict';

const http = require('node:http');
const { setTimeout: delay } = require('node:timers/promises');
const { recordChange } = require('../../dist/db/change/outbox');

/** @typedef {import('../../dist/db/connection').Db} Db */

/**
 * One client that listens; every change is told with the moment it was committed.
 * @param {string} apiUrl @param {string} token @param {(subjectId: string) => void} onChange
 * @returns {Promise<http.ClientRequest>} once it is listened to
 */
function listen(apiUrl, token, onChange) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const request = http.get(`${apiUrl}/v1/events`, { headers, agent: false }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`GET /v1/events: ${String(response.statusCode)}`));
      let text = '';
      response.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
        const parts = (text + chunk).split('\n\n');
        text = parts.pop() ?? '';
        // The first part is where it stands: from then on nothing is missed.
        if (parts.length > 0) resolve(request);
        for (const part of parts) {
          const subject = /"subjectId":"([^"]+)"/.exec(part)?.[1];
          if (subject !== undefined) onChange(subject);
        }
      });
    });
    request.on('error', reject);
  });
}

/**
 * Changes at a steady rate, heard by everybody: from the commit to each client, in milliseconds.
 * @param {{ apiUrl: string, db: Db, token: string, clients: number, changes: number, perSecond: number }} wish
 */
async function hearChanges({ apiUrl, db, token, clients, changes, perSecond }) {
  /** @type {Map<string, number>} */
  const committedAt = new Map();
  /** @type {number[]} */
  const ms = [];
  const onChange = (/** @type {string} */ subject) => {
    const at = committedAt.get(subject);
    // It may be told before our own COMMIT is answered: then not a moment was lost.
    ms.push(at === undefined ? 0 : performance.now() - at);
  };
  /** @type {http.ClientRequest[]} */
  const open = [];
  for (let n = 0; n < clients; n += 1) open.push(await listen(apiUrl, token, onChange));
  const startedAt = performance.now();
  for (let n = 0; n < changes; n += 1) {
    const early = startedAt + (n / perSecond) * 1_000 - performance.now();
    if (early > 0) await delay(early);
    const subjectId = `prd_bench${String(n)}`;
    await db.transaction((trx) => recordChange(trx, { type: 'product.list', subjectId }));
    committedAt.set(subjectId, performance.now());
  }
  const deadline = Date.now() + 30_000;
  while (ms.length < clients * changes && Date.now() < deadline) await delay(50);
  for (const request of open) request.on('error', () => undefined).destroy();
  return { ms, missing: clients * changes - ms.length };
}

module.exports = { hearChanges };
