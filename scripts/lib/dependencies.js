// @ts-check
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { runCommand, lastLines } = require('./run-command');
const { readState } = require('./state-file');

const NODE_FLOOR = [20, 19];

/**
 * @param {string} [version]
 * @returns {string} the version, when it will do
 */
function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantMajor = 0, wantMinor = 0] = NODE_FLOOR;
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return version;
  throw new Error(`This is Node ${version}; Mallflow needs ${NODE_FLOOR.join('.')} or newer.`);
}

/**
 * Whether what is installed is what the lock file asks for. Our own mark says so quickly; without it (somebody ran npm
 * by hand) npm's own record in node_modules is compared with the lock file.
 * @param {string} root
 */
function dependenciesAreCurrent(root) {
  const modules = path.join(root, 'node_modules');
  if (readMark(modules) === lockHash(root)) return true;
  const wanted = lockedPackages(path.join(root, 'package-lock.json'));
  const present = lockedPackages(path.join(modules, '.package-lock.json'));
  if (!wanted || !present) return false;
  const names = Object.keys(wanted).filter((name) => name !== '');
  const asWanted = names.every((name) => {
    const entry = wanted[name];
    return present[name] ? present[name].version === entry?.version : Boolean(entry?.optional);
  });
  return asWanted && Object.keys(present).every((name) => wanted[name] !== undefined);
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function lockedPackages(file) {
  const lock = /** @type {{ packages?: Record<string, { version?: string, optional?: boolean }> } | undefined} */ (
    readState(file)
  );
  return lock?.packages;
}

/** @param {string} modules */
function readMark(modules) {
  try {
    return fs.readFileSync(path.join(modules, '.mallflow-lock'), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** @param {string} root */
function lockHash(root) {
  return crypto
    .createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
}

/**
 * Runs npm, by the very program that runs us when there is one.
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 */
function runNpm(args, options) {
  const program = process.env['npm_execpath'];
  if (program && /\.c?js$/.test(program)) return runCommand(process.execPath, [program, ...args], options);
  return runCommand('npm', args, options);
}

/**
 * Installs the dependencies if they are missing or the lock file has changed.
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {Promise<string>} what was done
 */
async function ensureDependencies(root, say) {
  let done = 'as in package-lock.json';
  if (!dependenciesAreCurrent(root)) {
    say('        Installing dependencies (about a minute the first time) …');
    // Building needs the development dependencies, whatever NODE_ENV says.
    const { code, stdout, stderr } = await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: root });
    if (code !== 0) throw new Error(`npm ci failed:\n${lastLines(`${stdout}\n${stderr}`, 20)}`);
    done = 'installed';
  }
  fs.writeFileSync(path.join(root, 'node_modules', '.mallflow-lock'), `${lockHash(root)}\n`);
  return done;
}

/**
 * @param {string} root
 */
async function build(root) {
  const { code, stdout, stderr } = await runNpm(['run', '--silent', 'build'], { cwd: root });
  if (code !== 0) throw new Error(lastLines(`${stdout}\n${stderr}`, 30));
}

module.exports = { checkNode, ensureDependencies, dependenciesAreCurrent, build };
