// @ts-check
'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { Client } = require('./client');
const { furnish, openPool } = require('./furnish');
const { bareQueue } = require('./installation');
const { usageOf } = require('./usage');

/** @typedef {import('./installation').Installation} Installation */
/** @typedef {'mallflow' | 'bareLocal' | 'bareNormal' | 'sql'} Variant */

/**
 * What one stretch of purchases took. CPU is milliseconds by process, memory KiB by process.
 * @typedef {import('./client').Run & { count: number, cpuMs: Record<string, number>, grownKib: Record<string, number> }} Stretch
 */

/** Who works for whom, beside the client. */
const involved = /** @type {const} */ ({
  mallflow: ['api', 'worker', 'temporal', 'postgres'],
  bareLocal: ['bareWorker', 'temporal'],
  bareNormal: ['bareWorker', 'temporal'],
  sql: ['postgres'],
});

/** @type {readonly Variant[]} */
const variants = ['mallflow', 'bareLocal', 'bareNormal', 'sql'];

/** @type {Readonly<Record<Variant, string>>} */
const labels = {
  mallflow: '(a) Mallflow',
  bareLocal: '(b) bare, local no-ops',
  bareNormal: '(b) bare, normal no-ops',
  sql: '(c) SQL alone',
};

/** Work that a purchase leaves behind (closing a run, garbage) is still its own. */
const settleMs = 150;

/** Everything that takes part, each a process of its own, and how to let one of them work for a stretch. */
class Contest {
  /** @param {Installation} installation */
  constructor(installation) {
    this.installation = installation;
    /** @type {Partial<Record<Variant, Client>>} */
    this.clients = {};
  }

  /** @param {{ nodeOptions?: readonly string[], buyers?: number, warmUp?: boolean }} [options] options of the API's and worker's Node */
  async open({ nodeOptions = [], buyers: count = 32, warmUp = true } = {}) {
    const { installation } = this;
    await installation.startServers();
    const db = openPool(installation.databaseUrl);
    const { benefitId, buyers } = await furnish(db, count);
    await db.destroy();
    await installation.startBareWorker();
    installation.startWorker(nodeOptions);
    await installation.startApi(nodeOptions);
    await installation.apiIsReady();
    const { apiUrl, databaseUrl, temporalAddress } = installation;
    this.clients = {
      mallflow: new Client('http', { apiUrl, benefitId, buyers }),
      bareLocal: new Client('bare', { temporalAddress, queue: bareQueue, local: true }),
      bareNormal: new Client('bare', { temporalAddress, queue: bareQueue, local: false }),
      sql: new Client('sql', { databaseUrl, benefitId, buyers }),
    };
    if (warmUp) await this.warmUp();
    return { benefitId, buyers };
  }

  /** Until code is compiled, caches are filled and connections stand, every figure is that of a cold start. */
  async warmUp() {
    for (const variant of variants) await this.client(variant).run({ count: 100, inFlight: 4 });
  }

  /** @param {Variant} variant */
  client(variant) {
    const client = this.clients[variant];
    if (client === undefined) throw new Error(`no client for ${variant}`);
    return client;
  }

  /** @param {Variant} variant */
  pids(variant) {
    return { client: this.client(variant).pid, ...this.installation.pids(...involved[variant]) };
  }

  /**
   * @param {Variant} variant
   * @param {Parameters<Client['run']>[0]} task
   * @returns {Promise<Stretch>}
   */
  async stretch(variant, task) {
    const pids = this.pids(variant);
    const before = usageOf(pids);
    const run = await this.client(variant).run(task);
    await delay(settleMs);
    const after = usageOf(pids);
    return {
      ...run,
      count: task.count,
      cpuMs: difference(after.cpuMs, before.cpuMs),
      grownKib: difference(after.residentKib, before.residentKib),
    };
  }

  /** @param {readonly string[]} workflowIds @returns {Promise<number[]>} */
  historyLengths(workflowIds) {
    return this.client('bareLocal').ask('historyLengths', { workflowIds });
  }
}

/** @param {Record<string, number>} after @param {Record<string, number>} before */
function difference(after, before) {
  return Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));
}

/**
 * Stretches of one variant in one block, taken as one.
 * @param {readonly Stretch[]} parts
 * @returns {Stretch}
 */
function joined(parts) {
  const add = (/** @type {'cpuMs' | 'grownKib' | 'retries'} */ what) => {
    /** @type {Record<string, number>} */
    const total = {};
    for (const part of parts)
      for (const [name, value] of Object.entries(part[what])) total[name] = (total[name] ?? 0) + value;
    return total;
  };
  return {
    samples: parts.flatMap((part) => part.samples),
    elapsedMs: parts.reduce((sum, part) => sum + part.elapsedMs, 0),
    count: parts.reduce((sum, part) => sum + part.count, 0),
    retries: add('retries'),
    cpuMs: add('cpuMs'),
    grownKib: add('grownKib'),
  };
}

module.exports = { Contest, joined, variants, labels };
