// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { waitUntil } = require('./processes');
const { lastLines } = require('./run-command');
const { choosePort, releasePort } = require('./ports');
const { readState, writeState } = require('./state-file');
const { temporalIsMissing } = require('./grpc-probe');
const { cliVersion } = require('./temporal-cli');
const { startServerProcess, stopLeftover, startInFolder, leaveFolder } = require('./server-process');

/**
 * @typedef {object} TemporalServer
 * @property {string} address host:port for clients and workers
 * @property {number} port
 * @property {number} [uiPort]
 * @property {number} pid
 * @property {() => boolean} isRunning
 * @property {Promise<string>} ended how it ended, once it has
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} kill9 as if the power went; start again on the same folder to recover
 */

/**
 * @typedef {object} TemporalOptions
 * @property {string} dir where its state lies
 * @property {string} cli the Temporal CLI, see temporal-cli.js
 * @property {number} [port] tried first, then the ones after it; without it any port
 * @property {number} [uiPort] the same for the web pages; without it there are none
 * @property {Record<string, string>} [dynamicConfig] values in JSON
 * @property {Record<string, string>} [pragmas] SQLite settings, replacing single ones of ours
 * @property {boolean} [ephemeral] keep the state in memory only
 */

const SEARCH_ATTRIBUTES = ['MallflowKind=Keyword', 'MallflowSubject=Keyword', 'MallflowEnterprise=Keyword'];

/** Every commit reaches the disk; without WAL each would cost twice (docs/operations tells the figures). */
const PRAGMAS = { journal_mode: 'WAL', synchronous: 'FULL' };

const READY_WITHIN_MS = 60_000;

const STOP_STEPS = /** @type {import('./server-process').StopSteps} */ ([
  { signal: 'SIGTERM', waitMs: 2_500 },
  { signal: 'SIGKILL', waitMs: 2_000 },
]);

/**
 * Starts a Temporal server for development and tests, its state in a SQLite file in `dir`. A server left over from a
 * killed parent is stopped first. Ports are those of the last time when free.
 * @param {TemporalOptions} options
 * @returns {Promise<TemporalServer>}
 */
function startTemporal(options) {
  return startInFolder(options.dir, 'Temporal', (dir) => startIn({ ...options, dir }));
}

/**
 * @param {TemporalOptions} options
 * @returns {Promise<TemporalServer>}
 */
async function startIn(options) {
  const { dir } = options;
  const recordFile = path.join(dir, 'server.json');
  await stopLeftover(recordFile, STOP_STEPS);
  if (!options.ephemeral) await checkVersion(dir, options.cli);

  const { server, ports } = await listen(options, recordFile);
  return {
    address: `127.0.0.1:${String(ports.port)}`,
    port: ports.port,
    ...(ports.uiPort === undefined ? {} : { uiPort: ports.uiPort }),
    pid: server.pid,
    isRunning: server.isRunning,
    ended: server.ended,
    async stop() {
      await server.stop();
      for (const port of [ports.port, ports.uiPort]) if (port !== undefined) releasePort(port);
      leaveFolder(dir);
    },
    kill9: () => server.kill9(),
  };
}

/**
 * The server makes its tables only in a new file and does not change them later, so a file stays with the server
 * version that made it.
 * @param {string} dir
 * @param {string} cli
 */
async function checkVersion(dir, cli) {
  const file = path.join(dir, 'made-by.json');
  const version = await cliVersion(cli);
  if (version === undefined) throw new Error(`${cli} does not tell its version: it is not a Temporal CLI.`);
  const madeBy = /** @type {import('./temporal-cli').CliVersion | undefined} */ (readState(file));
  if (fs.existsSync(path.join(dir, 'temporal.db')) && madeBy && madeBy.server !== version.server) {
    throw new Error(
      `The Temporal state in ${dir} was made by "${madeBy.text}", but the CLI at ${cli} is "${version.text}", which may ` +
        'not read it. Give the earlier CLI with TEMPORAL_CLI=<path>, or start anew with: npm start -- --reset',
    );
  }
  writeState(file, version);
}

/**
 * @param {TemporalOptions} options
 * @param {{ port: number, uiPort: number | undefined }} ports
 */
function serverArguments(options, ports) {
  const pairs = (/** @type {Record<string, string>} */ record) =>
    Object.entries(record).map(([name, value]) => `${name}=${value}`);
  const repeated = (/** @type {string} */ flag, /** @type {string[]} */ values) =>
    values.flatMap((value) => [flag, value]);
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(ports.port), '--log-level', 'warn'],
    ...(options.ephemeral ? [] : ['--db-filename', path.join(options.dir, 'temporal.db')]),
    ...(ports.uiPort === undefined ? ['--headless'] : ['--ui-port', String(ports.uiPort), '--ui-disable-news-fetch']),
    ...(options.ephemeral ? [] : repeated('--sqlite-pragma', pairs({ ...PRAGMAS, ...options.pragmas }))),
    ...repeated('--search-attribute', SEARCH_ATTRIBUTES),
    ...repeated('--dynamic-config-value', pairs(options.dynamicConfig ?? {})),
  ];
}

/**
 * Starts the server on ports it gets: one may be taken between choosing and listening, then the next.
 * @param {TemporalOptions} options
 * @param {string} recordFile
 */
async function listen(options, recordFile) {
  const portFile = path.join(options.dir, 'port.json');
  const logFile = path.join(options.dir, 'temporal.log');
  /** @type {Set<number>} */
  const refused = new Set();
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const last = /** @type {{ port: number, uiPort?: number } | undefined} */ (readState(portFile));
    const ports = await choosePorts(options, last, refused);
    const logStart = fs.statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
    const server = startServerProcess({
      command: options.cli,
      args: serverArguments(options, ports),
      env: serverEnvironment(),
      logFile,
      recordFile,
      stopSteps: STOP_STEPS,
      cwd: options.dir,
    });
    const fault = await untilReady(server, `127.0.0.1:${String(ports.port)}`);
    if (fault === undefined) {
      writeState(portFile, ports);
      return { server, ports };
    }
    await server.stop();
    const said = fs.readFileSync(logFile, 'utf8').slice(logStart);
    if (!/address already in use|can't (set|listen)/i.test(said)) {
      throw new Error(`Temporal did not start (${fault}). Its log, ${logFile}, ends with:\n${lastLines(said)}`);
    }
    for (const port of [ports.port, ports.uiPort]) {
      if (port === undefined) continue;
      refused.add(port);
      releasePort(port);
    }
  }
  throw new Error(`Temporal did not start: each port tried was taken. See ${logFile}.`);
}

/**
 * @param {TemporalOptions} options
 * @param {{ port?: number, uiPort?: number } | undefined} remembered
 * @param {Set<number>} refused
 */
async function choosePorts(options, remembered, refused) {
  const port = await choosePort({ preferred: options.port, remembered: remembered?.port, refused });
  if (options.uiPort === undefined) return { port, uiPort: undefined };
  return { port, uiPort: await choosePort({ preferred: options.uiPort, remembered: remembered?.uiPort, refused }) };
}

/** The user's own TEMPORAL_… settings are for clients; they must not reach the server's command line. */
function serverEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

/**
 * @param {{ isRunning: () => boolean }} server
 * @param {string} address
 * @returns {Promise<string | undefined>} what went wrong, or nothing
 */
async function untilReady(server, address) {
  /** @type {string | undefined} */
  let fault = 'not ready in time';
  await waitUntil(
    async () => {
      fault = await temporalIsMissing(address);
      // Asked after the attempt: a stranger's server on our port must not pass for our own.
      if (!server.isRunning()) fault = 'it ended at once';
      return fault === undefined || !server.isRunning();
    },
    { timeoutMs: READY_WITHIN_MS, everyMs: 50 },
  );
  return fault;
}

module.exports = { startTemporal };
