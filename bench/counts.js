// @ts-check
'use strict';

const { listCases, countOpenCases } = require('../dist/db/case/queries');
const { countUnconfirmed } = require('../dist/db/command/queries');
const { listPurchases } = require('../dist/db/purchase/queries');
const { listCommodities } = require('../dist/db/stock/queries');
const { Client } = require('./lib/client');
const { openPool, furnish, signedIn } = require('./lib/furnish');
const { withInstallation } = require('./lib/installation');
const { fillCases } = require('./lib/many-cases');
const { readOptions } = require('./lib/options');
const { ask, foundHead, foundRow } = require('./lib/questions');
const { table, targetTable, isMet } = require('./lib/report');
const { quantile } = require('./lib/statistics');

/** @typedef {import('../dist/db/connection').Db} Db */
/** @typedef {import('./lib/questions').Found} Found */
/** @typedef {Omit<import('./lib/questions').Question, 'token'> & { who: 'operator' | 'manager' }} Question */

const options = readOptions(
  `What an operator and a manager wait for after long use: npm run bench:counts -- [options]   (after npm run build)

Writes cases by SQL, then asks GET /v1/processes/counts and pages of lists over HTTP and shows each plan with its
buffers. The counts are checked against what was written.`,
  {
    open: { default: 50_000, says: 'open cases' },
    closed: { default: 1_000_000, says: 'closed cases' },
    calls: { default: 100, says: 'calls of each question' },
    quick: { default: false, says: '5,000 open and 50,000 closed cases, 20 calls: a look, not a measurement' },
    plans: { default: false, says: 'print every plan whole, not only that of the counts' },
    json: { default: false, says: 'print everything measured as JSON instead of tables' },
  },
);
const open = options.quick ? 5_000 : options.open;
const closed = options.quick ? 50_000 : options.closed;
const calls = options.quick ? 20 : options.calls;

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

const anyCase = { kind: null, state: null, stage: null, whoseTurn: null, overdue: null, stuck: null, q: null };
const firstPage = { limit: 50, after: null };

/** @param {string} enterpriseId @returns {Question[]} */
function questions(enterpriseId) {
  const middle = (/** @type {string} */ prefix) =>
    `${prefix}_01${String(Math.round((open + closed) / 2)).padStart(24, '0')}`;
  const cursor = (/** @type {string} */ prefix) =>
    `cursor=${Buffer.from(middle(prefix), 'latin1').toString('base64url')}`;
  /** @type {(name: string, query: string, filter: object, after?: string | null) => Question} */
  const cases = (name, query, filter, after = null) => ({
    name: `processes ${name}`,
    path: `/v1/processes?limit=50&${query}`,
    who: 'operator',
    query: (db) => listCases(db, { ...anyCase, ...filter }, { ...firstPage, after }),
  });
  /** @type {(name: string, query: string, state: import('../dist/domain/purchase/states').PurchaseState | null, after?: string | null) => Question} */
  const purchases = (name, query, state, after = null) => ({
    name: `purchases ${name}`,
    path: `/v1/purchases?limit=50&${query}`,
    who: 'manager',
    query: (db) => listPurchases(db, enterpriseId, { state }, { ...firstPage, after }),
  });
  const subject = middle('pur');
  return [
    {
      name: 'counts',
      path: '/v1/processes/counts',
      who: 'operator',
      query: async (db) => [await countOpenCases(db), await countUnconfirmed(db)],
    },
    cases('newest', '', {}),
    cases('from the middle', cursor('prc'), {}, middle('prc')),
    cases('state=open', 'state=open', { state: 'open' }),
    cases('state=cancelled', 'state=cancelled', { state: 'cancelled' }),
    cases('open, one stage', 'state=open&stage=stocked', { state: 'open', stage: 'stocked' }),
    cases('overdue', 'overdue=true', { overdue: true }),
    cases('stuck', 'stuck=true', { stuck: true }),
    cases('by subject id', `q=${subject}`, { q: subject }),
    cases('by a title nobody has', 'q=nobody-has-this', { q: 'nobody-has-this' }),
    purchases('newest', '', null),
    purchases('from the middle', cursor('pur'), null, middle('pur')),
    purchases('awaiting payment', 'state=awaiting_payment', 'awaiting_payment'),
    purchases('cancelled, from the middle', `state=cancelled&${cursor('pur')}`, 'cancelled', middle('pur')),
    {
      name: 'commodities newest',
      path: '/v1/commodities?limit=50',
      who: 'manager',
      query: (db) =>
        listCommodities(db, enterpriseId, { state: null, source: null, category: null, q: null }, firstPage),
    },
  ];
}

/** The written open cases, counted by the answer. @param {string} text */
const counted = (text) =>
  /** @type {{ items: { count: number }[] }} */ (JSON.parse(text)).items.reduce((sum, { count }) => sum + count, 0);

/** @param {import('./lib/installation').Installation} installation */
async function bench(installation) {
  say('starting servers and API …');
  await installation.startServers();
  const db = openPool(installation.databaseUrl);
  const owner = openPool(installation.databaseUrl, null);
  const { benefitId, buyers } = await furnish(db, 20);
  const operator = await signedIn(db, { login: 'operator@bench', role: 'operator', enterpriseId: null });
  await installation.startApi();
  await installation.apiIsReady();
  const { apiUrl } = installation;
  const client = new Client('http', { apiUrl, benefitId, buyers });
  const manager = /** @type {import('./lib/furnish').Buyer} */ (buyers.hot[0]);
  const enterpriseIds = [manager.enterpriseId, ...buyers.spread.map((buyer) => buyer.enterpriseId)];
  say(`writing ${String(open)} open and ${String(closed)} closed cases …`);
  const written = await fillCases(owner, { open, closed, enterpriseIds, accountId: manager.accountId, benefitId });
  const tokens = { operator: operator.token, manager: manager.token };
  const put = (/** @type {Question} */ { who, ...question }) =>
    ask(client, db, { ...question, token: tokens[who] }, calls);

  const counts = /** @type {Question} */ (questions(manager.enterpriseId)[0]);
  await owner.raw('analyze');
  say('asking …');
  const fresh = await put({ ...counts, name: 'counts, before the first vacuum' });
  await owner.raw('vacuum analyze');
  /** @type {Found[]} */
  const found = [fresh];
  for (const question of questions(manager.enterpriseId)) found.push(await put(question));
  await Promise.all([db.destroy(), owner.destroy()]);
  return report(found, written);
}

/** @param {Found[]} found @param {{ open: number, closed: number }} written */
function report(found, written) {
  const [fresh, counts] = found;
  const exact = [fresh, counts].every((one) => one !== undefined && counted(one.text) === written.open);
  const p99 = quantile(counts?.ms ?? [], 0.99);
  /** @type {import('./lib/report').Target[]} */
  const targets = [
    { what: 'counts are exact (1 = yes)', value: exact ? 1 : 0, must: '>=', limit: 1 },
    { what: 'counts p50, ms', value: quantile(counts?.ms ?? [], 0.5), must: '<=', limit: 50 },
    { what: 'counts p99, ms', value: p99, must: '<=', limit: 50 },
  ];
  if (options.json) console.log(JSON.stringify({ written, targets, found: found.map(({ text: _, ...rest }) => rest) }));
  else {
    const title = `With ${String(written.open)} open and ${String(written.closed)} closed cases, ms over HTTP`;
    console.log(table(title, foundHead, found.map(foundRow)));
    for (const { name, plan } of options.plans ? found : found.slice(0, 2)) console.log(`\nPlan: ${name}\n${plan}`);
    console.log(targetTable(targets));
  }
  return targets.every(isMet) ? 0 : 3;
}

void withInstallation({ say }, bench);
