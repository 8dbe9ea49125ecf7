// @ts-check
'use strict';

const path = require('node:path');
const { withInstallation } = require('./lib/installation');
const { readNumbers, readOptions } = require('./lib/options');
const { backlogTables, backlogTargets, measureBacklog } = require('./lib/payments-backlog');
const { measureNotifications, notificationTables, notificationTargets } = require('./lib/payments-notifications');
const { measurePolling, pollingTables, pollingTargets } = require('./lib/payments-polling');
const { measureStocked, stockedTables, stockedTargets } = require('./lib/payments-stocked');
const { isMet, targetTable } = require('./lib/report');

/** @typedef {import('./lib/installation').Installation} Installation */
/** @typedef {{ measured: unknown, tables: string, targets: import('./lib/report').Target[] }} Part */

const options = readOptions(
  `How fast money that came in is known: npm run bench:payments -- [options]   (after npm run build)

Starts servers and an emulated channel of its own, afresh for each part, and measures
  notifications  accepted per second over real HTTP with 16 connections, beside a bare loop (verify, decrypt, insert) in
                 a process of its own, block by block in turns
  stocked        from a notification to the stocked purchase, one at a time and at a steady rate
  backlog        a worker that comes back to notifications that came meanwhile
  polling        open attempts nobody tells about: questions per second at the channel, and what they cost the worker
Figures are of this machine and moment; the ratios are what to compare.`,
  {
    only: { default: 'notifications,stocked,backlog,polling', says: 'which of these' },
    blocks: { default: 5, says: 'blocks of notifications' },
    'per-block': { default: 2_000, says: 'notifications of each side and block' },
    alone: { default: 50, says: 'payments one at a time' },
    'per-second': { default: 10, says: 'payments a second at the steady rate' },
    seconds: { default: 30, says: 'how long at that rate' },
    backlog: { default: 10_000, says: 'notifications that wait for the worker' },
    attempts: { default: '10000', says: 'open attempts; several numbers, one after the other: 2500,10000' },
    watch: { default: 600, says: 'seconds that polling is watched, at most 840' },
    compress: { default: 1, says: 'divides the pauses between questions (5 s, 30 s, 1 min, 3 min, then 10 min)' },
    profile: { default: '', says: 'write a CPU profile of the API taking notifications in to this folder' },
    quick: { default: false, says: 'a few of everything: a look, not a measurement' },
    json: { default: false, says: 'print everything measured as JSON instead of tables' },
  },
);
const sizes = options.quick
  ? {
      blocks: 2,
      perBlock: 200,
      alone: 5,
      rate: 5,
      seconds: 4,
      backlog: 110,
      attempts: [40, 80],
      watch: 20,
      compress: 60,
    }
  : {
      ...options,
      perBlock: options['per-block'],
      rate: options['per-second'],
      attempts: readNumbers('attempts', options.attempts),
    };

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @type {Readonly<Record<string, (installation: Installation) => Promise<Part>>>} */
const parts = {
  notifications: async (installation) => {
    const { profile } = options;
    const nodeOptions = profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profile)}`];
    const measured = await measureNotifications(installation, { ...sizes, nodeOptions });
    return { measured, tables: notificationTables(measured), targets: notificationTargets(measured) };
  },
  stocked: async (installation) => {
    const measured = await measureStocked(installation, { ...sizes, say });
    return { measured, tables: stockedTables(measured), targets: stockedTargets(measured) };
  },
  backlog: async (installation) => {
    const measured = await measureBacklog(installation, { count: sizes.backlog, say });
    return { measured, tables: backlogTables(measured), targets: backlogTargets(measured) };
  },
  polling: async (installation) => {
    const { attempts, watch: seconds, compress } = sizes;
    const measured = await measurePolling(installation, { attempts, seconds, compress, say });
    return { measured, tables: pollingTables(measured), targets: pollingTargets(measured) };
  },
};

/** @param {Installation} installation */
async function bench(installation) {
  const wanted = options.only.split(',');
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0) throw new Error(`--only knows ${Object.keys(parts).join(', ')}, not ${unknown.join(', ')}`);
  /** @type {Record<string, unknown>} */
  const measured = {};
  const targets = [];
  for (const name of wanted) {
    if (targets.length > 0) await installation.renew();
    say(`${name} …`);
    const part = await /** @type {NonNullable<typeof parts[string]>} */ (parts[name])(installation);
    targets.push(...part.targets);
    measured[name] = part.measured;
    if (!options.json) console.log(part.tables);
  }
  console.log(options.json ? JSON.stringify({ targets, measured }) : targetTable(targets));
  return targets.every(isMet) ? 0 : 3;
}

void withInstallation({ say }, bench);
