// @ts-check
'use strict';

const { shelfOf } = require('../../dist/db/mall/listing-queries');
const { addSection } = require('../../dist/db/mall/section-repository');
const { newId } = require('../../dist/db/new-id');
const { openPool, richEnterprise } = require('./furnish');
const { benefitOf, furnishMembers, imageOf, mallOf, managerOf } = require('./furnish-mall');
const { cursorOf, ulidOf } = require('./mall-questions');
const { fillStock } = require('./many-stock');
const { explain } = require('./plans');
const { table } = require('./report');
const { quantile } = require('./statistics');
const { usageOf } = require('./usage');

/** @typedef {import('../../dist/db/connection').Db} Db */
/** @typedef {import('../load/reads').Read} Read */
/** @typedef {{ listings: number, offered: { perSecond: number, seconds: number }, reads: Read[], cpuMs: Record<string, number>, plans: Record<string, string> }} Measured */

const perSecond = 300;
const members = 50;
const sections = 8;

/** The number of the first listing: above all that is written for the lists. */
const first = 1_000_000_001;

/**
 * A mall with listings online in several sections, and members who look at it.
 * @param {Db} db
 * @param {Db} owner
 * @param {number} listings
 */
async function furnishShelf(db, owner, listings) {
  const enterpriseId = await richEnterprise(db, 'Shelf');
  const { accountId } = await managerOf(db, 'shelf@bench', enterpriseId);
  const mallId = await mallOf(db, { enterpriseId, name: '满架商城' });
  /** @type {string[]} */
  const sectionIds = [];
  for (let n = 0; n < sections; n += 1) {
    const id = newId('section');
    await db.transaction((trx) => addSection(trx, { id, mallId, name: `分区 ${String(n + 1)}` }));
    sectionIds.push(id);
  }
  const imageId = await imageOf(db, { accountId, enterpriseId });
  const holders = [{ enterpriseId, accountId, imageId, mallIds: [mallId] }];
  const benefitId = await benefitOf(db);
  await fillStock(owner, { from: first, to: first + listings - 1, holders, benefitId, shelved: true });
  await owner.raw('vacuum analyze');
  return { mallId, sectionIds, tokens: await furnishMembers(db, { enterpriseId, mallId }, members) };
}

/**
 * What members ask for: half the first page, half a page from anywhere, of everything or of one section.
 * @param {Awaited<ReturnType<typeof furnishShelf>>} shelf
 * @param {number} listings
 */
function callsOf({ mallId, sectionIds, tokens }, listings) {
  const kinds = ['first page', 'any page', 'a section’s first', 'a section’s any'];
  return Array.from({ length: 2_000 }, (_, n) => {
    const kind = kinds[n % kinds.length] ?? '';
    const search = new URLSearchParams();
    if (n % 4 >= 2) search.set('sectionId', sectionIds[n % sectionIds.length] ?? '');
    const at = first + Math.floor(Math.random() * listings);
    if (n % 2 === 1) search.set('cursor', cursorOf(`lst_${ulidOf(at)}`));
    return { kind, path: `/v1/malls/${mallId}/shelf?${search.toString()}`, token: tokens[n % tokens.length] ?? '' };
  });
}

/**
 * @param {import('./installation').Installation} installation
 * @param {import('./client').Client} mall
 * @param {{ listings: number, seconds: number }} options
 * @returns {Promise<Measured>}
 */
async function measureShelf(installation, mall, { listings, seconds }) {
  const db = openPool(installation.databaseUrl);
  const owner = openPool(installation.databaseUrl, null);
  const shelf = await furnishShelf(db, owner, listings);
  const calls = callsOf(shelf, listings);
  const offered = { perSecond, seconds };
  await mall.ask('reads', { perSecond: perSecond / 2, seconds: 4, calls });
  const pids = { client: mall.pid, ...installation.pids('api', 'postgres') };
  const before = usageOf(pids).cpuMs;
  /** @type {Read[]} */
  const reads = await mall.ask('reads', { ...offered, calls });
  const after = usageOf(pids).cpuMs;
  const cpuMs = Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));
  const { mallId } = shelf;
  const sectionId = shelf.sectionIds[0] ?? null;
  const middle = `lst_${ulidOf(first + Math.round(listings / 2))}`;
  const visit = (/** @type {string | null} */ section, /** @type {string | null} */ after) =>
    explain(db, (at) => shelfOf(at, { mallId, memberId: null, sectionId: section }, { limit: 50, after }));
  const plans = { 'any page': await visit(null, middle), 'a section’s any': await visit(sectionId, middle) };
  await Promise.all([db.destroy(), owner.destroy()]);
  return { listings, offered, reads, cpuMs, plans };
}

/** @param {Measured} measured */
function shelfTables({ listings, offered, reads, cpuMs, plans }) {
  const row = (/** @type {string} */ name, /** @type {number[]} */ ms) => [
    name,
    ms.length,
    ...[0.5, 0.95, 0.99, 1].map((share) => quantile(ms, share)),
  ];
  const kinds = [...new Set(reads.map(({ kind }) => kind))];
  const of = (/** @type {string} */ kind) => reads.filter((read) => read.kind === kind).map(({ ms }) => ms);
  const rows = [
    row(
      'all',
      reads.map(({ ms }) => ms),
    ),
    ...kinds.map((kind) => row(kind, of(kind))),
    row(
      'of which the client was late',
      reads.map(({ lateMs }) => lateMs),
    ),
  ];
  const cpu = Object.entries(cpuMs).map(([name, ms]) => [name, ms / reads.length]);
  const title = `${String(offered.perSecond)} shelf reads a second for ${String(offered.seconds)} s over ${String(listings)} listings online, ms from schedule`;
  return [
    table(title, ['', 'reads', 'p50', 'p95', 'p99', 'longest'], rows),
    table('CPU ms each read, by process', ['', 'ms'], cpu),
    ...Object.entries(plans).map(([name, plan]) => `\nPlan: ${name}\n${plan}`),
  ].join('\n');
}

/** @param {Measured} measured @returns {import('./report').Target[]} */
function shelfTargets({ listings, reads }) {
  const ms = reads.map((read) => read.ms);
  const refused = reads.filter(({ status }) => status !== 200).length;
  return [
    { what: 'shelf: listings online', value: listings, must: '>=', limit: 10_000 },
    { what: 'shelf: reads not answered with 200', value: refused, must: '<=', limit: 0 },
    { what: 'shelf: p50 at 300 a second, ms', value: quantile(ms, 0.5), must: '<=', limit: 25 },
    { what: 'shelf: p95 at 300 a second, ms', value: quantile(ms, 0.95), must: '<=', limit: 25 },
    { what: 'shelf: p99 at 300 a second, ms', value: quantile(ms, 0.99), must: '<=', limit: 25 },
  ];
}

module.exports = { measureShelf, shelfTables, shelfTargets };
