// @ts-check
'use strict';

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/**
 * `live` gives the run whose history is kept: the newest of a workflow id, or one of them by name. `longFrom`: so many
 * events are a long history to the engine, which then suggests to go on in a new one.
 * @typedef {object} Scenario
 * @property {Record<string, string>} [environment]
 * @property {number} [longFrom]
 * @property {(product: RecordedProduct) => Promise<string | { workflowId: string, runId: string }>} live
 */

/** One black pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNgYGAAAAAEAAGjChXjAAAAAElFTkSuQmCC',
  'base64',
);

/** 立即购买. Gives the id of the purchase. @param {RecordedProduct} product */
async function place(product) {
  const { items } = await product.call('GET', '/v1/benefits?kind=coupon');
  const { id } = await product.call('POST', '/v1/purchases', { benefitId: items[0].id, quantity: 2 });
  return String(id);
}

/** @param {RecordedProduct} product @param {string} id @param {'pay' | 'cancel' | 'close'} command */
async function act(product, id, command) {
  await product.call('POST', `/v1/purchases/${id}/${command}`, command === 'pay' ? { method: 'balance' } : undefined);
  return `purchase:${id}`;
}

/** @param {RecordedProduct} product */
async function paid(product) {
  const id = await place(product);
  await act(product, id, 'pay');
  return id;
}

/** 下一步. Gives the id of the draft. @param {RecordedProduct} product */
async function draft(product) {
  const image = await product.call('POST', '/v1/images', pixel);
  const templates = await product.call('GET', '/v1/award-templates?category=physical');
  const { id } = await product.call('POST', '/v1/commodities', {
    ...{ purpose: 'points_operation', name: '帆布袋', category: 'physical', awardTemplateId: templates.items[0].id },
    ...{ priceFen: 2_900, redemptionNote: '每人限兑一件', coverImageId: image.id, detailImageId: image.id },
  });
  return String(id);
}

/** @param {RecordedProduct} product @param {string} id */
async function complete(product, id) {
  const secondStep = { totalStock: 100, expiresAt: null, platforms: [], tags: [] };
  await product.call('POST', `/v1/commodities/${id}/complete`, secondStep);
  return `commodity-add:${id}`;
}

/** 分配库存, 下一步. Gives the id of the allocation. @param {RecordedProduct} product */
async function propose(product) {
  const commodityId = await draft(product);
  await product.run(await complete(product, commodityId)).result();
  const { items } = await product.call('GET', '/v1/malls');
  const { id } = await product.call('POST', '/v1/stock-allocations', {
    ...{ commodityId, mallId: items[0].id, quantity: 50 },
    ...{ dailyLimit: -1, memberLimits: [{ period: 'day', count: 1 }], autoAward: true },
  });
  return String(id);
}

/** @param {RecordedProduct} product @param {string} id @param {'confirm' | 'cancel'} command */
async function decide(product, id, command) {
  await product.call('POST', `/v1/stock-allocations/${id}/${command}`);
  return `stock-allocation:${id}`;
}

/**
 * The doomed worker's step is committed and never reported: the task times out and is done again elsewhere.
 * @param {RecordedProduct} product
 * @param {string} step
 * @param {() => Promise<string>} live
 */
async function throughKilledWorker(product, step, live) {
  const doomed = await product.startWorker(['hang-after', step]);
  const living = live();
  await doomed.said('hanging');
  doomed.process.kill('SIGKILL');
  return product.withWorker([], () => living);
}

/**
 * Each gives the workflow id of the run whose history is kept, once it is over.
 * @type {Record<string, Scenario>}
 */
const scenarios = {
  'purchase-paid-and-closed': {
    live: (product) => product.withWorker([], async () => act(product, await paid(product), 'close')),
  },
  'purchase-cancelled': {
    live: (product) => product.withWorker([], async () => act(product, await place(product), 'cancel')),
  },
  'purchase-expired': {
    environment: { MALLFLOW_PAY_WITHIN_SECONDS: '1' },
    live: (product) => product.withWorker([], async () => `purchase:${await place(product)}`),
  },
  'purchase-closed-unattended': {
    environment: { MALLFLOW_DETAIL_OPEN_SECONDS: '1' },
    live: (product) => product.withWorker([], async () => `purchase:${await paid(product)}`),
  },
  'purchase-task-timed-out': {
    live: (product) =>
      throughKilledWorker(product, 'payFromBalance', async () => act(product, await paid(product), 'close')),
  },
  'purchase-patient-step': {
    live: (product) =>
      product.withWorker(['fail-quick', 'payFromBalance'], async () => act(product, await paid(product), 'close')),
  },
  // The row was paid behind the run's back; the run is told, and goes on.
  'purchase-reloaded': {
    live: (product) =>
      product.withWorker([], async () => {
        const id = await place(product);
        await product.payBehindTheRun(id);
        await product.services.gateway.reload(`purchase:${id}`);
        return act(product, id, 'close');
      }),
  },
  'purchase-resumed': {
    live: (product) =>
      product.withWorker([], async () => {
        const id = await paid(product);
        await product.run(`purchase:${id}`).terminate('recorded');
        await product.resume(id);
        return act(product, id, 'close');
      }),
  },
  'commodity-completed': {
    live: (product) => product.withWorker([], async () => complete(product, await draft(product))),
  },
  'commodity-discarded': {
    live: (product) =>
      product.withWorker([], async () => {
        const id = await draft(product);
        await product.call('POST', `/v1/commodities/${id}/discard`);
        return `commodity-add:${id}`;
      }),
  },
  // Its manager is reminded after one second, and it expires after two.
  'commodity-draft-expired': {
    environment: { MALLFLOW_DRAFT_KEPT_SECONDS: '2', MALLFLOW_DRAFT_REMINDER_SECONDS: '1' },
    live: (product) => product.withWorker([], async () => `commodity-add:${await draft(product)}`),
  },
  'commodity-resumed': {
    live: (product) =>
      product.withWorker([], async () => {
        const id = await draft(product);
        await product.run(`commodity-add:${id}`).terminate('recorded');
        await product.resume(id);
        return complete(product, id);
      }),
  },
  'allocation-confirmed': {
    live: (product) => product.withWorker([], async () => decide(product, await propose(product), 'confirm')),
  },
  'allocation-cancelled': {
    live: (product) => product.withWorker([], async () => decide(product, await propose(product), 'cancel')),
  },
  'allocation-expired': {
    environment: { MALLFLOW_CONFIRM_WITHIN_SECONDS: '1' },
    live: (product) => product.withWorker([], async () => `stock-allocation:${await propose(product)}`),
  },
  'allocation-task-timed-out': {
    live: (product) =>
      throughKilledWorker(product, 'confirmAllocation', async () => decide(product, await propose(product), 'confirm')),
  },
};

module.exports = { act, place, scenarios, throughKilledWorker };
