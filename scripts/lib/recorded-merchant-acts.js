// @ts-check
'use strict';

const path = require('node:path');
const { merchantForm } = require('../demo/seller-forms');
const { hasWalked } = require('./recorded-payment-acts');
const { RecordedSeller, eventually } = require('./recorded-sellers');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */
/** @typedef {import('./recorded-sellers').MerchantChannel} MerchantChannel */

/** @typedef {import('../../domain/ports/merchant-onboarding').MerchantStanding} MerchantStanding */

const wrong = {
  path: '/form/shortName',
  code: 'merchant_shortname',
  reason: '简称不规范',
  field: 'merchant_shortname',
};
const silent = { merchantId: null, reasons: /** @type {object[]} */ ([]), verification: null };
const remittance = {
  ...{ amountFen: 321, payeeName: '财付通支付科技有限公司', payeeAccount: '7222223333322332', payeeBank: '招商银行' },
  ...{ remark: '123456', deadline: new Date(Date.now() + 86_400_000) },
};
/** What comes with it where a channel says how an application stands. @type {Partial<Record<MerchantStanding, object>>} */
const said = {
  verify_account: { verification: remittance },
  rejected: { reasons: [wrong] },
  opened: { merchantId: '1600000000' },
  frozen: { merchantId: '1600000000' },
};

const dist = (/** @type {string} */ file) => require(path.resolve(__dirname, '..', '..', 'dist', file));

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

  /** @param {number} amountFen */
  tellWrongAmount(amountFen) {
    return this.seller.refused('AMOUNT_WRONG', `/merchant-ids/${this.channel}/verify-account`, { amountFen });
  }

  resubmit() {
    const form = merchantForm(this.seller.company);
    return this.seller.call('POST', `/merchant-ids/${this.channel}/resubmit`, { form });
  }

  /**
   * The channel says what the emulated one cannot be brought to say, or not from there: it is written down behind the
   * run, which is then told.
   * @param {MerchantStanding} standing
   */
  async says(standing) {
    const { recordReport } = dist('db/merchant/provider.js');
    const { merchantId, reasons, verification } = { ...silent, ...said[standing] };
    const report = { providerId: '1', standing, verification, signUrl: null, merchantId, reasons };
    await this.writtenBehind((trx, place, submissionId) =>
      recordReport(trx, this.product.services.vault, place, {
        ...{ submissionId, report, errors: reasons, askAgainInMs: 3_600_000 },
      }),
    );
  }

  /** The form is found wrong as soon as it comes in. */
  refusesTheForm() {
    const { recordRefused } = dist('db/merchant/provider.js');
    return this.writtenBehind((trx, place, submissionId) =>
      recordRefused(trx, place, { submissionId, errors: [wrong], restMs: 3_600_000 }),
    );
  }

  /** @param {(trx: unknown, place: { sellerId: string, channel: MerchantChannel }, submissionId: string) => Promise<void>} write */
  async writtenBehind(write) {
    const { db, gateway } = this.product.services;
    const place = { sellerId: this.seller.id, channel: this.channel };
    const { submissionId } = await dist('db/merchant/record.js').merchantRecord(db, place);
    await db.transaction((/** @type {unknown} */ trx) => write(trx, place, submissionId));
    await gateway.reload(this.run);
    await this.product.rests(this.run);
  }
}

module.exports = { RecordedMerchantId };
