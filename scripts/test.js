// @ts-check
'use strict';

/**
 * npm test: dependencies, Temporal CLI and build as for npm start, then jest with the arguments given. jest's own
 * global set-up starts the servers.
 */

const path = require('node:path');
const { stage } = require('./lib/stages');
const { checkNode, ensureDependencies, build } = require('./lib/dependencies');
const { findTemporalCli } = require('./lib/temporal-cli');
const { runVisibly } = require('./lib/run-command');

const root = path.resolve(__dirname, '..');
const say = (/** @type {string} */ line) => {
  console.log(line);
};

async function main() {
  await stage('Node', () => checkNode(), { note: (version) => version });
  await stage('Dependencies', () => ensureDependencies(root, say), { note: (done) => done });
  const env = { ...process.env };
  if (!env['TEMPORAL_ADDRESS']) {
    const cli = await stage('Temporal CLI', () => findTemporalCli({ log: say }), { note: (file) => file });
    env['TEMPORAL_CLI'] = cli;
  }
  await stage('Build', () => build(root));
  const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  process.exitCode = await runVisibly(process.execPath, [jest, ...process.argv.slice(2)], { cwd: root, env });
}

main().catch((/** @type {unknown} */ error) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
