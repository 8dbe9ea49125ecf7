// @ts-check
'use strict';

const { fork } = require('node:child_process');
const path = require('node:path');

/** @typedef {import('../load/child').Sample} Sample */
/** @typedef {{ samples: Sample[], elapsedMs: number, retries: Record<string, number> }} Run */

/** @typedef {{ act: 'purchase' | 'createOnly' | 'allocation', count: number, inFlight: number, who?: 'spread' | 'hot' }} Task */

/** A load process and how to give it tasks. */
class Client {
  /** @param {'http' | 'mall' | 'bare' | 'sql' | 'notifier' | 'bareInbox'} kind @param {object} settings */
  constructor(kind, settings) {
    const file = path.join(__dirname, '..', 'load', 'child.js');
    this.child = fork(file, [JSON.stringify({ kind, settings })], { serialization: 'advanced' });
    /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
    this.waiting = new Map();
    this.lastId = 0;
    this.child.on('message', (/** @type {any} */ { id, result, error }) => {
      const waiter = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) waiter?.resolve(result);
      else waiter?.reject(new Error(error));
    });
    this.child.on('exit', (code, signal) => {
      for (const { reject } of this.waiting.values())
        reject(new Error(`a load process ended (${signal ?? String(code)})`));
    });
  }

  get pid() {
    return this.child.pid ?? -1;
  }

  /** @param {string} task @param {object} rest @returns {Promise<any>} */
  ask(task, rest) {
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, task, ...rest });
    });
  }

  /** @param {Task} task @returns {Promise<Run>} */
  run({ who = 'spread', ...task }) {
    return this.ask('run', { who, ...task });
  }
}

module.exports = { Client };
