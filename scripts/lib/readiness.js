// @ts-check
'use strict';

const http = require('node:http');
const { waitUntil } = require('./processes');

/**
 * The status of one GET, or undefined when nobody answers.
 * @param {string} url
 * @returns {Promise<number | undefined>}
 */
function statusOf(url) {
  return new Promise((resolve) => {
    const request = http.get(url, { timeout: 3_000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => {
      resolve(undefined);
    });
  });
}

/**
 * Waits until `url()` answers 200. Gives up early when what should answer keeps dying.
 * @param {() => string} url asked each time: the port may change when a child is started again
 * @param {{ timeoutMs: number, deaths: () => number, maxDeaths: number }} limits
 * @returns {Promise<void>}
 */
async function waitForReady(url, { timeoutMs, deaths, maxDeaths }) {
  /** @type {number | undefined} */
  let last;
  const ready = await waitUntil(
    async () => {
      last = await statusOf(url());
      return last === 200 || deaths() >= maxDeaths;
    },
    { timeoutMs, everyMs: 100 },
  );
  if (ready && last === 200) return;
  if (deaths() >= maxDeaths) throw new Error(`It ended ${String(maxDeaths)} times while starting.`);
  throw new Error(`${url()} ${last === undefined ? 'does not answer' : `still answers ${String(last)}`}.`);
}

module.exports = { waitForReady };
