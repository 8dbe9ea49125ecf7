// @ts-check
'use strict';

const { expectThat, tell } = require('./stage');

/**
 * @typedef {import('./stage').Json} Json
 * @typedef {import('./stage').Person} Person
 */

/**
 * What must be offline first: the wrong turn, then the way round.
 * @param {Person} manager
 * @param {string} id
 */
async function changeStock(manager, id) {
  const path = `/v1/sub-stocks/${id}`;
  const early = await manager.refused('POST', `${path}/restock`, 409, 'SUB_STOCK_ONLINE', { quantity: 30 });
  tell(`Restocking it online is refused (409): ${early['detail']}`);
  await manager.post(`${path}/take-offline`);
  await manager.post(`${path}/restock`, { quantity: 30 });
  await manager.call('PATCH', path, 200, { body: { dailyLimit: 20 } });
  await manager.post(`${path}/return`, { quantity: 10 });
  const back = await manager.post(`${path}/bring-online`);
  expectThat('what the mall has', back['stock'], { allocated: 70, held: 0, consumed: 0, left: 70 });
  const { items } = await manager.get(`${path}/movements`);
  const moved = /** @type {Json[]} */ (items).map(({ quantity }) => Number(quantity));
  expectThat(
    'the sum of its movements',
    moved.reduce((sum, quantity) => sum + quantity, 0),
    70,
  );
  tell(
    `详情 > 下线, then restock (补货) 30, a daily limit of 20, return (退库) 10, and online again: ` +
      `movements ${moved.reverse().join(', ')} make 70`,
  );
}

/**
 * 步骤2, 分配积分商品库存.
 * @param {Person} manager
 * @param {Json} commodity
 */
async function playAllocation(manager, commodity) {
  const [mall] = (await manager.get('/v1/malls'))['items'];
  const proposal = {
    commodityId: commodity['id'],
    mallId: mall.id,
    quantity: 50,
    dailyLimit: -1,
    memberLimits: [{ period: 'month', count: 1 }],
    autoAward: false,
  };
  const left = commodity['stock'].left;
  const tooMuch = await manager.refused('POST', '/v1/stock-allocations', 422, 'STOCK_SHORT', {
    ...proposal,
    quantity: left + 1,
  });
  tell(`Allocating ${left + 1} of ${left} is refused (422): ${tooMuch['detail']}`);

  const unsure = await manager.post('/v1/stock-allocations', proposal, 201);
  await manager.post(`/v1/stock-allocations/${unsure['id']}/cancel`);
  const untouched = await manager.get(`/v1/commodities/${commodity['id']}`);
  expectThat('the stock after a cancelled allocation', untouched['stock'], commodity['stock']);
  tell('An allocation that is cancelled instead of confirmed leaves nothing behind');

  const held = await manager.post('/v1/stock-allocations', proposal, 201);
  expectThat('the preview', held['preview'], { leftBefore: left, leftAfter: left - 50 });
  tell(
    `Allocate (分配库存) 50 to ${mall.name}: held until ${held['expiresAt']}, left ${left} → ${left - 50}, to be confirmed`,
  );
  const confirmed = await manager.post(`/v1/stock-allocations/${held['id']}/confirm`);
  const subStock = await manager.get(`/v1/sub-stocks/${confirmed['subStockId']}`);
  expectThat('the state of the sub-stock', subStock['state'], 'online');
  tell(`Confirmed (确认分配): ${mall.name} has ${subStock['stock'].left} of them, online by default`);
  await changeStock(manager, subStock['id']);
  return { mall, subStockId: subStock['id'] };
}

module.exports = { playAllocation };
