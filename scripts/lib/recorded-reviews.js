// @ts-check
'use strict';

const path = require('node:path');
const { hasWalked } = require('./recorded-payment-acts');
const { RecordedSeller, eventually } = require('./recorded-sellers');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */

const dist = (/** @type {string} */ file) => require(path.resolve(__dirname, '..', '..', 'dist', file));

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

  /** An operator gives it to a reviewer. @param {string} login */
  async givenTo(login) {
    const token = await this.product.signIn(login);
    const { id: accountId } = await this.product.call('GET', '/v1/me', undefined, token);
    return this.does('reassign', { accountId }, 'operator@demo');
  }

  /** The run of a second review of the same submission. */
  beginAnother() {
    const { gateway, settings } = this.product.services;
    const submissionId = this.run.slice(this.run.indexOf(':') + 1);
    const about = { reviewId: dist('db/new-id.js').newId('review'), submissionId, sellerId: this.seller.id };
    const input = { ...about, kind: 'enterprise_verification', caseWorkflowId: this.seller.run };
    return gateway.resume(dist('temporal/starts.js').caseStarts.review(input, settings));
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

/** How a review goes. @type {Record<string, Scenario>} */
const reviewScenarios = {
  'review-claimed-and-decided': untilOver(async (review) => {
    await review.does('claim');
    await review.approve();
  }),
  // Nobody looks at it in time; it is decided without being claimed.
  'review-overdue': untilOver(
    async (review) => {
      await review.walks('waiting.remind');
      await review.walks('waiting.escalate');
      await review.return('/enterpriseName');
    },
    { MALLFLOW_REVIEW_SECONDS: '2' },
  ),
  // Whoever claimed it lets it lie, and others are to judge it.
  'review-handed-on': untilOver(
    async (review) => {
      await review.does('claim');
      await review.walks('claimed.remind');
      await review.walks('claimed.escalate');
      await review.does('release');
      await review.givenTo('reviewer2@demo');
      await review.givenTo('reviewer@demo');
      await review.does('decide', { outcome: 'reject', note: '并非同一企业' });
    },
    { MALLFLOW_REVIEW_SECONDS: '4' },
  ),
  'review-withdrawn': untilOver((review) => review.seller.call('POST', '/verification/withdraw')),
  'review-withdrawn-from-its-reviewer': untilOver(async (review) => {
    await review.does('claim');
    await review.seller.call('POST', '/verification/withdraw');
  }),
  // Its submission was withdrawn before the run came to open it.
  'review-not-needed': untilOver(async (review) => {
    await review.seller.call('POST', '/verification/withdraw');
    await review.product.run(review.run).result();
    await review.beginAnother();
  }),
  'review-resumed': untilOver(async (review) => {
    await review.does('claim');
    await review.product.run(review.run).terminate('recorded');
    await review.product.resume(review.id);
    await review.approve();
  }),
};

module.exports = { RecordedReview, reviewScenarios };
