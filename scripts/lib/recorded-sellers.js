// @ts-check
'use strict';

const { randomInt, randomUUID } = require('node:crypto');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { informationForm, licence, merchantForm, newCreditCode, transferForm } = require('../demo/seller-forms');
const { hasWalked } = require('./recorded-payment-acts');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('../../domain/merchant/states').MerchantChannel} MerchantChannel */
/** @typedef {Record<string, any>} Json */

const dist = (/** @type {string} */ file) => require(path.resolve(__dirname, '..', '..', 'dist', file));

/** A seller on its way in, and what outside parties do about it: forms and people are the demo's, none is anybody's. */
class RecordedSeller {
  /**
   * @param {RecordedProduct} product
   * @param {{ token: string, id: string, onboardingId: string, agreementVersion: string, documentId: string }} known
   */
  constructor(product, { token, id, onboardingId, agreementVersion, documentId }) {
    this.product = product;
    this.token = token;
    this.id = id;
    this.onboardingId = onboardingId;
    this.agreementVersion = agreementVersion;
    this.run = `seller-onboarding:${onboardingId}`;
    this.company = {
      ...{ name: '深圳云岭软件有限公司', code: newCreditCode(), documentId },
      accountNumber: `7559${randomInt(10 ** 10, 10 ** 11)}`,
    };
  }

  /** 注册账号, 卖家入驻, 同意协议. @param {RecordedProduct} product */
  static async begin(product) {
    const login = `seller-${randomUUID()}`;
    const account = { login, password: 'mallflow-demo', displayName: '云岭软件', mobile: '13800138000' };
    await product.call('POST', '/v1/accounts', account, '');
    const token = await product.signIn(login);
    const { version: agreementVersion } = await product.call('GET', '/v1/agreements/seller', undefined, token);
    const ticked = { agreementVersion, accepted: true };
    const onboarding = await product.call('POST', '/v1/seller-onboardings', ticked, token);
    const { id: documentId } = await product.call('POST', '/v1/documents', licence, token);
    const known = { token, id: String(onboarding.sellerId), onboardingId: String(onboarding.id) };
    return new RecordedSeller(product, { ...known, agreementVersion, documentId: String(documentId) });
  }

  /**
   * @param {string} method
   * @param {string} route below the seller's own
   * @param {unknown} [body]
   */
  call(method, route, body) {
    return this.product.call(method, `/v1/sellers/${this.id}${route}`, body, this.token);
  }

  /**
   * @param {string} code
   * @param {string} route
   * @param {unknown} [body]
   */
  refused(code, route, body) {
    return this.product.refused(code, 'POST', `/v1/sellers/${this.id}${route}`, body, this.token);
  }

  /** Until the onboarding has walked an edge so often. @param {string} edge @param {number} [times] */
  walks(edge, times = 1) {
    return hasWalked(this.product, this.run, edge, times);
  }

  /**
   * Until the answer about a requirement is so.
   * @param {string} key
   * @param {string} state
   * @param {string} [turn]
   */
  until(key, state, turn) {
    return eventually(`${key} ${state}`, async () => {
      const onboarding = `/v1/seller-onboardings/${this.onboardingId}`;
      const { requirements } = await this.product.call('GET', onboarding, undefined, this.token);
      const now = requirements.find((/** @type {Json} */ one) => one['key'] === key);
      return now.state === state && (turn === undefined || now.whoseTurn === turn) ? now : undefined;
    });
  }

  /** What the register says of the company; undefined: nothing of its own. @param {Json} [known] */
  async registered(known) {
    const route = `/registry/${this.company.code}`;
    if (known === undefined) await this.product.outside.call('DELETE', route);
    else await this.product.outside.call('PUT', route, { name: this.company.name, ...known });
  }

  /** 实名认证 by a transfer. @param {Json} [changed] */
  handIn(changed = {}) {
    return this.call('POST', '/verification', { ...transferForm(this.company), ...changed });
  }

  /** 实名认证 by a scan of the legal representative. */
  handInForScan() {
    const { name, code, documentId } = this.company;
    return this.call('POST', '/verification', {
      ...{ method: 'legal_person_scan', enterpriseName: name, unifiedSocialCreditCode: code },
      ...{ licenceDocumentId: documentId, legalRepresentative: merchantForm(this.company).legalRepresentative },
    });
  }

  /** The sum that arrived last. */
  async arrivedFen() {
    const { items } = await this.product.outside.call('GET', `/transfers?accountNumber=${this.company.accountNumber}`);
    return Number(items[0].amountFen);
  }

  async tellAmount() {
    await this.until('enterprise_verification', 'in_progress', 'seller');
    await this.call('POST', '/verification/transfer-amount', { amountFen: await this.arrivedFen() });
  }

  async tellWrongAmount() {
    await this.until('enterprise_verification', 'in_progress', 'seller');
    const amountFen = (await this.arrivedFen()) === 1 ? 2 : 1;
    await this.refused('AMOUNT_WRONG', '/verification/transfer-amount', { amountFen });
  }

  async verify() {
    await this.handIn();
    await this.tellAmount();
    await this.until('enterprise_verification', 'met');
  }

  /** 填写信息. */
  inform() {
    return this.call('POST', '/company-information', informationForm(this.company));
  }

  /** 暂不缴纳. */
  defer() {
    return this.call('POST', '/certification-fee/defer');
  }

  /** 立即缴纳: the payment a code is shown of. @returns {Promise<Json>} */
  async askToPay() {
    const { payment } = await this.call('POST', '/certification-fee/pay', { method: 'wechat_native' });
    return payment;
  }

  async payFee() {
    const { channelNumber } = await this.askToPay();
    await this.product.outside.pay(channelNumber);
    await this.until('certification_fee', 'met');
    await this.until('seller_centre', 'met');
  }

  /** A seller that may ask for merchant IDs. @param {RecordedProduct} product */
  static async withFeePaid(product) {
    const seller = await RecordedSeller.begin(product);
    await seller.verify();
    await seller.inform();
    await seller.payFee();
    return seller;
  }

  /** The period of the fee, once it is there. @param {number} year @returns {Promise<string>} its id */
  period(year) {
    const { firstRow } = dist('db/connection.js');
    const find = 'select id from certification_fees where seller_id = :id and year = :year';
    return eventually(`period ${year}`, async () => {
      const found = await firstRow(this.product.services.db, find, { id: this.id, year });
      return found === undefined ? undefined : String(found.id);
    });
  }
}

/**
 * @template T
 * @param {string} what
 * @param {() => Promise<T | undefined>} look
 * @returns {Promise<T>}
 */
async function eventually(what, look) {
  for (const deadline = Date.now() + 30_000; ; await pause(20)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`not ${what}`);
  }
}

module.exports = { RecordedSeller, eventually };
