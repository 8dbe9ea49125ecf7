// @ts-check
'use strict';

const { addBenefit } = require('../../dist/db/catalogue/repository');
const { addImage } = require('../../dist/db/image/repository');
const { addMember, adjustPoints } = require('../../dist/db/mall/member-repository');
const { addMall } = require('../../dist/db/mall/repository');
const { newId } = require('../../dist/db/new-id');
const { richEnterprise, signedIn } = require('./furnish');

/** @typedef {import('../../dist/db/connection').Db} Db */

/**
 * Who manages: signed in, with a mall to allocate to and a commodity to allocate from.
 * @typedef {object} Manager
 * @property {string} accountId
 * @property {string} enterpriseId
 * @property {string} token
 * @property {string} mallId
 * @property {string} commodityId
 */

/** More than any run allocates. */
const plenty = 100_000_000;

/** @param {Db} db @param {{ enterpriseId: string, name: string }} mall */
const mallOf = (db, mall) => db.transaction((trx) => addMall(trx, { ...mall, limit: 3 }));

/** What purchased stock was bought as. @param {Db} db */
function benefitOf(db) {
  const benefit = { name: '外卖优惠券', kind: /** @type {const} */ ('coupon'), priceFen: 350, validity: null };
  return db.transaction((trx) => addBenefit(trx, { ...benefit, exchangeNotes: '没有有效期限制。' }));
}

/** An image's row; nobody asks for its bytes. @param {Db} db @param {{ accountId: string, enterpriseId: string }} owner */
async function imageOf(db, { accountId, enterpriseId }) {
  const id = newId('image');
  const owner = { ownerAccountId: accountId, enterpriseId, sellerId: null };
  const image = { ...owner, contentType: /** @type {const} */ ('image/png') };
  await db.transaction((trx) => addImage(trx, { ...image, id, name: id, width: 1, height: 1, bytes: 70 }));
  return id;
}

/**
 * An own commodity with plenty of stock, online, and the movement that explains it.
 * @param {Db} db
 * @param {{ accountId: string, enterpriseId: string }} owner
 */
async function commodityOf(db, owner) {
  const id = newId('commodity');
  const imageId = await imageOf(db, owner);
  await db.transaction(async (trx) => {
    await trx.raw(
      `insert into commodities (id, enterprise_id, source, state, category, name, price_fen, redemption_note, total,
                                award_template_id, cover_image_id, detail_image_id, draft_expires_at, added_by)
       values (?, ?, 'own', 'online', 'physical', '帆布袋', 2900, '每人限兑一件', ?, 'physical-standard', ?, ?, now(), ?)`,
      [id, owner.enterpriseId, plenty, imageId, imageId, owner.accountId],
    );
    await trx.raw(`insert into stock_movements (commodity_id, kind, quantity, actor) values (?, 'added', ?, ?)`, [
      id,
      plenty,
      owner.accountId,
    ]);
  });
  return id;
}

/** @param {Db} db @param {string} login @param {string} enterpriseId */
async function managerOf(db, login, enterpriseId) {
  return { ...(await signedIn(db, { login, role: 'mall_manager', enterpriseId })), enterpriseId };
}

/**
 * `count` managers each with an enterprise, a mall and a commodity of their own, and as many who share one of each.
 * @param {Db} db
 * @param {number} count
 */
async function furnishManagers(db, count) {
  /** @type {{ spread: Manager[], hot: Manager[] }} */
  const managers = { spread: [], hot: [] };
  const shared = { enterpriseId: await richEnterprise(db, 'Hot'), mallId: '', commodityId: '' };
  shared.mallId = await mallOf(db, { enterpriseId: shared.enterpriseId, name: '热门商城' });
  for (let n = 0; n < count; n += 1) {
    const person = await managerOf(db, `hot-manager${String(n)}@bench`, shared.enterpriseId);
    if (n === 0) shared.commodityId = await commodityOf(db, person);
    managers.hot.push({ ...person, ...shared });

    const enterpriseId = await richEnterprise(db, `Spread ${String(n)}`);
    const owner = await managerOf(db, `manager${String(n)}@bench`, enterpriseId);
    const mallId = await mallOf(db, { enterpriseId, name: '积分商城' });
    managers.spread.push({ ...owner, mallId, commodityId: await commodityOf(db, owner) });
  }
  return managers;
}

/**
 * Members of a mall who are signed in and have points. Returns their tokens.
 * @param {Db} db
 * @param {{ enterpriseId: string, mallId: string }} mall
 * @param {number} count
 */
async function furnishMembers(db, { enterpriseId, mallId }, count) {
  /** @type {string[]} */
  const tokens = [];
  for (let n = 0; n < count; n += 1) {
    const name = `member${String(n)}@bench`;
    const { accountId, token } = await signedIn(db, { login: name, role: 'member', enterpriseId: null, mallId });
    const id = newId('member');
    await db.transaction(async (trx) => {
      await addMember(trx, { id, enterpriseId, mallId, externalId: name, displayName: name, accountId });
      await adjustPoints(trx, { id: newId('pointsAdjustment'), memberId: id, delta: 10_000, reason: 'bench' });
    });
    tokens.push(token);
  }
  return tokens;
}

module.exports = { benefitOf, furnishManagers, furnishMembers, imageOf, mallOf, managerOf };
