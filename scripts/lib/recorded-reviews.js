// @ts-check
'use strict';

const { hasWalked } = require('./recorded-payment-acts');
const { RecordedSeller, eventually } = require('./recorded-sellers');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */

/** The review of what a seller handed in, and the people who may judge it. */
class RecordedReview {
  /** @param {RecordedSeller} seller @param {string} id @param {string} run */
  constructor(seller, id, run) {
    this.seller = seller;
    this.product = seller.product;
    this.id = id;
    this.run = run;
  }

  /** A company that the register knows under another name. @param {RecordedProduct} product */
  static async ofStranger(product) {
    const seller = await RecordedSeller.begin(product);
    await seller.registered({ name: '深圳别家软件有限公司', state: 'active' });
    await seller.handIn();
    return RecordedReview.waiting(seller, 'enterprise_verification');
  }

  /** Once it is in the queue. @param {RecordedSeller} seller @param {string} kind */
  static async waiting(seller, kind) {
    const token = await seller.product.signIn('reviewer@demo');
    const { id } = await eventually('a review', async () => {
      const queue = `/v1/reviews?kind=${kind}&state=waiting`;
      const { items } = await seller.product.call('GET', queue, undefined, token);
      return items.find((/** @type {Record<string, unknown>} */ one) => one['sellerId'] === seller.id);
    });
    return new RecordedReview(seller, id, await seller.product.runOf(id));
  }

  /** @param {string} edge */
  walks(edge) {
    return hasWalked(this.product, this.run, edge);
  }

  /**
   * @param {string} command
   * @param {object} [body]
   * @param {string} [login]
   */
  async does(command, body, login = 'reviewer@demo') {
    const token = await this.product.signIn(login);
    return this.product.call('POST', `/v1/reviews/${this.id}/${command}`, body, token);
  }

  approve() {
    return this.does('decide', { outcome: 'approve' });
  }

  /** @param {string} item */
  return(item) {
    const verdicts = [{ item, outcome: 'change', reasonCode: 'MISMATCH' }];
    return this.does('decide', { outcome: 'request_changes', verdicts });
  }
}

/** @param {(review: RecordedReview) => Promise<unknown>} live @param {Record<string, string>} [environment] @returns {Scenario} */
const untilOver = (live, environment = {}) => ({
  environment,
  live: (product) =>
    product.withWorker([], async () => {
      const review = await RecordedReview.ofStranger(product);
      await live(review);
      return review.run;
    }),
});

/** @type {Record<string, Scenario>} */
const reviewScenarios = {
  'review-claimed-and-decided': untilOver(async (review) => {
    await review.does('claim');
    await review.approve();
  }),
};

module.exports = { RecordedReview, reviewScenarios };
