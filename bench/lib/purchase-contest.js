// @ts-check
'use strict';

const { Client } = require('./client');
const { Contest } = require('./contest');
const { furnish, openPool } = require('./furnish');
const { bareQueue } = require('./installation');

/** @typedef {'mallflow' | 'bareLocal' | 'bareNormal' | 'sql'} Variant */

/** @type {Readonly<Record<Variant, string>>} */
const labels = {
  mallflow: '(a) Mallflow',
  bareLocal: '(b) bare, local no-ops',
  bareNormal: '(b) bare, normal no-ops',
  sql: '(c) SQL alone',
};

/**
 * Starts everything that takes part in buying, each a process of its own.
 * @param {import('./installation').Installation} installation
 * @param {{ nodeOptions?: readonly string[], buyers?: number }} [options] options of the API's and worker's Node
 */
async function openPurchases(installation, { nodeOptions = [], buyers: count = 32 } = {}) {
  await installation.startServers();
  const db = openPool(installation.databaseUrl);
  const { benefitId, buyers } = await furnish(db, count);
  await db.destroy();
  await installation.startBareWorker();
  installation.startWorker(nodeOptions);
  await installation.startApi(nodeOptions);
  await installation.apiIsReady();
  const { apiUrl, databaseUrl, temporalAddress } = installation;
  const bare = { temporalAddress, queue: bareQueue };
  /** @type {Contest<Variant>} */
  const contest = new Contest(installation, 'purchase', {
    mallflow: {
      client: new Client('http', { apiUrl, benefitId, buyers }),
      parts: ['api', 'worker', 'temporal', 'postgres'],
    },
    bareLocal: { client: new Client('bare', { ...bare, local: true }), parts: ['bareWorker', 'temporal'] },
    bareNormal: { client: new Client('bare', { ...bare, local: false }), parts: ['bareWorker', 'temporal'] },
    sql: { client: new Client('sql', { databaseUrl, benefitId, buyers }), parts: ['postgres'] },
  });
  return { contest, buyers };
}

module.exports = { openPurchases, labels };
