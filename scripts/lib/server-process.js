// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { identify, isAlive, childrenOf, sendSignal, stopProcess, waitUntil } = require('./processes');
const { readState, writeState } = require('./state-file');
const { takeClaim, dropClaim } = require('./claims');

/** @typedef {import('./processes').ProcessIdentity} ProcessIdentity */

/**
 * A running server of ours.
 * @typedef {object} ServerProcess
 * @property {number} pid
 * @property {() => boolean} isRunning
 * @property {Promise<string>} ended how it ended, once it has
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} kill9 as if the power went: nothing is tidied up
 */

/** @typedef {{ signal: NodeJS.Signals, waitMs: number }[]} StopSteps */

/** In each state folder: who uses it. */
const CLAIM = 'in-use.json';

const LOG_LIMIT_BYTES = 20 * 1024 * 1024;

/**
 * Opens a log for appending; one that has grown large starts anew.
 * @param {string} file
 */
function openLog(file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return fs.openSync(file, size > LOG_LIMIT_BYTES ? 'w' : 'a', 0o600);
}

/**
 * Starts a server in a process group of its own: Ctrl-C in the terminal then reaches only us, and we stop the servers
 * in order. Its output goes to a file, not to a pipe, so it outlives us without breaking. If we end without stopping
 * it, it gets the first of the stop signals on our way out.
 * @param {{ command: string, args: string[], env: NodeJS.ProcessEnv, logFile: string, recordFile: string,
 *   stopSteps: StopSteps, cwd?: string, uid?: number, gid?: number }} options
 * @returns {ServerProcess}
 */
function startServerProcess({ command, args, env, logFile, recordFile, stopSteps, ...place }) {
  const log = openLog(logFile);
  const child = spawn(command, args, { ...place, env, detached: true, stdio: ['ignore', log, log] });
  fs.closeSync(log);
  // A failed spawn has no pid: the event's only news is the reason, which goes where the server's own words go.
  child.on('error', (error) => {
    fs.appendFileSync(logFile, `${error.message}\n`);
  });
  const ended = new Promise((/** @type {(how: string) => void} */ resolve) => {
    child.on('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
    });
    child.on('error', (error) => {
      resolve(error.message);
    });
  });
  const pid = child.pid;
  const identity = pid === undefined ? undefined : identify(pid);
  if (identity) writeState(recordFile, identity);
  child.unref();

  const isRunning = () =>
    identity !== undefined && child.exitCode === null && child.signalCode === null && isAlive(identity);
  const onExit = () => {
    const first = stopSteps[0];
    if (identity && first && isRunning()) sendSignal(identity.pid, first.signal);
  };
  process.on('exit', onExit);
  child.once('exit', () => process.off('exit', onExit));
  const forget = () => {
    process.off('exit', onExit);
    fs.rmSync(recordFile, { force: true });
  };
  return {
    pid: pid ?? -1,
    isRunning,
    ended,
    async stop() {
      if (identity && !(await stopProcess(identity, stopSteps))) throw new Error(`Cannot stop process ${String(pid)}.`);
      forget();
    },
    async kill9() {
      if (identity) await killWithChildren(identity);
      process.off('exit', onExit);
    },
  };
}

/**
 * Kills a process and its direct children at once. Children of their own session (Postgres makes such) are not reached
 * through the process group.
 * @param {ProcessIdentity} identity
 */
async function killWithChildren(identity) {
  if (!isAlive(identity)) return;
  const family = [identity, ...childrenOf(identity.pid).map(identify)];
  for (const member of family) if (member && isAlive(member)) sendSignal(member.pid, 'SIGKILL');
  await waitUntil(() => family.every((member) => !member || !isAlive(member)), { timeoutMs: 10_000, everyMs: 5 });
}

/**
 * Ends the server that a killed parent left behind, if it is still there.
 * @param {string} recordFile
 * @param {StopSteps} stopSteps
 */
async function stopLeftover(recordFile, stopSteps) {
  const identity = /** @type {ProcessIdentity | undefined} */ (readState(recordFile));
  if (identity && !(await stopProcess(identity, stopSteps))) {
    throw new Error(`A server left over from an earlier run (process ${String(identity.pid)}) cannot be stopped.`);
  }
  fs.rmSync(recordFile, { force: true });
}

/**
 * Takes a state folder for this process, so that two starts never work on one folder.
 * @param {string} dir
 * @param {string} what
 */
function takeFolder(dir, what) {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const holder = takeClaim(path.join(dir, CLAIM));
  if (holder) {
    throw new Error(
      `${what} in ${dir} is in use by process ${String(holder.pid)}. Stop that one first (Ctrl-C there).`,
    );
  }
}

/** @param {string} dir */
function leaveFolder(dir) {
  dropClaim(path.join(dir, CLAIM));
}

/**
 * Takes a state folder, starts something in it, and leaves it again if that fails.
 * @template T
 * @param {string} dir
 * @param {string} what
 * @param {(realDir: string) => Promise<T>} start gets the folder's real path: the same through any symbolic link
 * @returns {Promise<T>}
 */
async function startInFolder(dir, what, start) {
  takeFolder(dir, what);
  try {
    return await start(fs.realpathSync(dir));
  } catch (error) {
    leaveFolder(dir);
    throw error;
  }
}

module.exports = { startServerProcess, stopLeftover, takeFolder, leaveFolder, startInFolder };
