// @ts-check
'use strict';

/**
 * Postgres and Temporal for one test run or benchmark:
 *
 *   node scripts/servers.js --dir FOLDER
 *
 * Starts both on free ports with their state below FOLDER (a server named by DATABASE_URL or TEMPORAL_ADDRESS is used
 * instead), prints one line {"databaseUrl":…,"temporalAddress":…} when ready, and stops both on SIGTERM, on SIGINT and
 * when its standard input closes: keep that open, and a killed parent leaves no servers behind. Ends when one of them ends.
 */

const path = require('node:path');
const { parseArgs } = require('node:util');
const { startPostgres } = require('./lib/postgres');
const { startTemporal } = require('./lib/temporal-server');
const { findTemporalCli } = require('./lib/temporal-cli');

/** @typedef {{ stop: () => Promise<void>, ended: Promise<string> }} Stoppable */

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @type {Promise<Stoppable | undefined>[]} */
const servers = [];
let stopping = false;

async function stopAll() {
  if (stopping) return;
  stopping = true;
  // In the order of use: Temporal needs no Postgres here, but whoever waits for Temporal may hold rows.
  for (const server of [...servers].reverse()) {
    await server.then((started) => started?.stop()).catch(() => undefined);
  }
}

/** @param {string} dir */
async function databaseUrl(dir) {
  if (process.env['DATABASE_URL']) return process.env['DATABASE_URL'];
  const starting = startPostgres({ dir: path.join(dir, 'postgres') });
  servers.push(starting);
  return (await starting).url;
}

/** @param {string} dir */
async function temporalAddress(dir) {
  if (process.env['TEMPORAL_ADDRESS']) return process.env['TEMPORAL_ADDRESS'];
  const starting = findTemporalCli({ log: say }).then((cli) => startTemporal({ dir: path.join(dir, 'temporal'), cli }));
  servers.push(starting);
  return (await starting).address;
}

async function main() {
  const { values } = parseArgs({ options: { dir: { type: 'string' } } });
  if (!values.dir) throw new Error('Usage: node scripts/servers.js --dir FOLDER');
  const dir = path.resolve(values.dir);

  const end = () => void stopAll().then(() => process.exit(0));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);
  process.stdin.on('end', end).on('error', end).resume();

  const [database, temporal] = await Promise.all([databaseUrl(dir), temporalAddress(dir)]);
  // One without the other is of no use to anybody: who waits on us is told by our end.
  for (const server of await Promise.all(servers)) {
    void server?.ended.then((how) => {
      if (stopping) return;
      say(`A server of this run ended by itself (${how}).`);
      void stopAll().then(() => process.exit(1));
    });
  }
  if (!stopping) process.stdout.write(`${JSON.stringify({ databaseUrl: database, temporalAddress: temporal })}\n`);
}

main().catch(async (/** @type {unknown} */ error) => {
  say(error instanceof Error ? error.message : String(error));
  await stopAll();
  process.exit(1);
});
