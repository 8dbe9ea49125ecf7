// @ts-check
'use strict';

const fs = require('node:fs');
const { childrenOf } = require('../../scripts/lib/processes');

/** Ticks of /proc/PID/stat are hundredths of a second on every Linux. */
const MS_PER_TICK = 10;

/** @param {number} pid */
function ticksOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The command's name stands in brackets and may hold spaces: count from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const at = (/** @type {number} */ index) => Number(fields[index] ?? 0);
    return { own: at(11) + at(12), reaped: at(13) + at(14) };
  } catch {
    return { own: 0, reaped: 0 };
  }
}

/**
 * CPU time, user and system, that a process and its children have used so far. Children that ended count through their
 * parent (Postgres makes one a connection).
 * @param {number} pid
 * @returns {number} milliseconds
 */
function cpuMsOf(pid) {
  const { own, reaped } = ticksOf(pid);
  const children = childrenOf(pid).map(ticksOf);
  return (own + reaped + children.reduce((sum, child) => sum + child.own, 0)) * MS_PER_TICK;
}

/** @param {number} pid @param {string} file @param {RegExp} line */
function kibOf(pid, file, line) {
  try {
    return Number(line.exec(fs.readFileSync(`/proc/${String(pid)}/${file}`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/**
 * Resident memory of a process and its children. Where there are children, pages they share are counted once.
 * @param {number} pid
 * @returns {number} KiB
 */
function residentKibOf(pid) {
  const children = childrenOf(pid);
  if (children.length === 0) return kibOf(pid, 'status', /^VmRSS:\s+(\d+)/m);
  return [pid, ...children].reduce((sum, one) => sum + kibOf(one, 'smaps_rollup', /^Pss:\s+(\d+)/m), 0);
}

/**
 * @param {Readonly<Record<string, number>>} pids by name
 * @returns {{ cpuMs: Record<string, number>, residentKib: Record<string, number> }}
 */
function usageOf(pids) {
  const each = (/** @type {(pid: number) => number} */ read) =>
    Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, read(pid)]));
  return { cpuMs: each(cpuMsOf), residentKib: each(residentKibOf) };
}

module.exports = { usageOf, residentKibOf };
