// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { drawPicture } = require('./picture');
const { expectThat, tell } = require('./stage');

/**
 * @typedef {import('./stage').Json} Json
 * @typedef {import('./stage').Person} Person
 */

/** Coral's sizes for the two images of a commodity. */
const cover = { width: 429, height: 210, colour: /** @type {[number, number, number]} */ ([230, 120, 40]) };
const detail = { width: 696, height: 391, colour: /** @type {[number, number, number]} */ ([40, 120, 230]) };

/**
 * @param {Person} manager
 * @param {Buffer} bytes
 * @param {number} expected
 */
async function upload(manager, bytes, expected = 201) {
  const sending = { body: bytes, type: 'image/png', key: randomUUID() };
  return (await manager.call('POST', '/v1/images', expected, sending)).body;
}

/** @param {Person} manager */
async function uploadImages(manager) {
  const images = [await upload(manager, drawPicture(cover)), await upload(manager, drawPicture(detail))];
  const [first, second] = /** @type {[Json, Json]} */ (images);
  expectThat('the size of the cover', [first['width'], first['height']], [cover.width, cover.height]);
  tell(`商品封面图 and 详情页大图 are uploaded: ${first['url']} and ${second['url']}`);
  const fake = await upload(manager, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415);
  tell(`An SVG that calls itself png is refused (415): ${fake['detail']}`);
  return { coverImageId: first['id'], detailImageId: second['id'] };
}

/**
 * 下一步: keeps a draft.
 * @param {Person} manager
 * @param {Json} firstStep
 */
async function next(manager, firstStep) {
  const physical = (await manager.get('/v1/award-templates?category=physical'))['items'];
  const redPacket = (await manager.get('/v1/award-templates?category=wechat_red_packet'))['items'];
  const wrong = { ...firstStep, awardTemplateId: redPacket[0].id };
  const mismatch = await manager.refused('POST', '/v1/commodities', 422, 'TEMPLATE_MISMATCH', wrong);
  tell(`A physical prize with the template ${redPacket[0].name} is refused (422): ${mismatch['detail']}`);
  const draft = await manager.post('/v1/commodities', { ...firstStep, awardTemplateId: physical[0].id }, 201);
  expectThat('the state after the first step', draft['state'], 'draft');
  expectThat('the stock of a draft', draft['stock'].total, 0);
  tell(`Next (下一步): ${draft['name']} is a draft until ${draft['draftExpiresAt']}; it has no stock yet`);
  return draft;
}

/**
 * 步骤1, 自行添加积分商品.
 * @param {Person} manager
 */
async function playOwnCommodity(manager) {
  const images = await uploadImages(manager);
  const draft = await next(manager, {
    purpose: 'points_operation',
    name: '星河帆布袋',
    category: 'physical',
    priceFen: 2_900,
    redemptionNote: '每人限兑一件，兑换后 7 天内寄出。',
    ...images,
  });
  const path = `/v1/commodities/${draft['id']}`;
  const { body: revised } = await manager.call('PATCH', path, 200, { body: { priceFen: 3_900 } });
  expectThat('the price after the change', revised['priceFen'], 3_900);
  tell('The draft waits as long as it must, through restarts of anything; here its price is changed');

  const platforms = (await manager.get('/v1/platforms'))['items'];
  const secondStep = { totalStock: 100, expiresAt: null, platforms: [platforms[0].id], tags: ['新品'], remark: '演示' };
  const done = await manager.post(`${path}/complete`, secondStep);
  expectThat('the state after the second step', done['state'], 'online');
  expectThat('its source', done['source'], 'own');
  expectThat('its stock', done['stock'], { total: 100, allocated: 0, held: 0, left: 100 });
  tell('Finish (完成): 100 pieces are in the enterprise stock (企业总库存), online by default');
  const late = await manager.refused('PATCH', path, 409, 'WRONG_STATE', { priceFen: 1 });
  tell(`The draft is over, so a change of its price is refused (409): ${late['detail']}`);

  await manager.refused('POST', `${path}/increase-stock`, 409, 'COMMODITY_ONLINE', { by: 20 });
  await manager.post(`${path}/take-offline`);
  await manager.post(`${path}/increase-stock`, { by: 20 });
  const more = await manager.post(`${path}/bring-online`);
  expectThat('its stock', more['stock'].total, 120);
  tell('Online stock cannot be increased (409); taken offline, increased by 20 and brought online it has 120');
  return more;
}

module.exports = { playOwnCommodity };
