// @ts-check
'use strict';

const fs = require('node:fs');
const { execFileSync } = require('node:child_process');
const { setTimeout: delay } = require('node:timers/promises');

/**
 * A process that can be told from a later one with the same pid: the number alone is reused by the system, and we must
 * never kill a stranger.
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} birth when it was started, in the words of this system
 */

/**
 * When the process with this pid was started, or undefined when there is none (a zombie counts as none).
 * @param {number} pid
 * @returns {string | undefined}
 */
function birthOf(pid) {
  if (process.platform === 'linux') return linuxBirthOf(pid);
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function linuxBirthOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The command's name stands in brackets and may itself contain brackets and spaces: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${String(fields[19])}`;
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
function identify(pid) {
  const birth = birthOf(pid);
  return birth === undefined ? undefined : { pid, birth };
}

/** @returns {ProcessIdentity} */
function ownIdentity() {
  return { pid: process.pid, birth: birthOf(process.pid) ?? 'unknown' };
}

/** @param {ProcessIdentity} identity */
function isAlive(identity) {
  return birthOf(identity.pid) === identity.birth;
}

/**
 * The arguments a process was started with, or an empty list.
 * @param {number} pid
 * @returns {string[]}
 */
function argumentsOf(pid) {
  try {
    if (process.platform === 'linux') {
      return fs.readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0');
    }
    return [execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim()];
  } catch {
    return [];
  }
}

/**
 * @param {number} pid
 * @returns {number | undefined}
 */
function parentOf(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return undefined;
  }
}

/**
 * The npm that runs us, seen from the script it started: our parent, or the one above the shell between.
 * @returns {ProcessIdentity | undefined}
 */
function npmAbove() {
  if (process.env['npm_lifecycle_event'] === undefined) return undefined;
  let pid = process.ppid;
  const isShell = /(^|\/)(sh|bash|dash|zsh|ash)$/;
  while (isShell.test((argumentsOf(pid)[0] ?? '').split(' ')[0] ?? '')) pid = parentOf(pid) ?? 1;
  return pid > 1 ? identify(pid) : undefined;
}

/**
 * The direct children of a process.
 * @param {number} pid
 * @returns {number[]}
 */
function childrenOf(pid) {
  try {
    if (process.platform === 'linux') {
      const file = `/proc/${String(pid)}/task/${String(pid)}/children`;
      return fs.readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number);
    }
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    return lines
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter(([, parent]) => parent === pid)
      .map(([child]) => Number(child));
  } catch {
    return [];
  }
}

/**
 * Sends a signal; a process that is gone already is no fault.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function sendSignal(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/**
 * Polls until the condition holds or the time is up.
 * @param {() => boolean | Promise<boolean>} condition
 * @param {{ timeoutMs: number, everyMs?: number }} limits
 * @returns {Promise<boolean>} whether it came to hold
 */
async function waitUntil(condition, { timeoutMs, everyMs = 20 }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= deadline) return false;
    await delay(everyMs);
  }
}

/**
 * Ends a process by ever harder signals, waiting after each.
 * @param {ProcessIdentity} identity
 * @param {{ signal: NodeJS.Signals, waitMs: number }[]} steps
 * @returns {Promise<boolean>} whether it is gone
 */
async function stopProcess(identity, steps) {
  for (const { signal, waitMs } of steps) {
    if (!isAlive(identity)) return true;
    sendSignal(identity.pid, signal);
    if (await waitUntil(() => !isAlive(identity), { timeoutMs: waitMs })) return true;
  }
  return !isAlive(identity);
}

module.exports = {
  identify,
  ownIdentity,
  isAlive,
  argumentsOf,
  npmAbove,
  childrenOf,
  sendSignal,
  waitUntil,
  stopProcess,
};
