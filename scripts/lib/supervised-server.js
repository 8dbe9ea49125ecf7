// @ts-check
'use strict';

const { setTimeout: delay } = require('node:timers/promises');

/**
 * @typedef {{ ended: Promise<string>, stop: () => Promise<void>, kill9: () => Promise<void> }} Server
 */

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 10_000;

/**
 * Starts a database or Temporal server and starts it again, on the same state and port, whenever it ends by itself.
 * @template {Server} T
 * @param {() => Promise<T>} start
 * @param {(message: string) => void} say
 * @returns {Promise<{ first: T, stop: () => Promise<void>, kill9: () => Promise<void> }>}
 */
async function superviseServer(start, say) {
  const first = await start();
  let current = first;
  let stopped = false;
  const isStopped = () => stopped;

  const watch = async () => {
    while (!isStopped()) {
      const how = await current.ended;
      if (isStopped()) return;
      say(`ended (${how}); starting it again`);
      await restart();
    }
  };
  const restart = async () => {
    for (let delayMs = FIRST_DELAY_MS; !isStopped(); delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
      try {
        // Whatever is left of it (Postgres has children) goes first.
        await current.kill9();
        const next = await start();
        current = next;
        if (isStopped()) await next.stop();
        else say('is back');
        return;
      } catch (error) {
        say(`does not come back: ${error instanceof Error ? error.message : String(error)}`);
        await delay(delayMs);
      }
    }
  };
  void watch();
  const end = (/** @type {'stop' | 'kill9'} */ way) => {
    stopped = true;
    return current[way]();
  };
  return { first, stop: () => end('stop'), kill9: () => end('kill9') };
}

module.exports = { superviseServer };
