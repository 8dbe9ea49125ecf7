// @ts-check
'use strict';

/**
 * npm run record:histories: records the histories that `test/replay` replays, anew and over the old ones.
 *
 * It starts a Postgres and a Temporal server of its own, the product's API in this process and its worker in another,
 * and lives through each scenario of lib/recorded-scenarios.js over HTTP. Each becomes `test/replay/histories/<name>.json`, freed of
 * identities, host names and stack traces. Record when a workflow has got a new path: add its scenario, and keep
 * the old files as long as runs that took the old path may be open (see docs/operations.md on changed workflows).
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { historyToJSON } = require('@temporalio/common/lib/proto-utils');
const { startPostgres } = require('./lib/postgres');
const { RecordedProduct } = require('./lib/recorded-product');
const { scenarios } = require('./lib/recorded-scenarios');
const { withoutTraces } = require('./lib/recorded-history');
const { findTemporalCli } = require('./lib/temporal-cli');
const { startTemporal } = require('./lib/temporal-server');

const root = path.resolve(__dirname, '..');
const dist = (/** @type {string} */ file) => require(path.join(root, 'dist', file));
const folder = path.join(root, 'test', 'replay', 'histories');
const say = (/** @type {string} */ line) => console.log(line);

/** @param {Record<string, string>} environment */
async function furnish(environment) {
  const { connect } = dist('db/connection.js');
  const pool = { poolMax: 2, applicationName: 'record', statementTimeoutMs: 30_000 };
  const limits = { lockTimeoutMs: 10_000, acquireTimeoutMs: 10_000 };
  const owner = connect({ url: environment['DATABASE_URL'], role: null, ...pool, ...limits });
  await dist('db/migration-source.js').migrate(owner, path.join(root, 'dist', 'migrations'));
  await dist('admin/demo-data.js').seedDemo(owner);
  await owner.destroy();
}

/**
 * @param {string} name
 * @param {Record<string, string>} environment
 */
async function record(name, environment) {
  const scenario = scenarios[name];
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const product = await RecordedProduct.start({ ...environment, ...scenario.environment });
  try {
    const workflowId = await scenario.live(product);
    const history = await product.run(workflowId).fetchHistory();
    const kept = withoutTraces(JSON.parse(historyToJSON(history)));
    fs.writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
    say(`${name}: ${String(history.events.length)} events`);
  } finally {
    await product.stop();
  }
}

async function main() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mallflow-record-'));
  const cli = await findTemporalCli({ log: say });
  /** @type {{ stop: () => Promise<void> }[]} */
  const servers = [];
  try {
    const postgres = await startPostgres({ dir: path.join(dir, 'postgres') });
    servers.push(postgres);
    const temporal = await startTemporal({ dir: path.join(dir, 'temporal'), cli });
    servers.push(temporal);
    const environment = {
      ...{ NODE_ENV: 'test', DATABASE_URL: postgres.url, TEMPORAL_ADDRESS: temporal.address },
      ...{ MALLFLOW_TIME_PROFILE: 'short', MALLFLOW_LOG_LEVEL: 'silent', MALLFLOW_TASK_QUEUE: 'record' },
      ...{ MALLFLOW_ACCEPT_MS: '20000', MALLFLOW_RESULT_MS: '20000', MALLFLOW_IMAGE_DIR: path.join(dir, 'images') },
    };
    await furnish(environment);
    fs.mkdirSync(folder, { recursive: true });
    for (const name of Object.keys(scenarios)) await record(name, environment);
  } finally {
    for (const server of servers) await server.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
