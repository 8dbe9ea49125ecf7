// @ts-check
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { argumentsOf, identify, stopProcess, waitUntil } = require('./processes');
const { runCommand, lastLines } = require('./run-command');
const { choosePort, releasePort } = require('./ports');
const { readState, writeState } = require('./state-file');
const { postgresBinaries, postgresRunner, commandLine } = require('./postgres-binaries');
const { startServerProcess, stopLeftover, startInFolder, leaveFolder } = require('./server-process');

/** @typedef {import('./postgres-binaries').PostgresRunner} PostgresRunner */

/**
 * @typedef {object} PostgresServer
 * @property {string} url address of the database `mallflow`, as its owner
 * @property {number} port
 * @property {number} pid
 * @property {() => boolean} isRunning
 * @property {Promise<string>} ended how it ended, once it has
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} kill9 as if the power went; start again on the same folder to recover
 */

const DATABASE = 'mallflow';
const OWNER = 'mallflow_owner';
const READY_WITHIN_MS = 60_000;

/** Fast shutdown first; the harder ones cost only a recovery at the next start. */
const STOP_STEPS = /** @type {import('./server-process').StopSteps} */ ([
  { signal: 'SIGINT', waitMs: 4_000 },
  { signal: 'SIGQUIT', waitMs: 1_500 },
  { signal: 'SIGKILL', waitMs: 1_500 },
]);

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  fsync: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * Starts a Postgres server whose state lies in `dir`, and makes the database `mallflow` in it if there is none.
 * A server left over from a killed parent is stopped first. The port is the one used last time, else `port` or the next
 * free one after it, else any.
 * @param {{ dir: string, port?: number | undefined, ways?: ('namespace' | 'capability')[] }} options
 * @returns {Promise<PostgresServer>}
 */
function startPostgres({ dir, port, ways }) {
  return startInFolder(dir, 'Postgres', (realDir) => startIn(realDir, port, ways));
}

/**
 * @param {string} dir
 * @param {number | undefined} preferred
 * @param {('namespace' | 'capability')[] | undefined} ways
 * @returns {Promise<PostgresServer>}
 */
async function startIn(dir, preferred, ways) {
  const binaries = postgresBinaries();
  const runner = await postgresRunner(binaries, ways ? { ways } : {});
  const data = path.join(dir, 'data');
  const recordFile = path.join(dir, 'server.json');
  await stopLeftover(recordFile, STOP_STEPS);
  await clearPidFile(data);
  await makeCluster({ dir, data, binaries, runner });

  const password = fs.readFileSync(path.join(dir, 'password'), 'utf8').trim();
  const { server, port } = await listen({ dir, data, binaries, runner, recordFile, preferred, password });
  return {
    url: urlOf({ password, port, database: DATABASE }),
    port,
    pid: server.pid,
    isRunning: server.isRunning,
    ended: server.ended,
    async stop() {
      await server.stop();
      releasePort(port);
      leaveFolder(dir);
    },
    kill9: () => server.kill9(),
  };
}

/** @param {{ password: string, port: number, database: string }} parts */
const urlOf = ({ password, port, database }) => `postgres://${OWNER}:${password}@127.0.0.1:${String(port)}/${database}`;

/**
 * Ends a server of this folder that our own record does not know (a torn record), and makes a stale pid file harmless.
 * @param {string} data
 */
async function clearPidFile(data) {
  const file = path.join(data, 'postmaster.pid');
  if (!fs.existsSync(file)) return;
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  const identity = Number.isInteger(pid) && pid > 0 ? identify(pid) : undefined;
  if (!identity) return; // Postgres itself replaces the file of a dead server.
  if (argumentsOf(pid).some((argument) => argument.includes(data))) {
    await stopProcess(identity, STOP_STEPS);
    return;
  }
  // The number now belongs to a stranger, and Postgres would take it for a running server. It disregards its own
  // parent's number, so that goes in its place; the rest stays, for Postgres' check of shared memory still in use.
  fs.writeFileSync(file, [String(process.pid), ...lines.slice(1)].join('\n'));
}

/**
 * Makes the cluster aside and moves it into place when complete: an interrupted first start leaves nothing half done.
 * @param {{ dir: string, data: string, binaries: string, runner: PostgresRunner }} place
 */
async function makeCluster({ dir, data, binaries, runner }) {
  const draft = path.join(dir, 'data.new');
  fs.rmSync(draft, { recursive: true, force: true });
  if (fs.existsSync(data)) {
    giveTo(data, runner);
    return;
  }

  const passwordFile = path.join(dir, 'password');
  fs.writeFileSync(passwordFile, `${crypto.randomBytes(18).toString('hex')}\n`, { mode: 0o600 });
  fs.mkdirSync(draft, { mode: 0o700 });
  fs.chownSync(draft, runner.owner, runner.group);
  const [command, args] = commandLine(runner, [
    path.join(binaries, 'initdb'),
    `--pgdata=${draft}`,
    `--username=${OWNER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The built-in locale sorts and folds the same on every machine.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ]);
  const result = await runCommand(command, args, { cwd: dir, env: postgresEnvironment(), timeoutMs: 120_000 });
  if (result.code !== 0) throw new Error(`Postgres could not be set up in ${dir}:\n${lastLines(result.stderr)}`);
  fs.renameSync(draft, data);
}

/**
 * Postgres insists on owning its folder. Root may have used another way of running it last time.
 * @param {string} data
 * @param {PostgresRunner} runner
 */
function giveTo(data, runner) {
  const { uid } = fs.statSync(data);
  if (uid === runner.owner) return;
  if (process.getuid?.() !== 0) {
    throw new Error(
      `The data in ${data} belongs to another user (uid ${String(uid)}), probably after a start with sudo. Start as that ` +
        `user, or take it over: sudo chown -R "$(id -u)" "${path.dirname(path.dirname(data))}"`,
    );
  }
  fs.chownSync(data, runner.owner, runner.group);
  const entries = fs.readdirSync(data, { recursive: true, encoding: 'utf8' });
  for (const entry of entries) fs.lchownSync(path.join(data, entry), runner.owner, runner.group);
}

/** The user's own PG… settings must not reach our server. */
function postgresEnvironment() {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'));
  return { ...Object.fromEntries(entries), LC_ALL: 'C' };
}

/**
 * Starts the server on a port it gets. The port may be taken between choosing and listening: then the next one.
 * @param {{ dir: string, data: string, binaries: string, runner: PostgresRunner, recordFile: string,
 *   preferred: number | undefined, password: string }} options
 */
async function listen({ dir, data, binaries, runner, recordFile, preferred, password }) {
  const portFile = path.join(dir, 'port.json');
  const logFile = path.join(dir, 'postgres.log');
  const refused = new Set();
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const last = /** @type {{ port: number } | undefined} */ (readState(portFile));
    const port = await choosePort({ preferred, remembered: last?.port, refused });
    const logStart = fs.statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
    const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const [command, args] = commandLine(runner, [path.join(binaries, 'postgres'), '-D', data, ...settings]);
    const env = postgresEnvironment();
    const server = startServerProcess({ command, args, env, logFile, recordFile, stopSteps: STOP_STEPS, cwd: dir });
    const fault = await untilReady({ server, port, password });
    if (fault === undefined) {
      writeState(portFile, { port });
      return { server, port };
    }
    await server.stop();
    const said = fs.readFileSync(logFile, 'utf8').slice(logStart);
    if (/could not bind|Address already in use/.test(said)) {
      refused.add(port);
      releasePort(port);
    } else if (!/pre-existing shared memory block|shared memory.*still in use/.test(said)) {
      throw new Error(`Postgres did not start (${fault}). Its log, ${logFile}, ends with:\n${lastLines(said)}`);
    }
    // Else: processes of a killed server are still ending. Each attempt takes its while; the next will find them gone.
  }
  throw new Error(`Postgres in ${dir} did not start: processes of an earlier server do not end.`);
}

/**
 * @param {{ server: { isRunning: () => boolean }, port: number, password: string }} options
 * @returns {Promise<string | undefined>} what went wrong, or nothing
 */
async function untilReady({ server, port, password }) {
  /** @type {string | undefined} */
  let fault = 'not ready in time';
  await waitUntil(
    async () => {
      fault = await ensureDatabase(urlOf({ password, port, database: 'postgres' }));
      // Asked after the attempt: a connection to a stranger on our port must not pass for our own server.
      if (!server.isRunning()) fault = 'it ended at once';
      return fault === undefined || !server.isRunning();
    },
    { timeoutMs: READY_WITHIN_MS, everyMs: 25 },
  );
  return fault;
}

/**
 * @param {string} adminUrl
 * @returns {Promise<string | undefined>} why it did not work yet
 */
async function ensureDatabase(adminUrl) {
  // Loaded here because this file is also read before the dependencies are installed.
  const { Client } = /** @type {typeof import('pg')} */ (require('pg'));
  const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`create database ${DATABASE}`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

module.exports = { startPostgres };
