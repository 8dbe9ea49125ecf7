// @ts-check
'use strict';

const { Client } = require('./lib/client');
const { openPool } = require('./lib/furnish');
const { furnishManagers } = require('./lib/furnish-mall');
const { withInstallation } = require('./lib/installation');
const { allocationTables, allocationTargets, measureAllocations } = require('./lib/mall-allocation');
const { hotTables, hotTargets, managers: managerCount, measureHot } = require('./lib/mall-hot');
const { listTables, listTargets, measureLists } = require('./lib/mall-lists');
const { measureShelf, shelfTables, shelfTargets } = require('./lib/mall-shelf');
const { readOptions } = require('./lib/options');
const { targetTable, isMet } = require('./lib/report');

/** @typedef {import('./lib/installation').Installation} Installation */
/** @typedef {{ measured: unknown, tables: string, targets: import('./lib/report').Target[] }} Part */

const options = readOptions(
  `What a mall's managers and members wait for: npm run bench:mall -- [options]   (after npm run build)

Starts servers of its own and measures
  allocation  proposal and confirmation over real HTTP, beside a bare workflow with the same messages, clock and
              no-op activities, block by block in turns
  hot         ${String(managerCount)} managers on one commodity against ${String(managerCount)} on as many
  shelf       members' reads of one shelf at a fixed rate, from the moment each was due
  lists       pages of every list of a mall at few and at many rows, with plans and pages touched
Figures are of this machine and moment; the ratios are what to compare.`,
  {
    only: { default: 'allocation,hot,shelf,lists', says: 'which of these' },
    blocks: { default: 5, says: 'how often allocations and the hot commodity are repeated' },
    'per-block': { default: 40, says: 'allocations of each kind and block, one at a time; more with many in flight' },
    listings: { default: 10_000, says: 'listings on the shelf' },
    seconds: { default: 30, says: 'how long the shelf is read' },
    small: { default: 10_000, says: 'rows of each list first' },
    large: { default: 1_000_000, says: 'rows of each list then' },
    calls: { default: 100, says: 'calls of each list page' },
    quick: { default: false, says: 'two small blocks, 3 s, 50,000 rows, 20 calls: a look, not a measurement' },
    plans: { default: false, says: 'print the plan of every list page, not only those that cost most' },
    json: { default: false, says: 'print everything measured as JSON instead of tables' },
  },
);
const sizes = options.quick
  ? { blocks: 2, perBlock: 10, seconds: 3, large: 50_000, calls: 20 }
  : { ...options, perBlock: options['per-block'] };

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @type {Readonly<Record<string, (installation: Installation, mall: Client) => Promise<Part>>>} */
const parts = {
  allocation: async (installation, mall) => {
    const measured = await measureAllocations(installation, mall, { ...sizes, say });
    return { measured, tables: allocationTables(measured), targets: allocationTargets(measured) };
  },
  hot: async (installation, mall) => {
    const measured = await measureHot(installation, mall, sizes);
    return { measured, tables: hotTables(measured), targets: hotTargets(measured) };
  },
  shelf: async (installation, mall) => {
    const measured = await measureShelf(installation, mall, { listings: options.listings, seconds: sizes.seconds });
    return { measured, tables: shelfTables(measured), targets: shelfTargets(measured) };
  },
  lists: async (installation, mall) => {
    const { small } = options;
    const measured = await measureLists(installation, mall, { small, large: sizes.large, calls: sizes.calls, say });
    return { measured, tables: listTables(measured, options.plans), targets: listTargets(measured) };
  },
};

/** @param {readonly string[]} wanted names of parts */
function requireKnown(wanted) {
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0) throw new Error(`--only knows ${Object.keys(parts).join(', ')}, not ${unknown.join(', ')}`);
}

/** @param {Installation} installation */
async function bench(installation) {
  const wanted = options.only.split(',');
  requireKnown(wanted);
  say('starting servers, API, worker and clients …');
  await installation.startServers();
  const db = openPool(installation.databaseUrl);
  const managers = await furnishManagers(db, managerCount);
  await db.destroy();
  if (wanted.includes('allocation')) await installation.startBareWorker();
  installation.startWorker();
  await installation.startApi();
  await installation.apiIsReady();
  const mall = new Client('mall', { apiUrl: installation.apiUrl, managers });
  /** @type {Record<string, unknown>} */
  const measured = {};
  const targets = [];
  for (const name of wanted) {
    say(`${name} …`);
    const part = await /** @type {NonNullable<typeof parts[string]>} */ (parts[name])(installation, mall);
    targets.push(...part.targets);
    measured[name] = part.measured;
    if (!options.json) console.log(part.tables);
  }
  console.log(options.json ? JSON.stringify({ targets, measured }) : targetTable(targets));
  return targets.every(isMet) ? 0 : 3;
}

void withInstallation({ say }, bench);
