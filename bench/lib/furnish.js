// @ts-check
'use strict';

const { createHash, randomBytes } = require('node:crypto');
const { addAccount, addSession } = require('../../dist/db/account/repository');
const { addBenefit } = require('../../dist/db/catalogue/repository');
const { connect } = require('../../dist/db/connection');
const { post } = require('../../dist/db/ledger/repository');
const { addEnterprise } = require('../../dist/db/mall/repository');
const { ledgerAccountId } = require('../../dist/domain/ledger/accounts');

/**
 * Who buys: a signed-in manager.
 * @typedef {object} Buyer
 * @property {string} accountId
 * @property {string} enterpriseId
 * @property {string} token
 */

/** @typedef {import('../../dist/db/connection').Db} Db */

const plentyFen = 1_000_000_000_000;

/** @param {string} url @param {'mallflow_app' | null} role */
function openPool(url, role = 'mallflow_app') {
  return connect({
    url,
    role,
    poolMax: 20,
    applicationName: 'mallflow-bench',
    statementTimeoutMs: 600_000,
    lockTimeoutMs: 10_000,
    acquireTimeoutMs: 60_000,
    answerTimeoutMs: 3_600_000,
  });
}

/** @param {Db} db @param {string} name */
function richEnterprise(db, name) {
  return db.transaction(async (trx) => {
    const id = await addEnterprise(trx, { name });
    await post(trx, {
      source: `bench-${id}`,
      kind: 'top_up',
      lines: [
        { accountId: ledgerAccountId('funding', id), amount: -plentyFen },
        { accountId: ledgerAccountId('balance', id), amount: plentyFen },
      ],
    });
    return id;
  });
}

/**
 * An account that is signed in already: signing in is not what is measured.
 * @param {Db} db
 * @param {{ login: string, role: 'mall_manager' | 'member' | 'operator' | 'reviewer' | null, enterpriseId: string | null, mallId?: string }} person
 * @returns {Promise<{ accountId: string, token: string }>}
 */
async function signedIn(db, { login, role, enterpriseId, mallId }) {
  const token = randomBytes(32).toString('base64url');
  const tokenSha256 = createHash('sha256').update(token).digest();
  const account = {
    login,
    passwordHash: 'nobody signs in',
    displayName: login,
    roles: role === null ? [] : [role],
    enterpriseId,
    mallId: mallId ?? null,
  };
  const accountId = await db.transaction((trx) => addAccount(trx, account));
  await addSession(db, { accountId, tokenSha256, lifetimeMs: 86_400_000, verifiedHash: account.passwordHash });
  return { accountId, token };
}

/**
 * A benefit, `count` buyers each of an enterprise of their own, and as many of one enterprise.
 * @param {Db} db
 * @param {number} count
 */
async function furnish(db, count) {
  const exchangeNotes = '优惠券没有有效期限制；用户领取后下单时抵扣。购买的权益不能退回。';
  const benefit = { name: '满 50 减 10 外卖优惠券', kind: /** @type {const} */ ('coupon'), priceFen: 350 };
  const benefitId = await db.transaction((trx) => addBenefit(trx, { ...benefit, validity: null, exchangeNotes }));
  const hotEnterprise = await richEnterprise(db, 'Hot');
  /** @type {{ spread: Buyer[], hot: Buyer[] }} */
  const buyers = { spread: [], hot: [] };
  for (let n = 0; n < count; n += 1) {
    const own = await richEnterprise(db, `Spread ${String(n)}`);
    for (const [where, enterpriseId] of /** @type {const} */ ([
      ['spread', own],
      ['hot', hotEnterprise],
    ])) {
      const person = await signedIn(db, { login: `${where}${String(n)}@bench`, role: 'mall_manager', enterpriseId });
      buyers[where].push({ ...person, enterpriseId });
    }
  }
  return { benefitId, buyers };
}

module.exports = { openPool, furnish, signedIn, richEnterprise };
