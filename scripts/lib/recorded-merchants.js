// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const path = require('node:path');
const { merchantForm } = require('../demo/seller-forms');
const { RecordedMerchantId } = require('./recorded-merchant-acts');
const { RecordedSeller } = require('./recorded-sellers');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */
/** @typedef {import('./recorded-sellers').MerchantChannel} MerchantChannel */
/** @typedef {import('./recorded-merchant-acts').MerchantStanding} MerchantStanding */

const dist = (/** @type {string} */ file) => require(path.resolve(__dirname, '..', '..', 'dist', file));

const often = { MALLFLOW_MERCHANT_POLL_SECONDS: '1', MALLFLOW_MERCHANT_REST_SECONDS: '1' };
const reasons = [{ field: 'merchant_shortname', reason: '简称不规范' }];

/**
 * @param {MerchantChannel} channel
 * @param {(merchantId: RecordedMerchantId) => Promise<unknown>} live
 * @param {Record<string, string>} [environment]
 * @returns {Scenario}
 */
const leftOpen = (channel, live, environment = often) => ({
  environment,
  live: (product) =>
    product.leavingOpen(async () => {
      const merchantId = await RecordedMerchantId.applied(product, channel);
      await live(merchantId);
      return merchantId.run;
    }),
});

/** Each of the channel's words after each other, once. @type {readonly MerchantStanding[]} */
const everyChange = [
  'verify_account',
  'checking',
  'to_sign',
  'checking',
  'rejected',
  'checking',
  'opened',
  'checking',
  'frozen',
  'verify_account',
  'to_sign',
  'verify_account',
  'rejected',
  'verify_account',
  'opened',
  'verify_account',
  'frozen',
  'to_sign',
  'rejected',
  'to_sign',
  'opened',
  'to_sign',
  'frozen',
  'rejected',
  'opened',
  'rejected',
  'frozen',
  'opened',
  'frozen',
  'checking',
];

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
  // Sent back from the review, from the signature and when it was open; the channel changes its mind in between.
  'merchant-rejected-and-resubmitted': leftOpen('tenpay', async (merchantId) => {
    await merchantId.staff('reject', { reasons });
    await merchantId.is('rejected');
    await merchantId.resubmit();
    await merchantId.is('in_review');
    await merchantId.staff('approve');
    await merchantId.is('to_sign');
    await merchantId.staff('reject', { reasons });
    await merchantId.is('rejected');
    await merchantId.staff('approve');
    await merchantId.is('to_sign');
    await merchantId.staff('sign');
    await merchantId.is('opened');
  }),
  // The channel still asks for the sum when the form comes again.
  'merchant-account-wrong-twice': leftOpen('wechat_pay', async (merchantId) => {
    await merchantId.staff('verify-account', { amountFen: 321 });
    await merchantId.is('verify_account');
    for (let tries = 0; tries < 2; tries += 1) await merchantId.tellWrongAmount(320);
    await merchantId.is('rejected');
    await merchantId.resubmit();
    await merchantId.is('verify_account');
    await merchantId.tellAmount(321);
  }),
  // The seller says that it remitted, and nothing comes; then the deadline is over before it is asked.
  'merchant-account-overdue': leftOpen('wechat_pay', async (merchantId) => {
    await merchantId.staff('verify-account', { amountFen: 321, deadlineSeconds: 5 });
    await merchantId.is('verify_account');
    await merchantId.tellAmount(321);
    await merchantId.walks('in_review.account_overdue');
    await merchantId.resubmit();
    await merchantId.walks('verify_account.account_overdue');
  }),
  // Whatever a channel said before, its word is the truth.
  'merchant-changes-of-mind': leftOpen(
    'wechat_pay',
    async (merchantId) => {
      for (const standing of everyChange) await merchantId.says(standing);
    },
    { MALLFLOW_MERCHANT_POLL_SECONDS: '600' },
  ),
  // It is further than we know when the form comes again, or finds it wrong at once.
  'merchant-found': leftOpen(
    'wechat_pay',
    async (merchantId) => {
      for (const [act, state] of /** @type {const} */ ([
        ['approve', 'to_sign'],
        ['sign', 'opened'],
        ['freeze', 'frozen'],
      ])) {
        await merchantId.staff(act);
        await merchantId.says('rejected');
        await merchantId.resubmit();
        await merchantId.is(state);
      }
      await merchantId.says('rejected');
      const fault = { target: 'merchant', kind: '500', on: 'merchant_submit', times: 1_000 };
      await merchantId.product.outside.call('POST', '/faults', fault);
      await merchantId.resubmit();
      await merchantId.refusesTheForm();
    },
    { MALLFLOW_MERCHANT_POLL_SECONDS: '600' },
  ),
  // Its fee is not paid, which the look its command takes first would have told.
  'merchant-refused': {
    live: (product) =>
      product.withWorker([], async () => {
        const seller = await RecordedSeller.begin(product);
        await seller.verify();
        await seller.inform();
        const { gateway, settings } = product.services;
        const { id: accountId } = await product.call('GET', '/v1/me', undefined, seller.token);
        /** @type {{ sellerId: string, accountId: string }} */
        const by = { sellerId: seller.id, accountId };
        const submission = { id: randomUUID(), ...by, channels: ['tenpay'] };
        await dist('api/merchant/form.js').saveForm(product.services, submission, merchantForm(seller.company));
        const known = { submissionId: submission.id, onboardingWorkflowId: seller.run, channel: 'tenpay' };
        const input = { ...by, ...known, commandId: null, requestId: null };
        const start = dist('temporal/starts.js').caseStarts.merchantId(input, settings);
        const { code } = await gateway.create(start, randomUUID());
        if (code !== 'FEE_NOT_PAID') throw new Error(`it was not refused: ${code}`);
        return start.workflowId;
      }),
  },
  'merchant-resumed': leftOpen('tenpay', async (merchantId) => {
    const { applicationId } = await merchantId.is('in_review');
    await merchantId.product.run(merchantId.run).terminate('recorded');
    await merchantId.product.resume(applicationId);
    await merchantId.staff('approve');
    await merchantId.is('to_sign');
  }),
  'merchant-continued-as-new': {
    environment: often,
    longFrom: 40,
    live: async (product) => {
      let runId = '';
      const workflowId = await product.leavingOpen(async () => {
        const { run } = await RecordedMerchantId.applied(product, 'tenpay');
        ({ runId } = await product.run(run).describe());
        await product.continues(run, runId);
        return run;
      });
      return { workflowId, runId };
    },
  },
};

module.exports = { merchantScenarios };
