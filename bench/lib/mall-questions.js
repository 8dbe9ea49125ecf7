// @ts-check
'use strict';

const { listListings } = require('../../dist/db/mall/listing-queries');
const { listAllocations } = require('../../dist/db/stock/allocation-queries');
const { listCommodities } = require('../../dist/db/stock/queries');
const { listMovements, listSubStocks } = require('../../dist/db/stock/sub-stock-queries');

/** @typedef {import('./many-stock').Holder} Holder */
/** @typedef {import('./questions').Question} Question */

/** So few that every filter which finds any fills a page at both sizes. */
const limit = 20;

/** What no index can answer: it is looked for in everything the enterprise has. */
const foundNowhere = 'nobody-has-this';

/** @param {number} n */
const ulidOf = (n) => `01${String(n).padStart(24, '0')}`;

/** @param {string} key */
const cursorOf = (key) => Buffer.from(key, 'latin1').toString('base64url');

/**
 * @template F
 * @typedef {(db: import('../../dist/db/connection').Db, filter: F, page: { limit: number, after: string | null }) => Promise<unknown>} ListQuery
 */

/**
 * The pages of one list: the first, from the middle, with each filter, and with a filter from the middle.
 * @template {object} F
 * @param {{ name: string, path: string, token: string, middle: string, any: F, query: ListQuery<F> }} list
 * @param {readonly (Partial<F> & Record<string, string>)[]} filters
 * @returns {Question[]}
 */
function pagesOf({ name, path, token, middle, any, query }, filters) {
  /** @type {(title: string, filter: Record<string, string>, after: string | null) => Question} */
  const page = (title, filter, after) => {
    const search = new URLSearchParams({
      limit: String(limit),
      ...filter,
      ...(after === null ? {} : { cursor: cursorOf(after) }),
    });
    const request = { limit, after };
    return {
      name: `${name} ${title}`,
      path: `${path}?${search.toString()}`,
      token,
      query: (db) => query(db, { ...any, ...filter }, request),
    };
  };
  const titleOf = (/** @type {Record<string, string>} */ filter) =>
    Object.entries(filter)
      .map(([key, value]) => `${key}=${/_01/.test(value) ? '…' : value}`)
      .join(' ');
  const filtered = filters.map((filter) => page(titleOf(filter), filter, null));
  const [first] = filters;
  const later = first === undefined ? [] : [page(`${titleOf(first)}, from the middle`, first, middle)];
  return [page('newest', {}, null), page('from the middle', {}, middle), ...filtered, ...later];
}

/**
 * Who leafs, and where the middle is.
 * @typedef {object} Leafing
 * @property {Holder} holder
 * @property {string} token
 * @property {number} numbers how many are written
 * @property {string} busySubStockId
 * @property {string} middleMovement
 */

/** Everything a manager leafs through, with what finds much, little and nothing. @param {Leafing} leafing */
const mallQuestions = (leafing) => [
  ...commodityPages(leafing),
  ...allocationPages(leafing),
  ...subStockPages(leafing),
  ...listingPages(leafing),
  ...movementPages(leafing),
];

/** The asking enterprise has each tenth number, and one in forty of those, as this one, was allocated and is online. */
const middleOf = (/** @type {string} */ prefix, /** @type {Leafing} */ { numbers }) =>
  `${prefix}_${ulidOf(Math.floor(numbers / 800) * 400 + 90)}`;

/** @param {Leafing} leafing */
function commodityPages(leafing) {
  /** @type {import('../../dist/db/stock/queries').CommodityFilter} */
  const any = { state: null, source: null, category: null, q: null };
  const { token, holder } = leafing;
  return pagesOf(
    {
      name: 'commodities',
      path: '/v1/commodities',
      token,
      middle: middleOf('com', leafing),
      any,
      query: (db, filter, page) => listCommodities(db, holder.enterpriseId, filter, page),
    },
    [
      { state: 'online' },
      { state: 'draft' },
      { state: 'expired' },
      { source: 'own' },
      { category: 'physical' },
      { category: 'rights_pack' },
      { q: '积分' },
      { q: foundNowhere },
    ],
  );
}

/** @param {Leafing} leafing */
function allocationPages(leafing) {
  /** @type {import('../../dist/db/stock/allocation-queries').AllocationFilter} */
  const any = { state: null, commodityId: null, mallId: null };
  const { token, holder } = leafing;
  const [mallId = '', , smallMallId = ''] = holder.mallIds;
  return pagesOf(
    {
      name: 'stock-allocations',
      path: '/v1/stock-allocations',
      token,
      middle: middleOf('alo', leafing),
      any,
      query: (db, filter, page) => listAllocations(db, holder.enterpriseId, filter, page),
    },
    [
      { state: 'confirmed' },
      { state: 'awaiting_confirmation' },
      { mallId },
      { mallId: smallMallId },
      { commodityId: middleOf('com', leafing) },
    ],
  );
}

/** @param {Leafing} leafing */
function subStockPages(leafing) {
  /** @type {import('../../dist/db/stock/sub-stock-queries').SubStockFilter} */
  const any = { state: null, mallId: null, commodityId: null };
  const { token, holder } = leafing;
  const [mallId = '', , smallMallId = ''] = holder.mallIds;
  return pagesOf(
    {
      name: 'sub-stocks',
      path: '/v1/sub-stocks',
      token,
      middle: middleOf('sub', leafing),
      any,
      query: (db, filter, page) => listSubStocks(db, holder.enterpriseId, filter, page),
    },
    [{ mallId }, { mallId: smallMallId }, { state: 'offline' }, { commodityId: middleOf('com', leafing) }],
  );
}

/** @param {Leafing} leafing */
function listingPages(leafing) {
  /** @type {{ state: import('../../dist/domain/mall/listing-states').ListingState | null, mallId: string | null }} */
  const any = { state: null, mallId: null };
  const { token, holder } = leafing;
  const [mallId = '', , smallMallId = ''] = holder.mallIds;
  return pagesOf(
    {
      name: 'listings',
      path: '/v1/listings',
      token,
      middle: middleOf('lst', leafing),
      any,
      query: (db, { mallId: one, ...filter }, page) =>
        listListings(db, one === null ? holder.mallIds : [one], filter, page),
    },
    [{ state: 'online' }, { state: 'void' }, { mallId }, { mallId: smallMallId }, { mallId, state: 'offline' }],
  );
}

/** @param {Leafing} leafing */
function movementPages({ token, busySubStockId, middleMovement }) {
  return pagesOf(
    {
      name: 'movements',
      path: `/v1/sub-stocks/${busySubStockId}/movements`,
      token,
      middle: middleMovement,
      any: {},
      query: (db, _, page) => listMovements(db, busySubStockId, page),
    },
    [],
  );
}

module.exports = { mallQuestions, ulidOf, cursorOf, limit, foundNowhere };
