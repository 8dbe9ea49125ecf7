// @ts-check
'use strict';

const { randomInt } = require('node:crypto');
const { informationForm } = require('../demo/seller-forms');
const { drawPicture } = require('../demo/picture');
const { RecordedReview } = require('./recorded-reviews');
const { RecordedSeller, eventually } = require('./recorded-sellers');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */
/** @typedef {Record<string, any>} Json */

/** A shop that its seller submits by a command of its own. */
class RecordedShop {
  /** @param {RecordedSeller} seller @param {Json} form */
  constructor(seller, form) {
    this.seller = seller;
    this.product = seller.product;
    this.form = form;
  }

  /** In the seller centre, fee put off, with phones nobody else has. @param {RecordedProduct} product */
  static async furnished(product) {
    const seller = await RecordedSeller.begin(product);
    const phone = `1380${randomInt(10 ** 6, 10 ** 7)}`;
    await seller.handIn({ contactMobile: phone });
    await seller.tellAmount();
    await seller.until('enterprise_verification', 'met');
    await seller.call('POST', '/company-information', { ...informationForm(seller.company), contactPhone: phone });
    await seller.defer();
    const picture = async (/** @type {number} */ width, /** @type {number} */ height) => {
      const bytes = drawPicture({ width, height, colour: [0, 120, 200] });
      const { id } = await product.call('POST', '/v1/images', bytes, seller.token);
      return String(id);
    };
    const hours = '09:00:00 - 18:00:00';
    return new RecordedShop(seller, {
      ...{ bannerImageId: await picture(1_920, 300), logoImageId: await picture(390, 260) },
      ...{ name: '云岭软件', headline: '上云无忧', businessScope: '软件开发与运维服务' },
      introduction: '提供企业上云迁移与日常运维服务。',
      service: { qq: '1234567', email: 'service@example.com', phone, onlineHours: hours, phoneHours: hours },
      hotProductIds: [],
    });
  }

  /** 提交审核, with another introduction each time; its review. @param {string} introduction */
  async submit(introduction) {
    await this.seller.call('PUT', '/shop/draft', { ...this.form, introduction });
    await this.seller.call('POST', '/shop/submit');
    const token = await this.product.signIn('reviewer@demo');
    const { items } = await this.product.call('GET', '/v1/reviews?kind=shop', undefined, token);
    const { id } = items.find((/** @type {Json} */ one) => one['sellerId'] === this.seller.id);
    return new RecordedReview(this.seller, id, await this.product.runOf(id));
  }

  /** Operators let the policy approve its submissions. */
  async trusted() {
    const token = await this.product.signIn('operator@demo');
    const trust = { kinds: ['shop'], reason: '长期合规的服务商' };
    await this.product.call('PUT', `/v1/sellers/${this.seller.id}/trust`, trust, token);
  }
}

/** 商品上架: the first product of a seller, approved and shown to buyers. @param {RecordedSeller} seller */
async function listProduct(seller) {
  const { product } = seller;
  const picture = drawPicture({ width: 390, height: 260, colour: [0, 120, 200] });
  const { id: pictureId } = await product.call('POST', '/v1/images', picture, seller.token);
  const { id } = await seller.call('POST', '/products', {
    ...{ deliveryType: 'manual', categoryId: 'cat_migration', name: '上云迁移服务', tags: ['迁移'] },
    ...{ agreementText: '按约定范围提供迁移服务。', pictureIds: [pictureId], deliveryDays: 15 },
    ...{ summary: '由工程师协助迁移。', details: '现状评估、方案、实施与验收。' },
    specs: [{ name: '标准版', onShelf: true, price: { per: 'once', amountFen: 500_000 } }],
  });
  await product.call('POST', `/v1/products/${id}/submit`, undefined, seller.token);
  await (await RecordedReview.waiting(seller, 'product')).approve();
  await product.call('POST', `/v1/products/${id}/list`, undefined, seller.token);
  await seller.walks('seller_centre.product_listed');
}

/** The whole way in, to its end. @type {Record<string, Scenario>} */
const sellingScenarios = {
  'onboarding-completed': {
    live: (product) =>
      product.withWorker([], async () => {
        const seller = await RecordedSeller.withFeePaid(product);
        await listProduct(seller);
        return seller.run;
      }),
  },
};

/** @param {(shop: RecordedShop) => Promise<RecordedReview>} live @returns {Scenario} */
const submitted = (live) => ({
  live: (product) => product.withWorker([], async () => (await live(await RecordedShop.furnished(product))).run),
});

/** Two operators decide in a reviewer's place. @param {RecordedReview} review */
async function force(review) {
  const { product } = review;
  const [one, two] = [await product.signIn('operator@demo'), await product.signIn('operator2@demo')];
  const process = await eventually('the case of the review', async () => {
    const { items } = await product.call('GET', `/v1/processes?kind=review&q=${review.id}`, undefined, one);
    return items.find((/** @type {Json} */ item) => item['subjectId'] === review.id);
  });
  const command = { command: 'force_decision', outcome: 'approve', reason: '审核员休假，商户等待已久' };
  const asked = await product.ask('POST', `/v1/processes/${process.id}/commands`, command, one);
  if (asked.status !== 202) throw new Error(`force_decision: ${JSON.stringify(asked.answer)}`);
  await product.call('POST', `/v1/approvals/${asked.answer.approvalId}/confirm`, undefined, two);
}

/** Reviews that a seller's command begins, and those that no reviewer decides. @type {Record<string, Scenario>} */
const shopReviewScenarios = {
  'review-started-by-command': submitted(async (shop) => {
    const review = await shop.submit('提供企业上云迁移服务。');
    await review.does('claim');
    await review.approve();
    return review;
  }),
  'review-approved-by-policy': submitted(async (shop) => {
    await (await shop.submit('提供企业上云迁移服务。')).approve();
    await shop.trusted();
    return shop.submit('提供企业上云迁移与运维服务。');
  }),
  'review-forced-waiting': submitted(async (shop) => {
    const review = await shop.submit('提供企业上云迁移服务。');
    await force(review);
    return review;
  }),
  'review-forced-claimed': submitted(async (shop) => {
    const review = await shop.submit('提供企业上云迁移服务。');
    await review.does('claim');
    await force(review);
    return review;
  }),
};

module.exports = { sellingScenarios, shopReviewScenarios };
