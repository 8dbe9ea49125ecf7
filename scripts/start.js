// @ts-check
'use strict';

/**
 * npm start: the whole system from one command. State lies in .data/, logs in .data/logs/.
 *
 *   npm start                     start (or start again where the last run left off)
 *   npm start -- --reset [--yes]  delete all data first, after asking
 *   npm start -- --fast           what takes days and months is over in seconds (docs/seller-onboarding.md)
 */

const path = require('node:path');
const { parseArgs } = require('node:util');
const { stage, StageError } = require('./lib/stages');
const { fastDurations } = require('./lib/fast-durations');
const { checkNode, ensureDependencies, build } = require('./lib/dependencies');
const { takeFolder, leaveFolder, stopLeftover } = require('./lib/server-process');
const { waitUntil, isAlive, npmAbove } = require('./lib/processes');
const { waitForReady } = require('./lib/readiness');
const { resetData, terminalQuestion } = require('./lib/reset');
const { System, checkGivenPort } = require('./lib/system');

const root = path.resolve(__dirname, '..');
const say = (/** @type {string} */ line) => {
  console.log(line);
};
const system = new System({ root, say });
const isProduction = process.env['NODE_ENV'] === 'production';

/** An orderly stop takes at most 10 s; whoever starts again meanwhile waits that long. */
const EARLIER_START_MS = 12_000;

function refuseHalfProduction() {
  if (!isProduction || (process.env['DATABASE_URL'] && process.env['TEMPORAL_ADDRESS'])) return;
  throw new StageError(
    'Starting with NODE_ENV=production',
    'The Postgres and Temporal servers that npm start brings along are for development only.',
    'Give DATABASE_URL and TEMPORAL_ADDRESS of your own servers, or unset NODE_ENV to try Mallflow out. ' +
      'docs/operations tells how an installation is set up.',
  );
}

/** One start a checkout. An earlier one may just be ending (its terminal was closed, say): give it the time. */
async function takeCheckout() {
  /** @type {unknown} */
  let refusal;
  const taken = await waitUntil(
    () => {
      try {
        takeFolder(system.dataDir, 'Mallflow');
        return true;
      } catch (error) {
        if (refusal === undefined)
          say('        An earlier start of this checkout is still running; waiting for it to end …');
        refusal = error;
        return false;
      }
    },
    { timeoutMs: EARLIER_START_MS, everyMs: 200 },
  );
  if (!taken) throw refusal;
}

/** Processes of a killed start hold ports and connections: they go before anything new comes. */
async function stopLeftovers() {
  const steps = /** @type {import('./lib/server-process').StopSteps} */ ([
    { signal: 'SIGTERM', waitMs: 3_000 },
    { signal: 'SIGKILL', waitMs: 2_000 },
  ]);
  for (const name of ['api', 'worker', 'emulator'])
    await stopLeftover(path.join(system.dataDir, 'run', `${name}.json`), steps);
}

/** @param {{ reset: boolean, yes: boolean }} wishes */
async function prepare({ reset, yes }) {
  await stage('Node', () => checkNode(), {
    note: (version) => version,
    advice: 'install a current Node (https://nodejs.org) and try again.',
  });
  refuseHalfProduction();
  await stage('This checkout', takeCheckout, { advice: 'press Ctrl-C where it runs, or stop that process.' });
  await stopLeftovers();
  if (reset) await stage('Reset', () => resetData({ dataDir: system.dataDir, yes, ask: terminalQuestion() }));
  await stage('Ports', () => checkGivenPort(process.env));
  await stage('Dependencies', () => ensureDependencies(root, say), {
    note: (done) => done,
    advice: 'check that npm reaches its registry (or your mirror), then start again.',
  });
}

async function startServers() {
  const outcomes = await Promise.allSettled([
    stage('Postgres', () => system.startPostgres(), {
      note: (where) => where,
      advice: 'see the reason above; or give a running PostgreSQL 18 with DATABASE_URL.',
    }),
    stage('Temporal', () => system.startTemporal(), {
      note: (where) => where,
      advice: 'see the reason above; or give a running Temporal server with TEMPORAL_ADDRESS.',
    }),
    stage('Build', () => build(root), { advice: 'mend what the compiler names, then start again.' }),
  ]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function startProcesses() {
  await stage('Migrations', () => system.admin('migrate'), {
    note: (said) => said,
    advice: 'if the data is from another version and you do not need it: npm start -- --reset',
  });
  // Ours knows them from its command line; one that does not refuses every start of a run.
  if (system.temporalIsGiven) {
    await stage('Search attributes', () => system.admin('setup-temporal'), {
      note: (said) => said,
      advice:
        'check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE (it must exist) and what its API key may do. ' +
        'docs/operations lists the search attributes.',
    });
  }
  if (!system.channelIsGiven && !isProduction) {
    await stage('Emulator', () => system.startEmulator(), {
      note: (where) => where,
      advice: 'read the end of .data/logs/emulator.log.',
    });
  }
  const worker = await system.startWorker();
  const api = await system.startApi();
  await stage(
    'API and worker',
    () =>
      waitForReady(() => `http://127.0.0.1:${String(system.apiPort)}/readyz`, {
        timeoutMs: 90_000,
        deaths: () => Math.max(api.deaths(), worker.deaths()),
        maxDeaths: 3,
      }),
    { advice: 'read the ends of .data/logs/api.log and .data/logs/worker.log.' },
  );
  if (isProduction) return;
  await stage('Demo data', () => system.admin('seed-demo'), {
    note: (said) => said,
    advice: 'read the reason above; npm start -- --reset begins with fresh data.',
  });
}

/** Nobody must take emulated money for real, or wait for real money where nothing is configured. */
function outsideWorld() {
  if (system.emulatorUrl !== undefined) {
    return [
      `  Emulator  ${system.emulatorUrl}`,
      '                No real credentials are configured: this stands for every outside party, WeChat Pay first,',
      '                and no money, mail or application leaves this machine.',
    ];
  }
  if (system.channelIsGiven) return [];
  return [
    '  WeChat Pay    not configured, and its emulator is not for production: nobody can pay by it (docs/payments.md)',
  ];
}

/** @param {boolean} isFast */
function printWelcome(isFast) {
  const address = `http://127.0.0.1:${String(system.apiPort)}`;
  const signIn = JSON.stringify({ login: 'manager@demo', password: 'mallflow-demo' });
  const lines = ['', 'Mallflow is running.', '', `  API           ${address}      (described at ${address}/docs)`];
  if (system.temporalUiPort !== undefined)
    lines.push(`  Temporal UI   http://127.0.0.1:${String(system.temporalUiPort)}`);
  lines.push(`  Metrics       ${address}/metrics, of the worker http://127.0.0.1:${String(system.workerPort)}/metrics`);
  lines.push(...outsideWorld());
  if (isFast) lines.push('  Durations     fast: a year of the certification fee is a minute and a half');
  lines.push('  Logs          .data/logs/api.log and .data/logs/worker.log');
  if (!isProduction) {
    lines.push('  Sign in as    manager@demo or operator@demo, password mallflow-demo', '', '  Try it:', '');
    lines.push(`  curl -sS ${address}/v1/sessions -H 'content-type: application/json' -d '${signIn}'`);
  }
  console.log([...lines, '', 'Ctrl-C stops everything; the data stays.', ''].join('\n'));
}

/** @type {number | undefined} */
let stoppingSince;

/**
 * Stops everything in order and ends. Asked a second time, a moment later, it ends everything at once. (npm passes the
 * terminal's Ctrl-C on to us, so one key press arrives twice.)
 * @param {number} exitCode
 */
async function shutDown(exitCode) {
  if (stoppingSince !== undefined) {
    if (Date.now() - stoppingSince < 1_000) return;
    say('Stopping at once.');
    await system.kill9();
    process.exit(1);
  }
  stoppingSince = Date.now();
  if (system.parts.length > 0) say('\nStopping …');
  await system.stop();
  leaveFolder(system.dataDir);
  if (exitCode === 0) say(`Stopped after ${((Date.now() - stoppingSince) / 1000).toFixed(1)} s. The data is kept.`);
  process.exit(exitCode);
}

/**
 * Keeps us running (the servers and children do not) and watches npm: when it is killed, no Ctrl-C could reach us any
 * more, so we stop by ourselves.
 */
function stayWithNpm() {
  const npm = npmAbove();
  setInterval(() => {
    if (npm !== undefined && stoppingSince === undefined && !isAlive(npm)) void shutDown(1);
  }, 500);
}

async function main() {
  const { values: wishes } = parseArgs({
    options: { reset: { type: 'boolean' }, yes: { type: 'boolean', short: 'y' }, fast: { type: 'boolean' } },
  });
  const isFast = wishes.fast === true;
  if (isFast) Object.assign(process.env, { ...fastDurations, ...process.env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void shutDown(0));
  stayWithNpm();
  console.log('Starting Mallflow …\n');
  await prepare({ reset: wishes.reset ?? false, yes: wishes.yes ?? false });
  await startServers();
  await startProcesses();
  if (stoppingSince === undefined) printWelcome(isFast);
}

main().catch((/** @type {unknown} */ error) => {
  // While stopping, stages fail because their servers go: nothing to tell.
  if (stoppingSince !== undefined) return;
  console.error(`\n${error instanceof Error ? error.message : String(error)}\n`);
  void shutDown(1);
});
