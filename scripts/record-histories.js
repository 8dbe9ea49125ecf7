// @ts-check
'use strict';

/**
 * npm run record:histories [-- NAME…]: records the histories that `test/replay` replays: those that are not there yet, or
 * the named ones anew and over the old ones.
 *
 * It starts a Postgres and a Temporal server and an emulator of its own, the product's API in this process and its worker
 * in another, and lives through each scenario of lib/recorded-*.js over HTTP. Each becomes
 * `test/replay/histories/<name>.json`, freed of identities, host names and stack traces, with the edges of its table that
 * the case has walked meanwhile. A scenario for long histories gets an engine that calls few events long. Record when a
 * workflow has got a new path: add its scenario, and keep the old files as long as runs that took the old path may be
 * open (see docs/operations.md on changed workflows).
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { historyToJSON } = require('@temporalio/common/lib/proto-utils');
const { startPostgres } = require('./lib/postgres');
const { RecordedProduct } = require('./lib/recorded-product');
const { RecordedOutside } = require('./lib/recorded-outside');
const { paymentScenarios } = require('./lib/recorded-payments');
const { reconciliationScenarios } = require('./lib/recorded-reconciliation');
const { feeScenarios } = require('./lib/recorded-fees');
const { merchantScenarios } = require('./lib/recorded-merchants');
const { onboardingScenarios } = require('./lib/recorded-onboardings');
const { reviewScenarios } = require('./lib/recorded-reviews');
const { sellingScenarios, shopReviewScenarios } = require('./lib/recorded-shops');
const recordedScenarios = require('./lib/recorded-scenarios');
const { withoutTraces } = require('./lib/recorded-history');
const { findTemporalCli } = require('./lib/temporal-cli');
const { startTemporal } = require('./lib/temporal-server');

const root = path.resolve(__dirname, '..');
const dist = (/** @type {string} */ file) => require(path.join(root, 'dist', file));
const folder = path.join(root, 'test', 'replay', 'histories');
const scenarios = {
  ...{ ...recordedScenarios.scenarios, ...paymentScenarios, ...reconciliationScenarios },
  ...{ ...onboardingScenarios, ...feeScenarios, ...merchantScenarios, ...reviewScenarios },
  ...{ ...shopReviewScenarios, ...sellingScenarios },
};
const say = (/** @type {string} */ line) => console.log(line);

/** @param {Record<string, string>} environment */
async function furnish(environment) {
  const { connect } = dist('db/connection.js');
  const pool = { poolMax: 2, applicationName: 'record', statementTimeoutMs: 30_000 };
  const limits = { lockTimeoutMs: 10_000, acquireTimeoutMs: 10_000, answerTimeoutMs: 60_000 };
  const owner = connect({ url: environment['DATABASE_URL'], role: null, ...pool, ...limits });
  await dist('db/migration-source.js').migrate(owner, path.join(root, 'dist', 'migrations'));
  await dist('admin/demo-data.js').seedDemo(owner);
  await owner.destroy();
}

const fileOf = (/** @type {string} */ name) => path.join(folder, `${name}.json`);

/**
 * @param {string} name
 * @param {Record<string, string>} environment
 * @param {RecordedOutside} outside
 */
async function record(name, environment, outside) {
  const scenario = scenarios[name];
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const product = await RecordedProduct.start({ ...environment, ...scenario.environment }, outside);
  try {
    const lived = await scenario.live(product);
    const [workflowId, runId] = typeof lived === 'string' ? [lived] : [lived.workflowId, lived.runId];
    const history = await product.run(workflowId, runId).fetchHistory();
    const walked = await product.walked(workflowId, runId);
    const kept = { walked, .../** @type {object} */ (withoutTraces(JSON.parse(historyToJSON(history)))) };
    fs.writeFileSync(fileOf(name), `${JSON.stringify(kept, null, 2)}\n`);
    say(`${name}: ${String(history.events.length)} events; ${walked.join(', ')}`);
  } finally {
    await product.stop();
  }
}

/**
 * @param {string} dir
 * @param {string} cli
 * @param {number | undefined} longFrom
 */
function startEngine(dir, cli, longFrom) {
  const events = 'limit.historyCount.suggestContinueAsNew';
  return startTemporal({
    dir,
    cli,
    ...(longFrom === undefined ? {} : { dynamicConfig: { [events]: String(longFrom) } }),
  });
}

async function main() {
  const named = process.argv.slice(2);
  const wanted = named.length > 0 ? named : Object.keys(scenarios).filter((name) => !fs.existsSync(fileOf(name)));
  if (wanted.length === 0) return say('Every scenario is recorded. Name those to be recorded anew.');
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mallflow-record-'));
  const cli = await findTemporalCli({ log: say });
  /** @type {{ stop: () => Promise<void> }[]} */
  const servers = [];
  try {
    const postgres = await startPostgres({ dir: path.join(dir, 'postgres') });
    servers.push(postgres);
    /** @type {Map<number | undefined, Promise<import('./lib/temporal-server').TemporalServer>>} */
    const engines = new Map();
    const engine = (/** @type {number | undefined} */ longFrom) => {
      const started = engines.get(longFrom) ?? startEngine(path.join(dir, `temporal-${longFrom}`), cli, longFrom);
      engines.set(longFrom, started);
      return started;
    };
    const outside = await RecordedOutside.start(path.join(dir, 'emulator'));
    servers.push(outside);
    const environment = {
      ...{ NODE_ENV: 'test', DATABASE_URL: postgres.url },
      ...{ MALLFLOW_TIME_PROFILE: 'short', MALLFLOW_LOG_LEVEL: 'silent', MALLFLOW_TASK_QUEUE: 'record' },
      ...{ MALLFLOW_RELAY_MS: '50' },
      ...{ MALLFLOW_ACCEPT_MS: '20000', MALLFLOW_RESULT_MS: '20000' },
      ...{ MALLFLOW_IMAGE_DIR: path.join(dir, 'images'), MALLFLOW_DOCUMENT_DIR: path.join(dir, 'documents') },
    };
    await furnish(environment);
    fs.mkdirSync(folder, { recursive: true });
    for (const name of wanted) {
      const temporal = await engine(scenarios[name]?.longFrom);
      if (!servers.includes(temporal)) servers.push(temporal);
      await record(name, { ...environment, TEMPORAL_ADDRESS: temporal.address }, outside);
    }
  } finally {
    for (const server of servers) await server.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
