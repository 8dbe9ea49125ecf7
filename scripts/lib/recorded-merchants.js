// @ts-check
'use strict';

const { merchantForm } = require('../demo/seller-forms');
const { hasWalked } = require('./recorded-payment-acts');
const { RecordedSeller, eventually } = require('./recorded-sellers');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */
/** @typedef {import('./recorded-sellers').MerchantChannel} MerchantChannel */

/** A seller's merchant ID at one channel, and the channel's staff. */
class RecordedMerchantId {
  /** @param {RecordedSeller} seller @param {MerchantChannel} channel */
  constructor(seller, channel) {
    this.seller = seller;
    this.product = seller.product;
    this.channel = channel;
    this.run = `merchant-id:${seller.id}:${channel}`;
  }

  /** @param {RecordedProduct} product @param {MerchantChannel} channel */
  static async applied(product, channel) {
    const seller = await RecordedSeller.withFeePaid(product);
    await seller.call('POST', '/merchant-ids', { channels: [channel], form: merchantForm(seller.company) });
    const merchantId = new RecordedMerchantId(seller, channel);
    await merchantId.is('in_review');
    return merchantId;
  }

  /** Until our row stands so. @param {string} state */
  is(state) {
    return eventually(`${this.channel} ${state}`, async () => {
      const { items } = await this.seller.call('GET', '/merchant-ids');
      return items.find(
        (/** @type {Record<string, unknown>} */ one) => one['channel'] === this.channel && one['state'] === state,
      );
    });
  }

  /** @param {string} edge */
  walks(edge) {
    return hasWalked(this.product, this.run, edge);
  }

  /** What the channel's staff does. @param {string} act @param {object} [body] */
  async staff(act, body = {}) {
    const { items } = await this.product.outside.call('GET', `/merchant-applications?reference=${this.seller.id}`);
    const { id } = items.find((/** @type {Record<string, unknown>} */ one) => one['channel'] === this.channel);
    return this.product.outside.call('POST', `/merchant-applications/${id}/${act}`, body);
  }

  /** @param {number} amountFen */
  tellAmount(amountFen) {
    return this.seller.call('POST', `/merchant-ids/${this.channel}/verify-account`, { amountFen });
  }

  resubmit() {
    const form = merchantForm(this.seller.company);
    return this.seller.call('POST', `/merchant-ids/${this.channel}/resubmit`, { form });
  }
}

const often = { MALLFLOW_MERCHANT_POLL_SECONDS: '1', MALLFLOW_MERCHANT_REST_SECONDS: '1' };

/**
 * @param {MerchantChannel} channel
 * @param {(merchantId: RecordedMerchantId) => Promise<unknown>} live
 * @returns {Scenario}
 */
const leftOpen = (channel, live) => ({
  environment: often,
  live: (product) =>
    product.leavingOpen(async () => {
      const merchantId = await RecordedMerchantId.applied(product, channel);
      await live(merchantId);
      return merchantId.run;
    }),
});

/** @type {Record<string, Scenario>} */
const merchantScenarios = {
  'merchant-opened': leftOpen('wechat_pay', async (merchantId) => {
    await merchantId.staff('verify-account');
    const asked = await merchantId.is('verify_account');
    await merchantId.tellAmount(asked.accountVerification.amountFen);
    await merchantId.staff('remit');
    await merchantId.staff('approve');
    await merchantId.is('to_sign');
    await merchantId.staff('sign');
    await merchantId.is('opened');
    await merchantId.staff('freeze');
    await merchantId.is('frozen');
    await merchantId.staff('thaw');
    await merchantId.is('opened');
  }),
};

module.exports = { merchantScenarios };
