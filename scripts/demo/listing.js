// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { Person, expectThat, tell } = require('./stage');

/** @typedef {import('./stage').Json} Json */

/**
 * 微信现金红包 of the enterprise's own, down to its sub-stock.
 * @param {Person} manager
 * @param {Json} images
 * @param {string} mallId
 */
async function redPacketSubStock(manager, images, mallId) {
  const [template] = (await manager.get('/v1/award-templates?category=wechat_red_packet'))['items'];
  const draft = await manager.post(
    '/v1/commodities',
    {
      purpose: 'points_operation',
      name: '周年庆红包',
      category: 'wechat_red_packet',
      awardTemplateId: template.id,
      priceFen: 100,
      redemptionNote: '红包在微信中领取。',
      ...images,
    },
    201,
  );
  const secondStep = { totalStock: 10, expiresAt: null, platforms: [], tags: [] };
  await manager.post(`/v1/commodities/${draft['id']}/complete`, secondStep);
  const award = { amountFen: 100, merchantName: '星河零售', activityName: '周年庆', blessing: '恭喜发财' };
  const terms = { dailyLimit: -1, memberLimits: [], autoAward: true, award };
  const proposal = { commodityId: draft['id'], mallId, quantity: 10, ...terms };
  const held = await manager.post('/v1/stock-allocations', proposal, 201);
  return (await manager.post(`/v1/stock-allocations/${held['id']}/confirm`))['subStockId'];
}

/**
 * @param {Person} manager
 * @param {{ subStockId: string, images: Json, mall: Json }} given
 */
async function showWrongTurn(manager, { images, mall }) {
  const subStockId = await redPacketSubStock(manager, images, mall['id']);
  const forPoints = { subStockId, name: '周年庆红包', exchange: { kind: 'points', pointsPrice: 100 } };
  const refused = await manager.refused('POST', '/v1/listings', 422, 'RED_PACKET_NEEDS_CASH', forPoints);
  tell(`A red packet for points alone is refused (422): ${refused['detail']}`);
  const mixed = { ...forPoints, exchange: { kind: 'points_and_cash', pointsPrice: 100, cashFen: 1 } };
  const listing = await manager.post('/v1/listings', mixed, 201);
  await manager.post(`/v1/listings/${listing['id']}/void`);
  tell('For points and cash (积分加钱) it can be listed; the demo voids (作废) it again, which is final');
}

/**
 * @param {Person} manager
 * @param {{ subStockId: string, mall: Json }} given
 */
async function configure(manager, { subStockId, mall }) {
  const name = `夏日 ${randomUUID().slice(0, 8)}`;
  const section = await manager.post('/v1/mall-sections', { mallId: mall['id'], name }, 201);
  await manager.refused('POST', '/v1/mall-sections', 422, 'NAME_TAKEN', { mallId: mall['id'], name });
  tell(`Add a section (添加分组): ${name}; a second one of that name is refused (422)`);
  const query = new URLSearchParams({ mallId: mall['id'], name: '帆布袋', source: 'own', category: 'physical' });
  const { items } = await manager.get(`/v1/listing-candidates?${query}`);
  const candidate = /** @type {Json[]} */ (items).find((found) => found['subStockId'] === subStockId);
  expectThat('how many of it are left', candidate?.['left'], 70);
  tell(`Choose (选择商品) by name, source and category: ${candidate?.['name']}, ${candidate?.['left']} left`);
  const listing = await manager.post(
    '/v1/listings',
    {
      ...{ subStockId, name: candidate?.['name'], sectionId: section['id'] },
      ...{ exchange: { kind: 'points', pointsPrice: 800 }, strikePriceFen: 3_900, arrivalDays: 7 },
    },
    201,
  );
  expectThat('the state of a new listing', listing['state'], 'offline');
  return { listing, section };
}

/**
 * 步骤3, 积分商品进入积分商城.
 * @param {Person} manager
 * @param {{ subStockId: string, images: Json, mall: Json }} given
 */
async function playListing(manager, given) {
  const { mall, subStockId } = given;
  await showWrongTurn(manager, given);
  const { listing, section } = await configure(manager, given);
  const { person: member, account } = await Person.signIn('member@demo');
  const shelf = async () =>
    (await member.get(`/v1/malls/${mall['id']}/shelf?sectionId=${section['id']}`))['items'].map(
      (/** @type {Json} */ it) => [it['id'], it['redeemable'], it['reason'] ?? null],
    );
  expectThat('the shelf before', await shelf(), []);
  tell(`Finish (完成): it is listed for 800 points, but not online: ${account['displayName']} sees nothing yet`);

  const path = `/v1/listings/${listing['id']}`;
  await manager.post(`${path}/bring-online`);
  expectThat('the shelf', await shelf(), [[listing['id'], true, null]]);
  tell(`Online (上线): ${account['displayName']} sees it on the shelf and may redeem it`);
  const edit = await manager.refused('PATCH', path, 409, 'LISTING_ONLINE', { name: '别的名字' });
  expectThat('what is allowed instead', edit['allowed'], ['take-offline']);
  tell(`Changing it under people's hands is refused (409): ${edit['detail']}`);
  await manager.post(`/v1/sub-stocks/${subStockId}/take-offline`);
  expectThat('the shelf', await shelf(), [[listing['id'], false, 'SUB_STOCK_OFFLINE']]);
  await manager.post(`/v1/sub-stocks/${subStockId}/bring-online`);
  expectThat('the shelf', await shelf(), [[listing['id'], true, null]]);
  tell('While its sub-stock is offline it stays visible, cannot be redeemed, and says why: SUB_STOCK_OFFLINE');
}

module.exports = { playListing };
