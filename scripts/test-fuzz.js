// @ts-check
'use strict';

/**
 * npm run test:fuzz: calls every route of `/openapi.json` with what its schemas allow and with what they forbid, once as
 * each role and once as nobody, against a whole system of its own (Postgres, Temporal, emulator, worker, API; thrown
 * away afterwards). Ends with exit code 1 when anything is answered by a fault of ours, or by a status, content type or
 * body that the document does not name.
 *
 *   npm run test:fuzz                        every role, 20 calls of each kind a route: half an hour or more
 *   npm run test:fuzz -- --examples 4        fewer of them: two to three minutes a role
 *   npm run test:fuzz -- --seed 7            the same calls as a run that printed this seed
 *   npm run test:fuzz -- --only operator     one role
 *
 * Needs python3 with venv; the fuzzer (schemathesis, from the Python package index) is kept in the cache folder.
 */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { randomInt } = require('node:crypto');
const { parseArgs } = require('node:util');
const { build } = require('./lib/dependencies');
const { findFuzzer } = require('./lib/fuzzer');
const { waitForReady } = require('./lib/readiness');
const { stage } = require('./lib/stages');
const { System } = require('./lib/system');

const root = path.resolve(__dirname, '..');

/** Who calls; each with what the demo data gave it. */
const callers = {
  operator: 'operator@demo',
  manager: 'manager@demo',
  reviewer: 'reviewer@demo',
  seller: 'seller-selling@demo',
  newcomer: 'seller@demo',
  member: 'member@demo',
  nobody: undefined,
};

/** What never ends, what ends the caller's own sign-in, and what is not for clients. */
const leftOut = ['/v1/events', '/v1/sessions/current', '/metrics'];

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mallflow-fuzz-'));
const say = (/** @type {string} */ line) => {
  console.log(line);
};
const system = new System({
  root,
  say,
  env: {
    ...process.env,
    MALLFLOW_CHECK_ANSWERS: 'true',
    MALLFLOW_LOG_LEVEL: 'warn',
    // The calls all come from one address, and most passwords among them are wrong.
    MALLFLOW_ADDRESS_ATTEMPTS: '100000',
    MALLFLOW_SIGN_IN_ATTEMPTS: '10000',
    MALLFLOW_IMAGE_DIR: path.join(folder, 'images'),
    MALLFLOW_DOCUMENT_DIR: path.join(folder, 'documents'),
  },
});
system.dataDir = folder;

const address = () => `http://127.0.0.1:${String(system.apiPort)}`;

async function start() {
  await Promise.all([system.startPostgres(), system.startTemporal()]);
  await system.admin('migrate');
  await system.startEmulator();
  const worker = await system.startWorker();
  const api = await system.startApi();
  const deaths = () => Math.max(api.deaths(), worker.deaths());
  await waitForReady(() => `${address()}/readyz`, { timeoutMs: 120_000, deaths, maxDeaths: 3 });
  await system.admin('seed-demo');
}

/** @param {string} login */
async function tokenOf(login) {
  const response = await fetch(`${address()}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password: 'mallflow-demo' }),
  });
  if (response.status !== 201) throw new Error(`the sign-in of ${login} was answered ${String(response.status)}`);
  return /** @type {{ token: string }} */ (await response.json()).token;
}

/**
 * @param {string} fuzzer
 * @param {{ login: string | undefined, examples: string, seed: string }} wish
 * @returns {Promise<number>} its exit code
 */
async function fuzz(fuzzer, { login, examples, seed }) {
  const identity = login === undefined ? [] : ['--header', `Authorization: Bearer ${await tokenOf(login)}`];
  const args = [
    ...['run', `${address()}/openapi.json`, '--url', address(), ...identity],
    ...['--checks', checks.join(','), '--phases', 'examples,coverage,fuzzing'],
    ...['--max-examples', examples, '--seed', seed, '--continue-on-failure', '--suppress-health-check', 'all'],
    ...['--request-timeout', '30', '--warnings', 'off'],
    ...leftOut.flatMap((place) => ['--exclude-path', place]),
  ];
  const child = spawn(fuzzer, args, { cwd: folder, stdio: 'inherit', env: { ...process.env, NO_COLOR: '1' } });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    const kill = () => void child.kill('SIGKILL');
    child.once('exit', (code) => {
      process.off('exit', kill);
      resolve(code ?? 1);
    });
    process.once('exit', kill);
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      examples: { type: 'string', default: '20' },
      seed: { type: 'string', default: String(randomInt(1, 1_000_000)) },
      only: { type: 'string' },
    },
  });
  const { examples, seed, only } = values;
  const chosen = Object.entries(callers).filter(([name]) => only === undefined || only.split(',').includes(name));
  if (chosen.length === 0) throw new Error(`--only takes some of ${Object.keys(callers).join(', ')}`);
  await stage('Build', () => build(root));
  const fuzzer = await stage('Fuzzer', () => findFuzzer(process.env), {
    advice: "install your system's python3 and python3-venv, and let pip reach the Python package index (or a mirror).",
  });
  await stage('System', start, { advice: `read the logs in ${path.join(folder, 'logs')}.` });
  /** @type {string[]} */
  const failed = [];
  for (const [name, login] of chosen) {
    say(`\nAs ${name}, seed ${seed}`);
    if ((await fuzz(fuzzer, { login, examples, seed })) !== 0) failed.push(name);
  }
  say(failed.length === 0 ? '\nEverything was answered as the document says.' : `\nNot so: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

/** @param {number} code */
async function end(code) {
  await system.stop();
  // What went wrong is read from the logs.
  if (code === 0) fs.rmSync(folder, { recursive: true, force: true });
  else say(`The logs are in ${path.join(folder, 'logs')}`);
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(1));
main().then(end, (/** @type {unknown} */ error) => {
  console.error(error instanceof Error ? error.message : error);
  return end(1);
});
