// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { runCommand } = require('./run-command');
const { withoutRule } = require('./rule-table');

/** @typedef {import('./rule-table').Rule} Rule */
/**
 * `killed`: a test noticed. `survived`: none did. `broken`: the changed code could not be tried at all.
 * @typedef {{ verdict: 'killed' | 'survived' | 'broken', detail: string }} Trial
 */
/** @typedef {{ numFailedTests: number, testResults: { message: string, assertionResults: { status: string, fullName: string }[] }[] }} JestReport */

const leftOut = new Set(['.cache', '.data', '.git', 'coverage', 'node_modules']);
const trialWithinMs = 120_000;

/** A copy of the checkout with servers of its own, in which one rule at a time is taken away. */
class Lane {
  /**
   * @param {string} root the checkout, never changed
   * @param {string} dir
   */
  constructor(root, dir) {
    this.root = root;
    this.dir = dir;
    this.copy = path.join(dir, 'checkout');
    this.bundle = path.join(this.copy, 'dist', 'workflow-bundle.js');
    /** Whether the template database has the schema of the unchanged migrations. */
    this.hasSoundTemplate = false;
    /** @type {NodeJS.ProcessEnv} */
    this.env = {};
  }

  async start() {
    mkdirSync(this.dir, { recursive: true });
    cpSync(this.root, this.copy, {
      recursive: true,
      filter: (source) => !leftOut.has(path.relative(this.root, source).split(path.sep)[0] ?? ''),
    });
    symlinkSync(path.join(this.root, 'node_modules'), path.join(this.copy, 'node_modules'));
    copyFileSync(this.bundle, `${this.bundle}.sound`);
    const { DATABASE_URL: _, ...env } = process.env;
    // Its standard input is held open: when this process dies, however it dies, the servers stop.
    this.servers = spawn(process.execPath, [path.join(this.root, 'scripts', 'servers.js'), '--dir', this.dir], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env,
    });
    const [line] = await once(createInterface({ input: this.servers.stdout }), 'line');
    const { databaseUrl, temporalAddress } = JSON.parse(line);
    this.env = { ...env, TEST_DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress, TEST_PATIENCE_MS: '15000' };
  }

  async stop() {
    const { servers } = this;
    if (servers !== undefined && servers.exitCode === null) {
      servers.kill('SIGTERM');
      await once(servers, 'exit');
    }
    rmSync(this.dir, { recursive: true, force: true });
  }

  /**
   * What the tests say about the copy as it stands; undefined when jest did not get as far as running them.
   * @param {string[]} tests
   * @param {{ named?: string | undefined, bail?: boolean, timeoutMs: number, changesSchema?: boolean }} options
   * @returns {Promise<{ report: JestReport | undefined, output: string }>}
   */
  async runTests(tests, { named, bail = false, timeoutMs, changesSchema = false }) {
    const file = path.join(this.dir, 'report.json');
    rmSync(file, { force: true });
    const jest = path.join(this.copy, 'node_modules', 'jest', 'bin', 'jest.js');
    const args = [
      jest,
      ...tests,
      '--json',
      `--outputFile=${file}`,
      '--reporters=default',
      '--silent',
      '--testTimeout=45000',
    ];
    if (named !== undefined) args.push('--testNamePattern', named);
    if (bail) args.push('--bail=1');
    const keepTemplate = this.hasSoundTemplate && !changesSchema;
    const env = { ...this.env, TEST_TEMPLATE: keepTemplate ? 'kept' : 'new' };
    this.hasSoundTemplate = keepTemplate;
    const { stderr } = await runCommand(process.execPath, args, { cwd: this.copy, env, timeoutMs });
    this.hasSoundTemplate = !changesSchema && existsSync(file);
    return { report: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined, output: stderr };
  }

  /**
   * Takes the rule away, runs its tests, and puts it back.
   * @param {Rule} rule
   * @returns {Promise<Trial>}
   */
  async try(rule) {
    const file = path.join(this.copy, rule.file);
    const sound = readFileSync(file, 'utf8');
    writeFileSync(file, withoutRule(sound, rule) ?? sound);
    try {
      if (rule.bundle === true) await this.build();
      const { report, output } = await this.runTests(rule.tests, {
        named: rule.named,
        bail: true,
        timeoutMs: trialWithinMs,
        changesSchema: rule.file.startsWith('migrations/'),
      });
      return verdictOf(report, output);
    } catch (error) {
      return { verdict: 'broken', detail: error instanceof Error ? error.message : String(error) };
    } finally {
      writeFileSync(file, sound);
      if (rule.bundle === true) copyFileSync(`${this.bundle}.sound`, this.bundle);
    }
  }

  /** The compiler may well refuse what is left of the code; what it gives out runs all the same. */
  async build() {
    const compiler = path.join(this.copy, 'node_modules', 'typescript', 'bin', 'tsc');
    await runCommand(process.execPath, [compiler, '-b', 'workflows'], { cwd: this.copy, timeoutMs: trialWithinMs });
    const bundler = path.join(this.copy, 'dist', 'worker', 'build-bundle.js');
    const { code, stderr } = await runCommand(process.execPath, [bundler], {
      cwd: this.copy,
      timeoutMs: trialWithinMs,
    });
    if (code !== 0) throw new Error(`the bundle could not be built: ${stderr.slice(-500)}`);
  }
}

/**
 * @param {JestReport | undefined} report
 * @param {string} output
 * @returns {Trial}
 */
function verdictOf(report, output) {
  if (report === undefined) {
    // A test that waits for what never comes has noticed, too.
    if (output.includes('was stopped')) return { verdict: 'killed', detail: 'ran out of time' };
    return { verdict: 'broken', detail: output.slice(-500) };
  }
  const failed = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  );
  const [first] = failed;
  if (first !== undefined) return { verdict: 'killed', detail: first };
  const fault = report.testResults.find(
    ({ message, assertionResults }) => message !== '' && assertionResults.length === 0,
  );
  if (fault !== undefined) return { verdict: 'broken', detail: fault.message.slice(0, 500) };
  return { verdict: 'survived', detail: '' };
}

module.exports = { Lane };
