// @ts-check
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { startPostgres } = require('../../scripts/lib/postgres');
const { startTemporal } = require('../../scripts/lib/temporal-server');
const { findTemporalCli } = require('../../scripts/lib/temporal-cli');
const { startServerProcess } = require('../../scripts/lib/server-process');
const { choosePort } = require('../../scripts/lib/ports');
const { waitForReady } = require('../../scripts/lib/readiness');
const { runCommand } = require('../../scripts/lib/run-command');

const root = path.join(__dirname, '..', '..');

/** @typedef {import('../../scripts/lib/server-process').ServerProcess} ServerProcess */

const STOP_STEPS = /** @type {import('../../scripts/lib/server-process').StopSteps} */ ([
  { signal: 'SIGTERM', waitMs: 6_000 },
  { signal: 'SIGKILL', waitMs: 2_000 },
]);

/** Where the bare workflow's worker listens. */
const bareQueue = 'bare';

/**
 * A whole Mallflow with servers of its own, every part a process of its own, as in a small production: its state in a
 * folder that goes when it stops. The parts can be killed and started again.
 */
class Installation {
  /** @param {{ environment?: Record<string, string>, say?: (line: string) => void }} options */
  constructor({ environment = {}, say = () => undefined }) {
    this.say = say;
    this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mallflow-bench-'));
    this.environment = environment;
    this.secret = crypto.randomBytes(24).toString('hex');
    /** @type {Map<string, { pid: number, kill9: () => Promise<void>, stop: () => Promise<void> }>} */
    this.parts = new Map();
    /** @type {string | undefined} the Temporal program, once found */
    this.cli = undefined;
    this.databaseUrl = '';
    this.temporalAddress = '';
    this.apiPort = 0;
  }

  get apiUrl() {
    return `http://127.0.0.1:${String(this.apiPort)}`;
  }

  /** @param {readonly string[]} names */
  pids(...names) {
    return Object.fromEntries(names.map((name) => [name, this.parts.get(name)?.pid ?? -1]));
  }

  async startPostgres() {
    const server = await startPostgres({ dir: path.join(this.dir, 'postgres') });
    this.databaseUrl = server.url;
    this.parts.set('postgres', server);
  }

  async startTemporal() {
    this.cli ??= await findTemporalCli({ log: this.say });
    const server = await startTemporal({ dir: path.join(this.dir, 'temporal'), cli: this.cli });
    this.temporalAddress = server.address;
    this.parts.set('temporal', server);
  }

  /** Both servers, with the schema in place. */
  async startServers() {
    await Promise.all([this.startPostgres(), this.startTemporal()]);
    const args = [path.join(root, 'dist', 'admin', 'main.js'), 'migrate'];
    const { code, stderr } = await runCommand(process.execPath, args, {
      env: this.childEnvironment(),
      timeoutMs: 60_000,
    });
    if (code !== 0) throw new Error(`the migrations failed: ${stderr}`);
  }

  /**
   * @param {string} name
   * @param {readonly string[]} args
   * @param {Record<string, string>} [environment]
   */
  startNode(name, args, environment = {}) {
    const part = startServerProcess({
      command: process.execPath,
      args: [...args],
      env: { ...this.childEnvironment(), ...environment },
      logFile: path.join(this.dir, `${name}.log`),
      recordFile: path.join(this.dir, `${name}.json`),
      stopSteps: STOP_STEPS,
      cwd: root,
    });
    this.parts.set(name, part);
    return part;
  }

  /** @param {readonly string[]} [nodeOptions] */
  async startApi(nodeOptions = []) {
    if (this.apiPort === 0) this.apiPort = await choosePort({});
    this.startNode('api', [...nodeOptions, path.join(root, 'dist', 'api', 'main.js')], { PORT: String(this.apiPort) });
  }

  /** With the heap that `npm start` gives it. @param {readonly string[]} [nodeOptions] */
  startWorker(nodeOptions = []) {
    this.startNode('worker', [
      '--max-old-space-size=512',
      ...nodeOptions,
      path.join(root, 'dist', 'worker', 'main.js'),
    ]);
  }

  async startBareWorker() {
    const { bundleWorkflowCode } = require('@temporalio/worker');
    const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };
    const workflowsPath = path.join(__dirname, '..', 'bare', 'workflow.js');
    const bundle = path.join(this.dir, 'bare-bundle.js');
    fs.writeFileSync(bundle, (await bundleWorkflowCode({ workflowsPath, logger: quiet })).code);
    const worker = path.join(__dirname, '..', 'bare', 'worker.js');
    this.startNode('bareWorker', ['--max-old-space-size=512', worker, bundle, bareQueue]);
  }

  async apiIsReady() {
    const limits = { timeoutMs: 30_000, deaths: () => 0, maxDeaths: 1 };
    await waitForReady(() => `${this.apiUrl}/readyz`, limits);
  }

  childEnvironment() {
    const own = Object.entries(process.env).filter(([name]) => !/^(MALLFLOW_|PORT$|APP_DATABASE_URL$)/.test(name));
    return {
      ...Object.fromEntries(own),
      NODE_ENV: 'production',
      MALLFLOW_SECRET: this.secret,
      MALLFLOW_DATA_KEYS: `bench:${crypto.createHash('sha256').update(this.secret).digest('base64')}`,
      MALLFLOW_IMAGE_DIR: path.join(this.dir, 'images'),
      MALLFLOW_DOCUMENT_DIR: path.join(this.dir, 'documents'),
      DATABASE_URL: this.databaseUrl,
      TEMPORAL_ADDRESS: this.temporalAddress,
      ...this.environment,
    };
  }

  /** As if the power went, everywhere at once. */
  async kill9() {
    await Promise.all([...this.parts.values()].map((part) => part.kill9()));
  }

  /** Another installation in the place of this one: nothing runs, nothing is kept. */
  async renew() {
    await this.stop();
    this.parts.clear();
    fs.mkdirSync(this.dir, { mode: 0o700 });
  }

  /** Stops what takes work first, and removes the state. */
  async stop() {
    const last = ['temporal', 'postgres'];
    const order = [...[...this.parts.keys()].filter((name) => !last.includes(name)), ...last];
    for (const name of order)
      await this.parts
        .get(name)
        ?.stop()
        .catch((/** @type {unknown} */ error) => this.say(`${name}: ${String(error)}`));
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

/**
 * Runs a bench with installations side by side and takes them down again, however it ends.
 * @param {number} count
 * @param {ConstructorParameters<typeof Installation>[0]} options
 * @param {(installations: Installation[]) => Promise<number>} work returns the exit code
 */
async function withInstallations(count, options, work) {
  const installations = Array.from({ length: count }, () => new Installation(options));
  // Each part of each is ended with this process.
  process.setMaxListeners(10 * (count + 1));
  let stopping = false;
  const end = async (/** @type {number} */ code) => {
    if (stopping) return;
    stopping = true;
    await Promise.all(installations.map((installation) => installation.stop()));
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void end(130));
  try {
    await end(await work(installations));
  } catch (error) {
    console.error(error instanceof Error ? error.stack : error);
    await end(1);
  }
}

/**
 * Runs a bench with one installation.
 * @param {ConstructorParameters<typeof Installation>[0]} options
 * @param {(installation: Installation) => Promise<number>} work returns the exit code
 */
function withInstallation(options, work) {
  return withInstallations(1, options, ([installation]) => work(/** @type {Installation} */ (installation)));
}

module.exports = { Installation, withInstallation, withInstallations, bareQueue };
