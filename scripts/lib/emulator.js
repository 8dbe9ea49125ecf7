// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { choosePort } = require('./ports');
const { waitForReady } = require('./readiness');

const PREFERRED_PORT = 3900;

/** The first start makes its keys. */
const READY_WITHIN_MS = 30_000;

/**
 * Whether the user has configured a real channel, or at least begun to: then nothing is emulated beside it.
 * @param {NodeJS.ProcessEnv} env
 */
const channelIsGiven = (env) => Object.keys(env).some((name) => name.startsWith('MALLFLOW_WECHAT_PAY_'));

/**
 * What the emulator tells its clients; nothing before its first start.
 * @param {string} dir
 * @returns {Record<string, string>}
 */
function clientEnvironment(dir) {
  const file = path.join(dir, 'client.env');
  if (!fs.existsSync(file)) return {};
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return Object.fromEntries(lines.filter((line) => line !== '').map((line) => line.split(/=(.*)/s, 2)));
}

/**
 * The emulator's part of it: parties the user has configured are the user's.
 * @param {string} dir
 * @param {NodeJS.ProcessEnv} given
 */
function emulatedParties(dir, given) {
  const partyOf = (/** @type {string} */ name) => /^MALLFLOW_[A-Z]+_/.exec(name)?.[0] ?? name;
  const own = new Set(Object.keys(given).map(partyOf));
  return Object.fromEntries(Object.entries(clientEnvironment(dir)).filter(([name]) => !own.has(partyOf(name))));
}

/** @param {string} dir */
const emulatorUrl = (dir) => clientEnvironment(dir)['MALLFLOW_WECHAT_PAY_BASE_URL'];

/**
 * Starts the emulated outside world with its state below `dir`. It keeps its port while we live, since the processes
 * that call it know no other, and takes the one of its last life where it can.
 * @param {string} dir
 * @param {(env: NodeJS.ProcessEnv) => Promise<import('./supervised-child').SupervisedChild>} start
 * @returns {Promise<string>} its address
 */
async function startEmulator(dir, start) {
  const last = emulatorUrl(dir);
  const remembered = last === undefined ? undefined : Number(new URL(last).port);
  const port = await choosePort({ preferred: PREFERRED_PORT, remembered });
  const url = `http://127.0.0.1:${String(port)}`;
  const child = await start({
    EMULATOR_PORT: String(port),
    EMULATOR_HOST: '127.0.0.1',
    EMULATOR_STATE_DIR: dir,
  });
  const limits = { timeoutMs: READY_WITHIN_MS, deaths: child.deaths, maxDeaths: 3 };
  await waitForReady(() => url, limits);
  // It listens a moment before it has written down where.
  await waitForReady(() => (emulatorUrl(dir) === url ? url : `${url}/control/not-yet`), limits);
  return url;
}

module.exports = { channelIsGiven, clientEnvironment, emulatedParties, emulatorUrl, startEmulator };
