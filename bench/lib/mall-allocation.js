// @ts-check
'use strict';

const { latencyTable, rateTable, queueTable, cpuTable, at } = require('./block-tables');
const { Client } = require('./client');
const { Contest } = require('./contest');
const { bareQueue } = require('./installation');
const { quantile } = require('./statistics');
const { latencies, rateOf, cpuOf, ratio } = require('./stretches');

/** @typedef {import('./contest').Stretch} Stretch */
/** @typedef {'mallflow' | 'bare'} Variant */
/** @typedef {import('./contest').Block<Variant>} Block */
/** @typedef {{ blocks: Block[], events: Record<Variant, number> }} Measured */

/** @type {import('./block-tables').Telling<Variant>} */
const allocations = {
  one: 'allocation',
  commands: ['propose', 'confirm'],
  labels: { mallflow: 'Mallflow', bare: 'bare workflow' },
  floors: { bare: 'bare' },
};

const levels = [16];

/**
 * Proposal and confirmation beside a bare workflow with the same messages, clock and as many local activities.
 * @param {import('./installation').Installation} installation
 * @param {Client} mall
 * @param {{ blocks: number, perBlock: number, say: (line: string) => void }} options
 * @returns {Promise<Measured>}
 */
async function measureAllocations(installation, mall, { blocks: count, perBlock, say }) {
  const { temporalAddress } = installation;
  /** @type {Contest<Variant>} */
  const contest = new Contest(installation, 'allocation', {
    mallflow: { client: mall, parts: ['api', 'worker', 'temporal', 'postgres'] },
    bare: {
      client: new Client('bare', { temporalAddress, queue: bareQueue, local: true }),
      parts: ['bareWorker', 'temporal'],
    },
  });
  await contest.warmUp();
  /** @type {Block[]} */
  const blocks = [];
  for (let index = 0; index < count; index += 1) {
    const startedAt = Date.now();
    blocks.push(await contest.block(index, { count: perBlock, levels }));
    say(`block ${String(index + 1)} of ${String(count)}: ${((Date.now() - startedAt) / 1_000).toFixed(0)} s`);
  }
  const longest = async (/** @type {Variant} */ variant) => {
    const workflowIds = blocks
      .flatMap((block) => block.single[variant].samples.slice(0, 10))
      .map((one) => one.workflowId);
    return Math.max(.../** @type {number[]} */ (await contest.client('bare').ask('historyLengths', { workflowIds })));
  };
  return { blocks, events: { mallflow: await longest('mallflow'), bare: await longest('bare') } };
}

/** @param {Measured} measured */
function allocationTables({ blocks, events }) {
  const { one, labels } = allocations;
  const who = { [labels.mallflow]: at('mallflow'), [labels.bare]: at('bare') };
  return [
    latencyTable(allocations, blocks),
    rateTable(allocations, blocks, levels),
    queueTable(one, blocks, levels, who),
    cpuTable(allocations, blocks, levels),
    `\nHistory events of an allocation made alone, at most: Mallflow ${String(events.mallflow)}, bare ${String(events.bare)}`,
  ].join('\n');
}

/** @param {Measured} measured @returns {import('./report').Target[]} */
function allocationTargets({ blocks }) {
  const p50 = (/** @type {Stretch} */ stretch) => quantile(latencies(stretch, 'whole'), 0.5);
  const against = (/** @type {(stretch: Stretch) => number} */ figure, /** @type {number} */ level) =>
    ratio(blocks, figure, at('mallflow')(level), at('bare')(level));
  return [
    { what: 'allocation: p50 whole × bare', value: against(p50, 1), must: '<=', limit: 1.3 },
    { what: 'allocation: rate at 16 × bare', value: against(rateOf, 16), must: '>=', limit: 0.8 },
    { what: 'allocation: CPU one at a time × bare', value: against(cpuOf, 1), must: '<=', limit: 1.3 },
    { what: 'allocation: CPU at 16 × bare', value: against(cpuOf, 16), must: '<=', limit: 1.3 },
  ];
}

module.exports = { measureAllocations, allocationTables, allocationTargets };
