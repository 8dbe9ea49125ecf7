// @ts-check
'use strict';

const { openPool, furnish, signedIn } = require('./lib/furnish');
const { withInstallation } = require('./lib/installation');
const { fillCases } = require('./lib/many-cases');
const { fillReviews } = require('./lib/many-reviews');
const { decide } = require('./lib/operations-decisions');
const { hearChanges } = require('./lib/operations-events');
const { askLists, listCalls, listRows } = require('./lib/operations-lists');
const { openReviews } = require('./lib/operations-open-reviews');
const { operationsTables, operationsTargets } = require('./lib/operations-report');
const { readNumbers, readOptions } = require('./lib/options');
const { targetTable, isMet } = require('./lib/report');

const parts = ['decisions', 'reviews', 'lists', 'events'];

const options = readOptions(
  `What reviewers and operators wait for after long use: npm run bench:operations -- [options]

Lets a reviewer approve shops, in turn with a bare workflow; opens reviews and reads what the worker holds; writes cases
and reviews by SQL, asks for pages of the queue and of the processes at a fixed rate; and lets clients listen to
GET /v1/events while things change.`,
  {
    only: { default: parts.join(','), says: 'some of these parts' },
    open: { default: 50_000, says: 'open cases, and open reviews' },
    closed: { default: 1_000_000, says: 'closed cases, and decided reviews' },
    decisions: { default: 100, says: 'shops approved, one after another' },
    reviews: { default: '1000,3000', says: 'reviews left open, in all: one size within the cache, one beyond it' },
    cache: { default: 1_000, says: 'runs the worker keeps in memory (MALLFLOW_WORKFLOW_CACHE)' },
    rate: { default: 20, says: 'pages asked for per second' },
    seconds: { default: 60, says: 'for so long' },
    clients: { default: 500, says: 'clients that listen' },
    changes: { default: 300, says: 'changes they are told, ten per second' },
    quick: { default: false, says: 'a twentieth of the rows, 50 clients, seconds: a look, not a measurement' },
    json: { default: false, says: 'print everything measured as JSON instead of tables' },
  },
);
const small = { decisions: 20, open: 2_500, closed: 50_000, seconds: 5, clients: 50, changes: 30 };
const size = {
  ...options,
  ...(options.quick ? { ...small, cache: 100, reviews: '100,300' } : {}),
};
const reviewSizes = readNumbers('reviews', size.reviews);
const [within = 0, beyond = 0, ...more] = reviewSizes;
if (within > size.cache || beyond <= size.cache || more.length > 0)
  throw new Error(`--reviews wants two sizes: up to the cache's ${String(size.cache)}, and more than that`);
const only = options.only.split(',');
if (!only.every((name) => parts.includes(name))) throw new Error(`--only takes some of ${parts.join(', ')}`);

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @typedef {import('./lib/operations-report').Found} Found */

/** @param {import('./lib/installation').Installation} installation */
async function bench(installation) {
  say('starting servers and API …');
  await installation.startServers();
  const db = openPool(installation.databaseUrl);
  const owner = openPool(installation.databaseUrl, null);
  const person = (/** @type {'operator' | 'reviewer'} */ role) =>
    signedIn(db, { login: `${role}@bench`, role, enterpriseId: null });
  const world = { installation, db, owner, operator: await person('operator'), reviewer: await person('reviewer') };
  await Promise.all([installation.startApi(), installation.startBareWorker()]);
  installation.startWorker();
  await installation.apiIsReady();
  const found = { ...(await withRuns(world)), ...(await withRows(world)) };
  await Promise.all([db.destroy(), owner.destroy()]);
  return report(found);
}

/**
 * @typedef {object} World
 * @property {import('./lib/installation').Installation} installation
 * @property {import('./lib/furnish').Db} db
 * @property {import('./lib/furnish').Db} owner
 * @property {{ accountId: string, token: string }} operator
 * @property {{ accountId: string, token: string }} reviewer
 */

/** What needs runs. @param {World} world @returns {Promise<Found>} */
async function withRuns({ installation, db, owner, reviewer }) {
  /** @type {Found} */
  const found = {};
  if (only.includes('decisions')) {
    say(`${String(size.decisions)} shops are approved …`);
    found.decisions = await decide({ installation, db, owner, token: reviewer.token, count: size.decisions });
  }
  if (only.includes('reviews')) {
    say(`${String(beyond)} reviews are opened …`);
    // A tenth of the first size comes before, so that what every worker needs once is not put down to the reviews.
    found.reviews = await openReviews({
      installation,
      db,
      owner,
      sizes: [Math.ceil(within / 10), within, beyond],
      say,
    });
  }
  return found;
}

/** What reads rows without runs: no worker is to look for these. @param {World} world @returns {Promise<Found>} */
async function withRows({ installation, db, owner, operator, reviewer }) {
  /** @type {Found} */
  const found = {};
  const { apiUrl } = installation;
  for (const part of ['worker', 'bareWorker']) await installation.parts.get(part)?.stop();
  if (only.includes('lists')) {
    const { open, closed } = size;
    say(`writing ${String(open)} open and ${String(closed)} closed cases, and as many reviews …`);
    const { benefitId, buyers } = await furnish(db, 20);
    const manager = /** @type {import('./lib/furnish').Buyer} */ (buyers.hot[0]);
    const enterpriseIds = [manager.enterpriseId, ...buyers.spread.map((buyer) => buyer.enterpriseId)];
    await fillCases(owner, { open, closed, enterpriseIds, accountId: manager.accountId, benefitId });
    await fillReviews(owner, { open, decided: closed, reviewerId: reviewer.accountId });
    // What was written is on the disk before anybody is timed.
    for (const settle of ['vacuum analyze', 'checkpoint']) await owner.raw(settle);
    say(`asking for ${String(options.rate)} pages a second …`);
    const calls = listCalls({ reviewer: reviewer.token, operator: operator.token, open, closed });
    found.lists = await askLists(apiUrl, { perSecond: options.rate, seconds: size.seconds, calls });
  }
  if (only.includes('events')) {
    const { clients, changes } = size;
    say(`${String(clients)} clients listen …`);
    found.events = await hearChanges({ apiUrl, db, token: operator.token, clients, changes, perSecond: 10 });
  }
  return found;
}

/** @param {Found} found */
function report(found) {
  const targets = operationsTargets(found);
  if (options.json) {
    const lists = found.lists === undefined ? undefined : listRows(found.lists);
    const { decisions, reviews } = found;
    console.log(JSON.stringify({ size, targets, decided: decisions, reviews, lists }));
  } else console.log(`${operationsTables(found, size)}\n${targetTable(targets)}`);
  return targets.every(isMet) ? 0 : 3;
}

void withInstallation({ say, environment: { MALLFLOW_WORKFLOW_CACHE: String(size.cache) } }, bench);
