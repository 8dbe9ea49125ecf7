// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { clientEnvironment } = require('./emulator');

/** @typedef {{ kind: string, times?: number, on?: string }} Fault */

/** The emulated outside world of a recording: a process of its own, as the product knows it. */
class RecordedOutside {
  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {string} dir
   */
  constructor(child, dir) {
    this.child = child;
    this.environment = clientEnvironment(dir);
    this.url = this.environment['MALLFLOW_WECHAT_PAY_BASE_URL'];
  }

  /** @param {string} dir */
  static async start(dir) {
    const main = path.resolve(__dirname, '..', '..', 'dist', 'emulator', 'main.js');
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env['PATH'], EMULATOR_PORT: '0', EMULATOR_STATE_DIR: dir, EMULATOR_TIME_SCALE: '100' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    await once(createInterface({ input: child.stdout }), 'line');
    return new RecordedOutside(child, dir);
  }

  async stop() {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  /**
   * @param {string} method
   * @param {string} control
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  async call(method, control, body) {
    const response = await fetch(`${this.url}/control${control}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${control}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** @param {string} number @param {{ notify?: boolean, force?: true }} [how] */
  pay(number, how = {}) {
    return this.call('POST', `/payments/${number}/pay`, how);
  }

  /** @param {string} number */
  refuse(number) {
    return this.call('POST', `/payments/${number}/refuse`, {});
  }

  /** @param {Fault} fault */
  fault(fault) {
    return this.call('POST', '/faults', { target: 'wechat_pay', ...fault });
  }

  clearFaults() {
    return this.call('DELETE', '/faults');
  }
}

module.exports = { RecordedOutside };
