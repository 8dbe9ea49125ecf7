// @ts-check
'use strict';

const blockTables = require('./block-tables');
const { labels } = require('./purchase-contest');
const { rateOf, ratio } = require('./stretches');

/** @typedef {import('./contest').Stretch} Stretch */
/** @typedef {import('./purchase-contest').Variant} Variant */

/**
 * One block, and beside it at each level buyers of one enterprise.
 * @typedef {import('./contest').Block<Variant> & { hot: Record<string, Record<'mallflow' | 'sql', Stretch>> }} Block
 */

/** @type {import('./block-tables').Telling<Variant>} */
const purchases = {
  one: 'purchase',
  commands: ['create', 'pay', 'close'],
  labels,
  floors: { bareLocal: 'bare local', bareNormal: 'bare normal' },
};

/** @type {(variant: 'mallflow' | 'sql') => (level: number) => (block: Block) => Stretch | undefined} */
const hot = (variant) => (level) => (block) => block.hot[level]?.[variant];

/** @param {readonly Block[]} blocks */
const latencyTable = (blocks) => blockTables.latencyTable(purchases, blocks);

/** @param {readonly Block[]} blocks @param {readonly number[]} levels */
function rateTable(blocks, levels) {
  const all = [1, ...levels];
  return blockTables.rateTable(purchases, blocks, levels, [
    ['(a) Mallflow, one hot balance', ...blockTables.rates(blocks, all, hot('mallflow'))],
    ['(c) SQL alone, one hot balance', ...blockTables.rates(blocks, all, hot('sql'))],
    [
      '(a) hot ÷ (a) spread',
      ...all.map((level) => ratio(blocks, rateOf, hot('mallflow')(level), blockTables.at('mallflow')(level))),
    ],
  ]);
}

/** @param {readonly Block[]} blocks @param {readonly number[]} levels */
function queueTable(blocks, levels) {
  const spread = Object.entries(labels).map(([variant, label]) => [label, blockTables.at(variant)]);
  const who = { ...Object.fromEntries(spread), '(a) Mallflow, one hot balance': hot('mallflow') };
  return blockTables.queueTable('purchase', blocks, levels, who);
}

/** @param {readonly Block[]} blocks @param {readonly number[]} levels */
const cpuTable = (blocks, levels) => blockTables.cpuTable(purchases, blocks, levels);

/** @param {readonly Block[]} blocks @param {Record<string, number>} residentKib at the end */
const memoryTable = (blocks, residentKib) => blockTables.memoryTable(purchases, blocks, residentKib);

module.exports = { latencyTable, rateTable, queueTable, cpuTable, memoryTable };
