// @ts-check
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { cacheFolder } = require('./cache-folder');
const { runCommand, lastLines } = require('./run-command');

const requirements = path.resolve(__dirname, '..', 'fuzz-requirements.txt');

const PIP_TIMEOUT_MS = 600_000;

/**
 * The path of `schemathesis`, in a Python environment of its own below the cache folder; made at the first call. Another
 * list of versions is another environment.
 * @param {NodeJS.ProcessEnv} env
 */
async function findFuzzer(env) {
  const version = createHash('sha256').update(fs.readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = path.join(cacheFolder(env), `fuzzer-${version}`);
  const program = path.join(folder, 'bin', 'schemathesis');
  const whole = path.join(folder, 'whole');
  if (fs.existsSync(whole)) return program;
  fs.rmSync(folder, { recursive: true, force: true });
  await done(['python3', '-m', 'venv', folder], env);
  const choice = ['--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
  await done([path.join(folder, 'bin', 'pip'), 'install', ...choice, '--requirement', requirements], env);
  fs.writeFileSync(whole, '');
  return program;
}

/** @param {string[]} command @param {NodeJS.ProcessEnv} env */
async function done([program = '', ...args], env) {
  const { code, stdout, stderr } = await runCommand(program, args, { env, timeoutMs: PIP_TIMEOUT_MS });
  if (code !== 0) throw new Error(`${program} ${args[0] ?? ''}: ${lastLines(`${stdout}\n${stderr}`, 6)}`);
}

module.exports = { findFuzzer };
