// @ts-check
'use strict';

const path = require('node:path');
const { emulatorUrl } = require('../lib/emulator');
const { Surprise } = require('./stage');

/** @typedef {import('./stage').Json} Json */

/** The buyer with a phone, and the channel: the controls of the emulator. */
class OutsideWorld {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
  }

  /**
   * @param {string} method
   * @param {string} control
   * @param {Json} [body]
   * @returns {Promise<Json>}
   */
  async call(method, control, body) {
    const response = await fetch(`${this.url}/control${control}`, {
      method,
      signal: AbortSignal.timeout(15_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Surprise(`the emulator answered ${method} ${control} with ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** @param {string} number */
  pay(number, how = {}) {
    return this.call('POST', `/payments/${number}/pay`, how);
  }

  /** @param {string} number */
  refuse(number) {
    return this.call('POST', `/payments/${number}/refuse`);
  }

  /** @param {string} number @param {number} times */
  notify(number, times) {
    return this.call('POST', `/payments/${number}/notify`, { times });
  }

  /**
   * The orders of one payment of ours, newest first.
   * @param {string} paymentId
   * @returns {Promise<Json[]>}
   */
  async payments(paymentId) {
    return (await this.call('GET', `/payments?reference=${paymentId}`))['items'];
  }
}

/** Undefined where no emulator is known: then what happens outside is not ours to play. */
function outsideWorld() {
  const url = process.env['EMULATOR_URL'] ?? emulatorUrl(path.resolve(__dirname, '..', '..', '.data', 'emulator'));
  return url === undefined ? undefined : new OutsideWorld(url.replace(/\/+$/, ''));
}

module.exports = { OutsideWorld, outsideWorld };
