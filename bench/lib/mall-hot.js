// @ts-check
'use strict';

const { queueTable } = require('./block-tables');
const { table } = require('./report');
const { median } = require('./statistics');
const { rateOf, ratio } = require('./stretches');
const { Contest } = require('./contest');

/** @typedef {import('./contest').Stretch} Stretch */
/** @typedef {'spread' | 'hot'} Who */
/** @typedef {Record<Who, Stretch>} Block */

const managers = 64;

/** @type {readonly Who[]} */
const who = ['spread', 'hot'];

/** @type {Readonly<Record<Who, string>>} */
const labels = {
  spread: `${String(managers)} managers, each a commodity, mall and enterprise of its own`,
  hot: `${String(managers)} managers of one enterprise, one mall, one commodity`,
};

/**
 * Everybody allocates at once, all from one commodity or each from another.
 * @param {import('./installation').Installation} installation
 * @param {import('./client').Client} mall
 * @param {{ blocks: number, perBlock: number }} options
 * @returns {Promise<Block[]>}
 */
async function measureHot(installation, mall, { blocks: count, perBlock }) {
  const parts = ['api', 'worker', 'temporal', 'postgres'];
  const contest = new Contest(installation, 'allocation', { mallflow: { client: mall, parts } });
  const amount = { count: Math.max(4 * managers, 4 * perBlock), inFlight: managers };
  // The first time with so many at once opens connections.
  for (const one of who) await contest.stretch('mallflow', { ...amount, count: 2 * managers, who: one });
  /** @type {Block[]} */
  const blocks = [];
  for (let index = 0; index < count; index += 1) {
    /** @type {Partial<Block>} */
    const block = {};
    for (const one of index % 2 === 0 ? who : [...who].reverse())
      block[one] = await contest.stretch('mallflow', { ...amount, who: one });
    blocks.push(/** @type {Block} */ (block));
  }
  return blocks;
}

/** @param {readonly Block[]} blocks */
const hotRatio = (blocks) =>
  ratio(
    blocks,
    rateOf,
    (block) => block.hot,
    (block) => block.spread,
  );

/** @param {readonly Block[]} blocks */
function hotTables(blocks) {
  const rows = who.map((one) => [labels[one], median(blocks.map((block) => rateOf(block[one])))]);
  const of = (/** @type {Who} */ one) => () => (/** @type {Block} */ block) => block[one];
  return [
    table('Allocations per second', ['', 'rate'], [...rows, ['hot ÷ spread', hotRatio(blocks)]]),
    queueTable('allocation', blocks, [managers], { spread: of('spread'), hot: of('hot') }),
  ].join('\n');
}

/** @param {readonly Block[]} blocks @returns {import('./report').Target[]} */
const hotTargets = (blocks) => [
  { what: `hot commodity: rate of ${String(managers)} × spread`, value: hotRatio(blocks), must: '>=', limit: 0.7 },
];

module.exports = { measureHot, hotTables, hotTargets, managers };
