// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { runCommand, lastLines } = require('./run-command');
const { sendSignal } = require('./processes');
const { portIsFree, choosePort, releasePort } = require('./ports');
const { startPostgres } = require('./postgres');
const { startTemporal } = require('./temporal-server');
const { findTemporalCli } = require('./temporal-cli');
const { superviseChild } = require('./supervised-child');
const { superviseServer } = require('./supervised-server');
const { channelIsGiven, emulatedParties, startEmulator } = require('./emulator');

/** @typedef {{ name: string, stop: () => Promise<void>, kill9: () => Promise<void> }} Part */

const PORTS = { api: 3000, worker: 3100, postgres: 55432, temporal: 7233, temporalUi: 8233 };

/** How long each process may take to end in order; together within the 10 s that Ctrl-C may take. */
const API_STOP = /** @type {import('./server-process').StopSteps} */ ([
  { signal: 'SIGTERM', waitMs: 2_500 },
  { signal: 'SIGKILL', waitMs: 1_000 },
]);
const WORKER_STOP = /** @type {import('./server-process').StopSteps} */ ([
  { signal: 'SIGTERM', waitMs: 3_500 },
  { signal: 'SIGKILL', waitMs: 1_000 },
]);

const EMULATOR_STOP = /** @type {import('./server-process').StopSteps} */ ([
  { signal: 'SIGTERM', waitMs: 1_000 },
  { signal: 'SIGKILL', waitMs: 500 },
]);

/** The longest an orderly stop takes; whatever is left then is killed. */
const STOP_WITHIN_MS = 9_000;

/**
 * The running parts of one checkout, and how to start each. Parts are stopped in the reverse order of their start.
 */
class System {
  /**
   * @param {{ root: string, say: (line: string) => void, env?: NodeJS.ProcessEnv }} options
   */
  constructor({ root, say, env = process.env }) {
    this.root = root;
    this.dataDir = path.join(root, '.data');
    this.say = say;
    this.env = env;
    /** @type {Part[]} */
    this.parts = [];
    /** What the children find in their environment beside what the user gave. */
    this.addresses = { DATABASE_URL: env['DATABASE_URL'] ?? '', TEMPORAL_ADDRESS: env['TEMPORAL_ADDRESS'] ?? '' };
    this.temporalIsGiven = this.addresses.TEMPORAL_ADDRESS !== '';
    this.channelIsGiven = channelIsGiven(env);
    this.emulatorUrl = /** @type {string | undefined} */ (undefined);
    this.apiPort = 0;
    this.workerPort = /** @type {number | undefined} */ (undefined);
    this.temporalUiPort = /** @type {number | undefined} */ (undefined);
    this.worker = /** @type {import('./supervised-child').SupervisedChild | undefined} */ (undefined);
    this.stopping = false;
  }

  /** @param {Part} part */
  add(part) {
    this.parts.push(part);
  }

  async startPostgres() {
    if (this.addresses.DATABASE_URL !== '') return 'the one named by DATABASE_URL';
    const dir = path.join(this.dataDir, 'postgres');
    const server = await superviseServer(
      () => startPostgres({ dir, port: PORTS.postgres }),
      (message) => {
        this.say(`Postgres ${message}`);
      },
    );
    this.add({ name: 'Postgres', ...server });
    this.addresses.DATABASE_URL = server.first.url;
    return `127.0.0.1:${String(server.first.port)}`;
  }

  async startTemporal() {
    if (this.temporalIsGiven) return 'the one named by TEMPORAL_ADDRESS';
    const cli = await findTemporalCli({
      log: (line) => {
        this.say(`        ${line}`);
      },
      env: this.env,
    });
    const dir = path.join(this.dataDir, 'temporal');
    const server = await superviseServer(
      () => startTemporal({ dir, cli, port: PORTS.temporal, uiPort: PORTS.temporalUi }),
      (message) => {
        this.say(`Temporal ${message}`);
      },
    );
    this.add({ name: 'Temporal', ...server });
    this.addresses.TEMPORAL_ADDRESS = server.first.address;
    this.temporalUiPort = server.first.uiPort;
    return server.first.address;
  }

  /** The outside world of an installation that has no credentials for the real one. */
  async startEmulator() {
    const dir = path.join(this.dataDir, 'emulator');
    this.emulatorUrl = await startEmulator(dir, (env) =>
      this.startChild({
        name: 'emulator',
        file: 'emulator/main.js',
        nodeOptions: [],
        stopSteps: EMULATOR_STOP,
        env: () => Promise.resolve({ ...this.env, ...env }),
      }),
    );
    // It sends its notifications there, so the worker must know before it asks for the first payment.
    await this.chooseApiPort();
    return this.emulatorUrl;
  }

  /** How the emulator is reached, and where it reaches us. */
  outsideWorld() {
    if (this.emulatorUrl === undefined) return {};
    const notifications = `http://127.0.0.1:${String(this.apiPort)}`;
    const parties = emulatedParties(path.join(this.dataDir, 'emulator'), this.env);
    return {
      ...parties,
      MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: notifications,
      // Where the user's own party tells us is the user's to say.
      ...('MALLFLOW_IDENTITY_BASE_URL' in parties ? { MALLFLOW_IDENTITY_NOTIFY_BASE_URL: notifications } : {}),
    };
  }

  /** Where operators find a case's page in the UI of our own Temporal; what the user gave wins. */
  temporalUi() {
    if (this.temporalUiPort === undefined) return {};
    return { MALLFLOW_TEMPORAL_UI_URL: `http://127.0.0.1:${String(this.temporalUiPort)}` };
  }

  /** What the API, the worker and the admin program are started with. */
  childEnvironment() {
    const env = { ...this.temporalUi(), ...this.env, ...this.addresses, ...this.outsideWorld() };
    // Ours alone: the programs refuse variables of this prefix that they do not know.
    delete (/** @type {NodeJS.ProcessEnv} */ (env)['MALLFLOW_CACHE_DIR']);
    return env;
  }

  /**
   * Runs a command of the admin program to its end.
   * @param {string} command
   */
  async admin(command) {
    const args = [path.join(this.root, 'dist', 'admin', 'main.js'), command];
    const env = this.childEnvironment();
    const { code, stdout, stderr } = await runCommand(process.execPath, args, {
      cwd: this.root,
      env,
      timeoutMs: 300_000,
    });
    if (code !== 0) throw new Error(lastLines(`${stdout}\n${stderr}`, 25));
    const said = lastLines(stdout, 1);
    return said.length > 60 ? `${said.slice(0, 60)} …` : said;
  }

  /**
   * @param {{ name: string, file: string, nodeOptions: string[], stopSteps: import('./server-process').StopSteps,
   *   env: () => Promise<NodeJS.ProcessEnv> }} plan
   */
  async startChild({ name, file, nodeOptions, stopSteps, env }) {
    const logFile = path.join(this.dataDir, 'logs', `${name}.log`);
    const runFolder = path.join(this.dataDir, 'run');
    fs.mkdirSync(runFolder, { recursive: true });
    const child = await superviseChild({
      command: process.execPath,
      args: [...nodeOptions, path.join(this.root, 'dist', file)],
      cwd: this.root,
      env,
      logFile,
      recordFile: path.join(runFolder, `${name}.json`),
      stopSteps,
      onDeath: (how, delayMs) => {
        this.say(`The ${name} ended (${how}); starting it again in ${String(delayMs / 1000)} s. Its log: ${logFile}`);
      },
    });
    this.add({ name, ...child });
    return child;
  }

  async startWorker() {
    this.worker = await this.startChild({
      name: 'worker',
      file: 'worker/main.js',
      nodeOptions: ['--max-old-space-size=512'],
      stopSteps: WORKER_STOP,
      env: async () => ({
        MALLFLOW_WORKER_PORT: String(await this.chooseWorkerPort()),
        ...this.childEnvironment(),
      }),
    });
    return this.worker;
  }

  /** `MALLFLOW_WORKER_PORT` is kept to; else 3100 or the next free one. Asked again at each start of the worker. */
  async chooseWorkerPort() {
    const given = this.env['MALLFLOW_WORKER_PORT'];
    this.workerPort = given
      ? Number(given)
      : await choosePort({ preferred: PORTS.worker, remembered: this.workerPort });
    return this.workerPort;
  }

  startApi() {
    return this.startChild({
      name: 'api',
      file: 'api/main.js',
      nodeOptions: [],
      stopSteps: API_STOP,
      env: async () => {
        const port = String(await this.chooseApiPort());
        return { ...this.childEnvironment(), PORT: port };
      },
    });
  }

  /** `PORT` is kept to; else 3000 or the next free one. Asked again at each start of the API. */
  async chooseApiPort() {
    if (this.env['PORT']) {
      this.apiPort = fixedPort(this.env['PORT']);
      return this.apiPort;
    }
    const before = this.apiPort;
    const remembered = before === 0 ? undefined : before;
    this.apiPort = await choosePort({ preferred: PORTS.api, remembered });
    if (before !== 0 && before !== this.apiPort) {
      releasePort(before);
      this.say(
        `Port ${String(before)} was taken meanwhile: the API is now at http://127.0.0.1:${String(this.apiPort)}`,
      );
      this.tellWorker();
    }
    return this.apiPort;
  }

  /** The worker tells the emulator where notifications go: it is brought back with the new address. */
  tellWorker() {
    const pid = this.worker?.pid();
    if (this.emulatorUrl !== undefined && pid !== undefined) sendSignal(pid, 'SIGTERM');
  }

  /** Stops all parts in order: first who takes work, last who keeps it. */
  async stop() {
    this.stopping = true;
    const killRest = setTimeout(() => void this.kill9(), STOP_WITHIN_MS);
    for (const part of [...this.parts].sort((one, other) => stopRank(one) - stopRank(other))) {
      await part.stop().catch((/** @type {unknown} */ error) => {
        this.say(`${part.name}: ${String(error)}`);
      });
    }
    clearTimeout(killRest);
  }

  async kill9() {
    await Promise.allSettled(this.parts.map((part) => part.kill9()));
  }
}

const STOP_ORDER = ['api', 'worker', 'emulator', 'Temporal', 'Postgres'];

/** @param {Part} part */
const stopRank = (part) => STOP_ORDER.indexOf(part.name);

/**
 * @param {string} given
 */
function fixedPort(given) {
  const port = Number(given);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new Error(`PORT is "${given}", which is not a port number (1 to 65535).`);
}

/**
 * Refuses a given PORT that cannot be used, before anything is started.
 * @param {NodeJS.ProcessEnv} env
 */
async function checkGivenPort(env) {
  if (!env['PORT']) return;
  const port = fixedPort(env['PORT']);
  if (!(await portIsFree(port))) {
    throw new Error(`Port ${String(port)}, given by PORT, is taken by another program. Free it, or give another PORT.`);
  }
}

module.exports = { System, checkGivenPort };
