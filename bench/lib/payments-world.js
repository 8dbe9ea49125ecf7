// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { choosePort } = require('../../scripts/lib/ports');
const { furnish, openPool } = require('./furnish');

/** @typedef {import('./installation').Installation} Installation */
/** @typedef {import('../../dist/db/connection').Db} Db */

const root = path.join(__dirname, '..', '..');

/** The enterprises over which payments are spread; those of one meet at its balances. */
const enterprises = 32;

/** The emulated channel of an installation. */
class Outside {
  /** @param {string} url @param {string} stateDir */
  constructor(url, stateDir) {
    this.url = url;
    this.stateDir = stateDir;
  }

  /** @param {'GET' | 'POST' | 'DELETE'} method @param {string} call below /control @returns {Promise<any>} */
  async control(method, call) {
    const body = method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {};
    const answer = await fetch(`${this.url}/control${call}`, { method, ...body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${call}: ${String(answer.status)} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

/** @param {Installation} installation */
async function startOutside(installation) {
  const stateDir = path.join(installation.dir, 'emulator');
  const port = await choosePort({});
  installation.startNode('emulator', [path.join(root, 'dist', 'emulator', 'main.js')], {
    NODE_ENV: 'development',
    EMULATOR_PORT: String(port),
    EMULATOR_STATE_DIR: stateDir,
  });
  // Written when it listens.
  const file = path.join(stateDir, 'client.env');
  await until('the emulator to listen', 20_000, 50, () => Promise.resolve(fs.existsSync(file)));
  const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const client = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  installation.apiPort ||= await choosePort({});
  installation.environment = {
    ...installation.environment,
    ...Object.fromEntries(client),
    MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: installation.apiUrl,
    // Production takes no emulator.
    NODE_ENV: 'development',
  };
  return new Outside(`http://127.0.0.1:${String(port)}`, stateDir);
}

/**
 * Servers and the emulated channel, with enterprises that have signed-in managers; neither API nor worker yet.
 * @param {Installation} installation
 */
async function openWorld(installation) {
  installation.environment = {};
  await installation.startServers();
  const outside = await startOutside(installation);
  const db = openPool(installation.databaseUrl);
  const { benefitId, buyers } = await furnish(db, enterprises);
  return { installation, outside, db, benefitId, buyers: buyers.spread };
}

/** @typedef {Awaited<ReturnType<typeof openWorld>>} World */

/**
 * The product's worker without the watch over runs: where payments are rows alone, it would be busy starting a run for
 * the purchase of each.
 * @param {Installation} installation
 */
function startPaymentWorker(installation) {
  installation.startNode('worker', [
    '--max-old-space-size=512',
    path.join(__dirname, '..', 'load', 'payment-worker.js'),
  ]);
}

/**
 * @param {string} what
 * @param {number} withinMs
 * @param {number} everyMs
 * @param {() => Promise<boolean>} isSo
 */
async function until(what, withinMs, everyMs, isSo) {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${String(withinMs / 1_000)} s for ${what}`);
    await delay(everyMs);
  }
}

/** One number of one row. @param {Db} db @param {string} sql @returns {Promise<number>} */
async function numberOf(db, sql) {
  const { rows } = await db.raw(`select (${sql}) as n`);
  return Number(rows[0].n);
}

module.exports = { openWorld, startOutside, startPaymentWorker, until, numberOf };
