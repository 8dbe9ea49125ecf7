// @ts-check
'use strict';

const { openPool, furnish, signedIn } = require('./lib/furnish');
const { withInstallation } = require('./lib/installation');
const { fillCases } = require('./lib/many-cases');
const { fillReviews } = require('./lib/many-reviews');
const { decide } = require('./lib/operations-decisions');
const { hearChanges } = require('./lib/operations-events');
const { askLists, listCalls, listRows } = require('./lib/operations-lists');
const { readOptions } = require('./lib/options');
const { table, targetTable, isMet } = require('./lib/report');
const { quantile } = require('./lib/statistics');

const options = readOptions(
  `What reviewers and operators wait for after long use: npm run bench:operations -- [options]

Lets a reviewer approve shops, in turn with a bare workflow; writes cases and reviews by SQL, asks for pages of the queue
and of the processes at a fixed rate; and lets clients listen to GET /v1/events while things change.`,
  {
    open: { default: 50_000, says: 'open cases, and open reviews' },
    closed: { default: 1_000_000, says: 'closed cases, and decided reviews' },
    decisions: { default: 100, says: 'shops approved, one after another' },
    rate: { default: 20, says: 'pages asked for per second' },
    seconds: { default: 60, says: 'for so long' },
    clients: { default: 500, says: 'clients that listen' },
    changes: { default: 300, says: 'changes they are told, ten per second' },
    quick: { default: false, says: 'a twentieth of the rows, 50 clients, seconds: a look, not a measurement' },
    json: { default: false, says: 'print everything measured as JSON instead of tables' },
  },
);
const size = options.quick
  ? { decisions: 20, open: 2_500, closed: 50_000, seconds: 5, clients: 50, changes: 30 }
  : {
      decisions: options.decisions,
      open: options.open,
      closed: options.closed,
      seconds: options.seconds,
      clients: options.clients,
      changes: options.changes,
    };

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @param {import('./lib/installation').Installation} installation */
async function bench(installation) {
  say('starting servers and API …');
  await installation.startServers();
  const db = openPool(installation.databaseUrl);
  const owner = openPool(installation.databaseUrl, null);
  const { benefitId, buyers } = await furnish(db, 20);
  const person = (/** @type {'operator' | 'reviewer'} */ role) =>
    signedIn(db, { login: `${role}@bench`, role, enterpriseId: null });
  const [operator, reviewer] = [await person('operator'), await person('reviewer')];
  await Promise.all([installation.startApi(), installation.startBareWorker()]);
  installation.startWorker();
  await installation.apiIsReady();
  const { apiUrl } = installation;
  const { decisions } = size;
  say(`${String(decisions)} shops are approved …`);
  const decided = await decide({ installation, db, owner, token: reviewer.token, count: decisions });
  // What is read next are rows without runs: nobody is to look for these.
  for (const part of ['worker', 'bareWorker']) await installation.parts.get(part)?.stop();
  const { open, closed } = size;
  say(`writing ${String(open)} open and ${String(closed)} closed cases, and as many reviews …`);
  const manager = /** @type {import('./lib/furnish').Buyer} */ (buyers.hot[0]);
  const enterpriseIds = [manager.enterpriseId, ...buyers.spread.map((buyer) => buyer.enterpriseId)];
  await fillCases(owner, { open, closed, enterpriseIds, accountId: manager.accountId, benefitId });
  await fillReviews(owner, { open, decided: closed, reviewerId: reviewer.accountId });
  await owner.raw('vacuum analyze');
  say(`asking for ${String(options.rate)} pages a second …`);
  const calls = listCalls({ reviewer: reviewer.token, operator: operator.token, open, closed });
  const lists = await askLists(apiUrl, { perSecond: options.rate, seconds: size.seconds, calls });
  say(`${String(size.clients)} clients listen …`);
  const { clients, changes } = size;
  const events = await hearChanges({ apiUrl, db, token: operator.token, clients, changes, perSecond: 10 });
  await Promise.all([db.destroy(), owner.destroy()]);
  return report({ decided, lists, events });
}

/**
 * @param {{ decided: Awaited<ReturnType<typeof decide>>, lists: Awaited<ReturnType<typeof askLists>>,
 *   events: Awaited<ReturnType<typeof hearChanges>> }} found
 */
function report({ decided, lists, events }) {
  const [published, floor] = [decided.decided, decided.floor].map((ms) => quantile(ms, 0.5));
  const ratio = (published ?? NaN) / (floor ?? NaN);
  const of = (/** @type {RegExp} */ kinds) => lists.filter(({ kind }) => kinds.test(kind)).map(({ ms }) => ms);
  /** @type {import('./lib/report').Target[]} */
  const targets = [
    { what: 'decision to published, of the floor', value: ratio, must: '<=', limit: 2.5 },
    { what: 'queue p99, ms', value: quantile(of(/^queue/), 0.99), must: '<=', limit: 50 },
    { what: 'processes p99, ms', value: quantile(of(/^(?:processes|counts)/), 0.99), must: '<=', limit: 50 },
    { what: 'a change told, p99, ms', value: quantile(events.ms, 0.99), must: '<=', limit: 1_000 },
    { what: 'changes not told', value: events.missing, must: '<=', limit: 0 },
  ];
  if (options.json) console.log(JSON.stringify({ size, targets, decided, lists: listRows(lists) }));
  else {
    const figures = [published, quantile(decided.decided, 0.99), floor, quantile(decided.floor, 0.99)];
    console.log(
      table('A decision, ms', ['', 'p50', 'p99', 'floor p50', 'floor p99'], [['approved and published', ...figures]]),
    );
    const title = `With ${String(size.open)} open and ${String(size.closed)} closed of each, ${String(options.rate)} pages a second, ms`;
    console.log(table(title, ['', 'asked', 'p50', 'p99'], listRows(lists)));
    const told = [0.5, 0.9, 0.99, 1].map((share) => quantile(events.ms, share));
    const heard = `From a commit to each of ${String(size.clients)} clients, ms`;
    console.log(table(heard, ['', 'p50', 'p90', 'p99', 'longest'], [['a change', ...told]]));
    console.log(targetTable(targets));
  }
  return targets.every(isMet) ? 0 : 3;
}

void withInstallation({ say }, bench);
