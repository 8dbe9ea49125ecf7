// @ts-check
'use strict';

const { Person, chapter, eventually, expectThat, tell, url } = require('./stage');
const { drawPicture } = require('./picture');
const { decideTogether } = require('./steering');

/**
 * @typedef {import('./stage').Json} Json
 * @typedef {import('./seller').Seller} Seller
 */

/**
 * @param {Person} person
 * @param {number} width
 * @param {number} height
 */
async function upload(person, width, height) {
  const body = drawPicture({ width, height, colour: [0, 120, 215] });
  return String((await person.call('POST', '/v1/images', 201, { body, type: 'image/png' })).body['id']);
}

/**
 * What waits for a reviewer of this seller's.
 * @param {Person} reviewer
 * @param {Seller} seller
 * @param {'shop' | 'product'} kind
 */
async function waiting(reviewer, { id }, kind) {
  const found = async () => {
    const { items } = await reviewer.get(`/v1/reviews?kind=${kind}&state=waiting&limit=200`);
    return /** @type {Json} */ (/** @type {Json[]} */ (items).find((one) => one['sellerId'] === id) ?? {});
  };
  return eventually(`a ${kind} waits for a reviewer`, found, (review) => review['id'] !== undefined);
}

/**
 * @param {Person} reviewer
 * @param {Seller} seller
 * @param {'shop' | 'product'} kind
 * @param {Json} decision
 */
async function decide(reviewer, seller, kind, decision) {
  const review = `/v1/reviews/${(await waiting(reviewer, seller, kind))['id']}`;
  await reviewer.post(`${review}/claim`);
  await reviewer.post(`${review}/decide`, decision);
  const problem = await reviewer.refused('POST', `${review}/decide`, 409, 'ALREADY_DECIDED', decision);
  expectThat('what may still be done', problem['allowed'], []);
}

const approval = { outcome: 'approve', verdicts: [] };

/**
 * 店铺发布: what buyers see changes by an approval alone.
 * @param {Seller} seller
 * @param {Person} reviewer
 */
async function publishShop(seller, reviewer) {
  chapter('店铺发布 – the shop, reviewed and published');
  const { person, id } = seller;
  const shop = `/v1/sellers/${id}/shop`;
  const [bannerImageId, logoImageId] = [await upload(person, 1_920, 300), await upload(person, 390, 260)];
  const service = {
    ...{ qq: '100012345', email: 'service@example.com', phone: '400-800-1234' },
    ...{ onlineHours: '09:00:00 - 18:00:00', phoneHours: '09:00:00 - 17:30:00' },
  };
  const about = {
    headline: '让企业上云更简单',
    businessScope: '云服务器运维与迁移。',
    introduction: '上云与日常运维。',
  };
  const draft = { bannerImageId, logoImageId, name: '云岭软件旗舰店', ...about, service, hotProductIds: [] };
  const short = { ...draft, service: { ...service, onlineHours: '09:00:00 - 12:00:00' } };
  const refused = await person.call('PUT', `${shop}/draft`, 400, { body: short });
  expectThat('the field', refused.body['errors'][0].path, '/service/onlineHours');
  await person.call('PUT', `${shop}/draft`, 200, { body: draft });
  await person.post(`${shop}/submit`);
  await new Person('').call('GET', `/v1/market/shops/${id}`, 404);
  tell('Hours shorter than eight are refused at their field; the shop is submitted, and buyers see nothing yet');

  const change = { item: '/headline', outcome: 'change', reasonCode: 'OTHER', note: '请写明服务内容' };
  await decide(reviewer, seller, 'shop', { outcome: 'request_changes', verdicts: [change] });
  const sentBack = await person.get(`${shop}/draft`);
  expectThat('where it came back', sentBack['errors'][0].path, '/headline');
  const mended = { ...draft, headline: '云上运维专家' };
  await person.call('PUT', `${shop}/draft`, 200, { body: mended });
  await person.post(`${shop}/submit`);
  await decide(reviewer, seller, 'shop', approval);
  const published = await new Person('').get(`/v1/market/shops/${id}`);
  expectThat('the headline buyers read', published['headline'], mended.headline);
  tell('A reviewer sends it back for one field, the seller mends that alone, and the approval publishes it at once');
}

/**
 * 商品上架, to the first product buyers can buy.
 * @param {Seller} seller
 * @param {Person} reviewer
 */
async function sellProduct(seller, reviewer) {
  chapter('商品上架 – a product, reviewed and listed');
  const { person, id, onboardingId } = seller;
  const whole = {
    ...{ deliveryType: 'manual', categoryId: 'cat_migration', name: '上云迁移服务', tags: ['迁移'] },
    ...{ agreementText: '按约定范围提供迁移服务。', pictureIds: [await upload(person, 390, 260)], deliveryDays: 15 },
    ...{ summary: '由工程师协助迁移。', details: '现状评估、方案、实施与验收。每周七天，每天八小时。' },
    specs: [{ name: '标准版', onShelf: true, price: { per: 'once', amountFen: 500_000 } }],
  };
  const product = await person.post(`/v1/sellers/${id}/products`, { ...whole, name: '最佳上云迁移服务' }, 201);
  const path = `/v1/products/${product['id']}`;
  const { problems } = await person.post(`${path}/check`);
  expectThat(
    'what the check finds',
    problems.map((/** @type {Json} */ problem) => problem['path']).includes('/name'),
    true,
  );
  tell(`创建商品: the check runs the reviewers' own rules and finds: ${problems[0].message}`);
  await person.call('PUT', `${path}/draft`, 200, { body: whole });
  await person.post(`${path}/submit`);
  await person.refused('POST', `${path}/list`, 409, 'WRONG_STATE');
  await decide(reviewer, seller, 'product', approval);
  const listed = await person.post(`${path}/list`);
  expectThat('its state', listed['state'], 'listed');
  const shown = await new Person('').get(`/v1/market/products/${product['id']}`);
  expectThat('whether it can be bought', shown['purchasable'], true);
  tell(`Approved it may be listed (上架), before that it may not: ${url}/v1/market/products/${product['id']}`);

  const complete = await person.get(`/v1/seller-onboardings/${onboardingId}`);
  expectThat('the stage', [complete['stage'], complete['state']], ['complete', 'completed']);
  tell('The first listed product completes the onboarding: nothing is missing any more');
  await changeWhileListed(seller, reviewer, { path, productId: String(product['id']), whole });
}

/**
 * @param {Seller} seller
 * @param {Person} reviewer
 * @param {{ path: string, productId: string, whole: Json }} product
 */
async function changeWhileListed(seller, reviewer, { path, productId, whole }) {
  const { person } = seller;
  const name = async () => (await new Person('').get(`/v1/market/products/${productId}`))['name'];
  await person.call('PUT', `${path}/draft`, 200, { body: { ...whole, name: '上云迁移服务 2.0' } });
  await person.post(`${path}/submit`);
  expectThat('what is sold meanwhile', await name(), whole['name']);
  tell('A change of a listed product is reviewed while the old one goes on selling');
  await decideTogether(String((await waiting(reviewer, seller, 'product'))['processId']));
  expectThat('what is sold then', await name(), '上云迁移服务 2.0');
}

module.exports = { publishShop, sellProduct };
