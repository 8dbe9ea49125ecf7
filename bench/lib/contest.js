// @ts-check
'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { usageOf } = require('./usage');

/** @typedef {import('./installation').Installation} Installation */
/** @typedef {import('./client').Client} Client */
/** @typedef {import('./client').Task} Task */
/** @typedef {Omit<Task, 'act'>} Amount */

/**
 * What one stretch of work took. CPU is milliseconds by process, memory KiB by process.
 * @typedef {import('./client').Run & { count: number, cpuMs: Record<string, number>, grownKib: Record<string, number> }} Stretch
 */

/**
 * One block of a contest: each variant with one at a time, and at each level in flight.
 * @template {string} V
 * @typedef {{ single: Record<V, Stretch>, levels: Record<string, Record<V, Stretch>> }} Block
 */

/** Work that is left behind (closing a run, garbage) still belongs to what was done. */
const settleMs = 150;

/** The variants take turns in small parts, so that what else the machine does falls on all of them alike. */
const partSize = 10;

/**
 * Several ways to do the same thing, each with a client of its own, and how to let them take turns.
 * @template {string} V
 */
class Contest {
  /**
   * @param {Installation} installation
   * @param {Task['act']} act what everybody does
   * @param {Readonly<Record<V, { client: Client, parts: readonly string[] }>>} entrants with the parts of the
   *   installation that work for each
   */
  constructor(installation, act, entrants) {
    this.installation = installation;
    this.act = act;
    this.entrants = entrants;
    this.variants = /** @type {V[]} */ (Object.keys(entrants));
  }

  /** Until code is compiled, caches are filled and connections stand, every figure is that of a cold start. */
  async warmUp() {
    for (const variant of this.variants) await this.client(variant).run({ act: this.act, count: 100, inFlight: 4 });
  }

  /** @param {V} variant */
  client(variant) {
    return this.entrants[variant].client;
  }

  /** @param {V} variant */
  pids(variant) {
    return { client: this.client(variant).pid, ...this.installation.pids(...this.entrants[variant].parts) };
  }

  /**
   * @param {V} variant
   * @param {Amount} amount
   * @returns {Promise<Stretch>}
   */
  async stretch(variant, amount) {
    const pids = this.pids(variant);
    const before = usageOf(pids);
    const run = await this.client(variant).run({ act: this.act, ...amount });
    await delay(settleMs);
    const after = usageOf(pids);
    return {
      ...run,
      count: amount.count,
      cpuMs: difference(after.cpuMs, before.cpuMs),
      grownKib: difference(after.residentKib, before.residentKib),
    };
  }

  /**
   * Everybody one at a time, in turns, then at each level in flight, another one first in each block.
   * @param {number} index of the block
   * @param {{ count: number, levels: readonly number[] }} amount
   * @param {(inFlight: number, amount: Amount) => Promise<void>} [also] what else is measured at a level
   * @returns {Promise<Block<V>>}
   */
  async block(index, { count, levels }, also = () => Promise.resolve()) {
    const { variants } = this;
    const order = [...variants.slice(index % variants.length), ...variants.slice(0, index % variants.length)];
    /** @type {Map<V, Stretch[]>} */
    const parts = new Map(variants.map((variant) => [variant, []]));
    for (let done = 0; done < count; done += partSize)
      for (const variant of order) {
        const part = await this.stretch(variant, { count: Math.min(partSize, count - done), inFlight: 1 });
        parts.get(variant)?.push(part);
      }
    /** @type {Block<V>} */
    const block = { single: this.each((variant) => joined(parts.get(variant) ?? [])), levels: {} };
    for (const inFlight of levels) {
      const amount = { count: Math.max(2 * count, 2 * inFlight), inFlight };
      /** @type {Map<V, Stretch>} */
      const level = new Map();
      for (const variant of order) level.set(variant, await this.stretch(variant, amount));
      block.levels[inFlight] = this.each((variant) => level.get(variant));
      await also(inFlight, amount);
    }
    return block;
  }

  /** @param {(variant: V) => Stretch | undefined} of @returns {Record<V, Stretch>} */
  each(of) {
    return /** @type {any} */ (Object.fromEntries(this.variants.map((variant) => [variant, of(variant)])));
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

module.exports = { Contest };
