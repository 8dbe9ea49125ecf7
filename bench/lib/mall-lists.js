// @ts-check
'use strict';

const { openPool, richEnterprise } = require('./furnish');
const { benefitOf, imageOf, mallOf, managerOf } = require('./furnish-mall');
const { foundNowhere, limit, mallQuestions, ulidOf } = require('./mall-questions');
const { faultsOf, fillMovements, fillStock, numbersFor, rowCounts } = require('./many-stock');
const { ask, costOf } = require('./questions');
const { table } = require('./report');
const { median, quantile } = require('./statistics');

/** @typedef {import('../../dist/db/connection').Db} Db */
/** @typedef {import('./many-stock').Holder} Holder */
/** @typedef {Omit<import('./questions').Found, 'text'>} Found */

/** @typedef {{ rows: Record<string, number>, faults: number, found: Found[] }} Size what was asked at one size */

/** The asking enterprise has three malls, the last of them small; nineteen others share what is not its own. */
const others = 19;

/** @param {Db} db @param {string} name @param {number} malls @returns {Promise<Holder & { token: string }>} */
async function holderOf(db, name, malls) {
  const enterpriseId = await richEnterprise(db, name);
  const { accountId, token } = await managerOf(db, `${name}@bench`, enterpriseId);
  const mallIds = [];
  for (let n = 0; n < malls; n += 1) mallIds.push(await mallOf(db, { enterpriseId, name: `商城 ${String(n + 1)}` }));
  return { enterpriseId, accountId, token, mallIds, imageId: await imageOf(db, { accountId, enterpriseId }) };
}

/**
 * Asks for every list at a small size, then at a large one.
 * @param {import('./installation').Installation} installation
 * @param {import('./client').Client} client
 * @param {{ small: number, large: number, calls: number, say: (line: string) => void }} options
 */
async function measureLists(installation, client, { small, large, calls, say }) {
  const db = openPool(installation.databaseUrl);
  const owner = openPool(installation.databaseUrl, null);
  const asking = await holderOf(db, 'asking', 3);
  const holders = [asking];
  for (let n = 0; n < others; n += 1) holders.push(await holderOf(db, `other-${String(n)}`, 1));
  const benefitId = await benefitOf(db);
  // The first of the asking enterprise's that is online for good.
  const busy = { subStockId: `sub_${ulidOf(90)}`, commodityId: `com_${ulidOf(90)}`, accountId: asking.accountId };
  /** @type {Size[]} */
  const sizes = [];
  let [written, pairs] = [0, 0];
  for (const rows of [small, large]) {
    const numbers = numbersFor(rows);
    say(`writing ${String(rows)} rows and more …`);
    await fillStock(owner, { from: written + 1, to: numbers, holders, benefitId });
    await fillMovements(owner, { ...busy, pairs: Math.round(rows / 20) - pairs });
    await owner.raw('vacuum analyze');
    [written, pairs] = [numbers, Math.round(rows / 20)];
    const middleMovement = await middleMovementOf(owner, busy.subStockId);
    say('asking …');
    const found = [];
    const mall = { holder: asking, token: asking.token, numbers, busySubStockId: busy.subStockId, middleMovement };
    for (const question of mallQuestions(mall)) {
      const { text: _, ...rest } = await ask(client, db, question, calls);
      found.push(rest);
    }
    sizes.push({ rows: await rowCounts(owner), faults: await faultsOf(owner), found });
  }
  await Promise.all([db.destroy(), owner.destroy()]);
  return sizes;
}

/** @param {Db} owner @param {string} subStockId @returns {Promise<string>} */
async function middleMovementOf(owner, subStockId) {
  const { rows } = await owner.raw(
    `select percentile_disc(0.5) within group (order by id) as id from stock_movements where sub_stock_id = ?`,
    [subStockId],
  );
  return String(rows[0].id);
}

/** Each page's cost at both sizes. @param {readonly Size[]} sizes */
function compared([small, large]) {
  return (small?.found ?? []).map((before, index) => {
    const after = /** @type {Found} */ (large?.found[index]);
    const p50 = (/** @type {Found} */ { ms }) => quantile(ms, 0.5);
    const pages = (/** @type {Found} */ { plan }) => costOf(plan).pages;
    return {
      name: before.name,
      p50: [p50(before), p50(after)],
      inPostgres: [costOf(before.plan).ms, costOf(after.plan).ms],
      pages: [pages(before), pages(after)],
      ratio: p50(after) / p50(before),
    };
  });
}

/** @param {readonly Size[]} sizes @param {boolean} plans every plan whole */
function listTables(sizes, plans) {
  const [small, large] = sizes;
  const tables = Object.keys(large?.rows ?? {});
  const counts = tables.map((name) => [name, small?.rows[name], large?.rows[name]]);
  const rows = compared(sizes).map(({ name, p50, inPostgres, pages, ratio }) => [
    name,
    ...p50,
    ratio,
    ...inPostgres,
    ...pages,
  ]);
  const head = ['', 'p50 small', 'p50 large', 'ratio', 'in Postgres', 'large', 'pages', 'large'];
  const lines = [
    table('Rows of each table', ['', 'small', 'large'], counts),
    table(`A page of ${String(limit)} over HTTP, ms; Postgres’ own ms and pages touched`, head, rows),
  ];
  for (const { name, plan } of plans ? (large?.found ?? []) : []) lines.push(`\nPlan: ${name}\n${plan}`);
  return lines.join('\n');
}

/** @param {readonly Size[]} sizes @returns {import('./report').Target[]} */
function listTargets(sizes) {
  const all = compared(sizes);
  const searches = all.filter(({ name }) => name.includes(foundNowhere));
  const pages = all.filter((page) => !searches.includes(page));
  const worst = (/** @type {number[]} */ values) => Math.max(...values);
  return [
    {
      what: 'lists: rows of the smallest table',
      value: Math.min(...Object.values(sizes[1]?.rows ?? {})),
      must: '>=',
      limit: 1_000_000,
    },
    {
      what: 'lists: numbers written that do not add up',
      value: worst(sizes.map(({ faults }) => faults)),
      must: '<=',
      limit: 0,
    },
    {
      what: 'lists: p50 of all pages, large ÷ small',
      value: median(pages.map(({ ratio }) => ratio)),
      must: '<=',
      limit: 1.1,
    },
    {
      what: 'lists: p50 of the worst page, large ÷ small',
      value: worst(pages.map(({ ratio }) => ratio)),
      must: '<=',
      limit: 1.3,
    },
    {
      what: 'lists: text found nowhere, large ÷ small',
      value: worst(searches.map(({ ratio }) => ratio)),
      must: '<=',
      limit: 1.3,
    },
  ];
}

module.exports = { measureLists, listTables, listTargets };
