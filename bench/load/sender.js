// @ts-check
'use strict';

const http = require('node:http');
const { randomUUID } = require('node:crypto');
const { setTimeout: delay } = require('node:timers/promises');

/** @typedef {{ status: number, text: string, retryAfter: number, ms: number }} Reply */
/** @typedef {{ method?: string, path: string, token: string, key?: string, body?: string, type?: string }} Call */

/**
 * Real HTTP on kept connections, a fresh Idempotency-Key for each command, and the patience the contract asks for: 429
 * and 503 are tried again under the same key after about Retry-After, and counted.
 * @param {string} apiUrl
 */
function openSender(apiUrl) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
  const { hostname, port } = new URL(apiUrl);
  /** @type {Record<number, number>} */
  const retries = {};

  /** @returns {Promise<Reply>} @param {Call} call */
  function send({ method = 'POST', path, token, key, body = '', type = 'application/json' }) {
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === '' ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
      };
      const request = http.request({ agent, hostname, port, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('error', reject);
        response.on('end', () => {
          const retryAfter = Number(response.headers['retry-after'] ?? 0);
          resolve({ status: response.statusCode ?? 0, text, retryAfter, ms: performance.now() - startedAt });
        });
      });
      request.on('error', (error) => {
        // A kept connection that the server had just let go: the same request on a new one.
        if (request.reusedSocket && /ECONNRESET|EPIPE/.test(String(error)))
          resolve(send({ method, path, token, body, type, ...(key === undefined ? {} : { key }) }));
        else reject(error);
      });
      request.end(body);
    });
  }

  /** @param {string} path @param {string} token @param {string} [body] */
  async function command(path, token, body) {
    const key = randomUUID();
    const startedAt = performance.now();
    for (;;) {
      const reply = await send({ path, token, key, ...(body === undefined ? {} : { body }) });
      if (reply.status === 200 || reply.status === 201) return { text: reply.text, ms: performance.now() - startedAt };
      if (![202, 409, 429, 503].includes(reply.status))
        throw new Error(`${path}: ${String(reply.status)} ${reply.text}`);
      if (reply.status === 409 && !reply.text.includes('IDEMPOTENCY_IN_FLIGHT'))
        throw new Error(`${path}: ${reply.text}`);
      retries[reply.status] = (retries[reply.status] ?? 0) + 1;
      await delay((reply.retryAfter || 0.2) * 1_000 * (0.5 + Math.random() / 2));
    }
  }

  return { retries, send, command };
}

module.exports = { openSender };
