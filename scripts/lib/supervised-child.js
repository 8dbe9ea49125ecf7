// @ts-check
'use strict';

const { startServerProcess, stopLeftover } = require('./server-process');

/** @typedef {import('./server-process').ServerProcess} ServerProcess */

/**
 * A process that is started again whenever it ends by itself.
 * @typedef {object} SupervisedChild
 * @property {() => number | undefined} pid of the one running now
 * @property {() => number} deaths how often it has ended by itself
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} kill9
 */

/**
 * @typedef {object} ChildPlan
 * @property {string} command
 * @property {string[]} args
 * @property {string} cwd
 * @property {() => Promise<NodeJS.ProcessEnv>} env asked before each start
 * @property {string} logFile
 * @property {string} recordFile remembers the process for the next start, should we be killed
 * @property {import('./server-process').StopSteps} stopSteps
 * @property {(how: string, delayMs: number) => void} onDeath
 * @property {{ firstDelayMs: number, maxDelayMs: number, settledMs: number }} [pace] the delay doubles with each death,
 *   and begins anew after a life of settledMs
 */

const PACE = { firstDelayMs: 500, maxDelayMs: 10_000, settledMs: 30_000 };

/**
 * Starts a child and keeps it running until `stop`. One left over from a killed parent is ended first.
 * @param {ChildPlan} plan
 * @returns {Promise<SupervisedChild>}
 */
async function superviseChild(plan) {
  const pace = plan.pace ?? PACE;
  await stopLeftover(plan.recordFile, plan.stopSteps);
  /** @type {ServerProcess | undefined} */
  let current;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let stopped = false;
  let deaths = 0;
  let delayMs = pace.firstDelayMs;

  const launch = async () => {
    const env = await plan.env();
    if (stopped) return;
    const child = startServerProcess({ ...plan, env });
    const bornAt = Date.now();
    current = child;
    void child.ended.then((how) => {
      if (stopped) return;
      deaths += 1;
      if (Date.now() - bornAt > pace.settledMs) delayMs = pace.firstDelayMs;
      plan.onDeath(how, delayMs);
      again();
    });
  };
  const again = () => {
    timer = setTimeout(() => void launch().catch(again), delayMs);
    delayMs = Math.min(delayMs * 2, pace.maxDelayMs);
  };
  const end = async (/** @type {'stop' | 'kill9'} */ way) => {
    stopped = true;
    clearTimeout(timer);
    await current?.[way]();
  };
  await launch();
  return { pid: () => current?.pid, deaths: () => deaths, stop: () => end('stop'), kill9: () => end('kill9') };
}

module.exports = { superviseChild };
