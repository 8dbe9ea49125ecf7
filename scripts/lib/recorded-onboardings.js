// @ts-check
'use strict';

const path = require('node:path');
const { merchantForm } = require('../demo/seller-forms');
const { RecordedReview } = require('./recorded-reviews');
const { RecordedSeller, eventually } = require('./recorded-sellers');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */
/** @typedef {Record<string, any>} Json */

const dist = (/** @type {string} */ file) => require(path.resolve(__dirname, '..', '..', 'dist', file));

/** @param {(seller: RecordedSeller) => Promise<unknown>} live @param {Record<string, string>} [environment] @returns {Scenario} */
const leftOpen = (live, environment = {}) => ({
  environment,
  live: (product) =>
    product.leavingOpen(async () => {
      const seller = await RecordedSeller.begin(product);
      await live(seller);
      return seller.run;
    }),
});

/** @param {RecordedSeller} seller @param {Json} fault */
const fault = (seller, fault) => seller.product.outside.call('POST', '/faults', fault);

/** The bank's transfer to this seller, once it is ordered; its reference. @param {RecordedSeller} seller */
function transferTo(seller) {
  return eventually('a transfer', async () => {
    const { items } = await seller.product.outside.call('GET', '/transfers/orders');
    const { accountNumber } = seller.company;
    const found = items.find((/** @type {Json} */ one) => one['accountNumber'] === accountNumber);
    return found === undefined ? undefined : String(found.reference);
  });
}

/** The legal representative scans; nobody else does at the time. @param {RecordedSeller} seller @param {'pass' | 'fail'} answer */
async function scan(seller, answer) {
  const { outside } = seller.product;
  await seller.until('enterprise_verification', 'in_progress', 'seller');
  const { items } = await outside.call('GET', '/verifications');
  await outside.call('POST', `/verifications/${items[0].reference}/${answer}`, {});
}

/** Handed in where a person judges it. @param {RecordedSeller} seller */
async function handedOver(seller) {
  await seller.handIn();
  return RecordedReview.waiting(seller, 'enterprise_verification');
}

/** @param {RecordedSeller} seller */
async function informedUnderReview(seller) {
  await seller.inform();
  return RecordedReview.waiting(seller, 'company_information');
}

/** The newest notices of one kind are so many. @param {RecordedSeller} seller @param {string} kind @param {number} count */
function isTold(seller, kind, count) {
  return eventually(`${count} × ${kind}`, async () => {
    const { items } = await seller.product.call('GET', '/v1/notices', undefined, seller.token);
    return items.filter((/** @type {Json} */ one) => one['kind'] === kind).length === count ? count : undefined;
  });
}

/** How an onboarding goes. @type {Record<string, Scenario>} */
const ways = {
  // The registry does not know the company at first, the bank takes its time, and one sum is wrong.
  'onboarding-by-transfer': leftOpen(
    async (seller) => {
      await seller.registered({ state: 'unknown' });
      await fault(seller, { target: 'bank', kind: 'keep_processing', on: 'transfer_send' });
      await seller.handIn();
      await seller.walks('enterprise_verification.registry_knows_not');
      await seller.registered();
      await seller.product.outside.call('POST', `/transfers/${await transferTo(seller)}/settle`, { as: 'sent' });
      await seller.tellWrongAmount();
      await seller.tellAmount();
      await seller.inform();
      await seller.payFee();
    },
    { MALLFLOW_REGISTRY_AGAIN_SECONDS: '1' },
  ),
  // Two wrong sums, none in time, a transfer that fails, and in the end it is taken back.
  'onboarding-sent-back': leftOpen(
    async (seller) => {
      const again = ['wrong', 'late', 'failed'];
      for (const [before, what] of again.entries()) {
        if (what === 'failed') await fault(seller, { target: 'bank', kind: 'transfer_failed', on: 'transfer_send' });
        await seller.handIn();
        if (what === 'wrong') for (let tries = 0; tries < 2; tries += 1) await seller.tellWrongAmount();
        await seller.walks('enterprise_verification.proof_fails', before + 1);
      }
      await seller.handIn();
      await seller.call('POST', '/verification/withdraw');
    },
    { MALLFLOW_PROVE_WITHIN_SECONDS: '5' },
  ),
  // The registry and the partner are away; the scan begins after its answer, fails, and passes untold.
  'onboarding-by-scan': leftOpen(
    async (seller) => {
      await fault(seller, { target: 'registry', kind: '500', on: 'registry_check' });
      await fault(seller, { target: 'identity', kind: '500', on: 'scan_begin', times: 4 });
      await seller.handInForScan();
      await scan(seller, 'fail');
      await seller.until('enterprise_verification', 'action_needed');
      await seller.handInForScan();
      await fault(seller, { target: 'identity', kind: 'no_notification', on: 'scan_notification' });
      await scan(seller, 'pass');
      await seller.until('enterprise_verification', 'met');
    },
    { MALLFLOW_RESULT_MS: '4000' },
  ),
  // The registry knows the company under another name; a person sends both forms back before they are accepted.
  'onboarding-reviewed': leftOpen(async (seller) => {
    await seller.registered({ name: '深圳别家软件有限公司', state: 'active' });
    await (await handedOver(seller)).return('/enterpriseName');
    await seller.until('enterprise_verification', 'action_needed');
    const withdrawn = await handedOver(seller);
    await seller.call('POST', '/verification/withdraw');
    await withdrawn.walks('waiting.withdraw');
    await (await handedOver(seller)).approve();
    await seller.tellAmount();
    await seller.until('enterprise_verification', 'met');
    await (await informedUnderReview(seller)).return('/contactPhone');
    await seller.until('company_information', 'action_needed');
    await (await informedUnderReview(seller)).approve();
    await seller.until('company_information', 'met');
    await seller.defer();
  }),
};

/** What else may happen to its run. @type {Record<string, Scenario>} */
const runs = {
  'onboarding-reminded': leftOpen((seller) => isTold(seller, 'onboarding_waits', 3), {
    MALLFLOW_ONBOARDING_REMINDER_SECONDS: '1',
  }),
  // What a channel asks for in the seller centre changes until when it is the seller's turn.
  'onboarding-in-the-centre': leftOpen(
    async (seller) => {
      await seller.verify();
      await seller.inform();
      await seller.payFee();
      await seller.call('POST', '/merchant-ids', { channels: ['wechat_pay'], form: merchantForm(seller.company) });
      const { items } = await eventually('an application', async () => {
        const found = await seller.product.outside.call('GET', `/merchant-applications?reference=${seller.id}`);
        return found.items.length === 0 ? undefined : found;
      });
      await seller.product.outside.call('POST', `/merchant-applications/${items[0].id}/verify-account`, {});
      await seller.walks('seller_centre.turn_passes');
    },
    { MALLFLOW_MERCHANT_POLL_SECONDS: '1' },
  ),
  // A second one of the same account, that got past the look its command takes first.
  'onboarding-refused': {
    live: (product) =>
      product.withWorker([], async () => {
        const seller = await RecordedSeller.begin(product);
        const { gateway, settings } = product.services;
        const { id: accountId } = await product.call('GET', '/v1/me', undefined, seller.token);
        const second = { onboardingId: dist('db/new-id.js').newId('onboarding'), accountId };
        const known = { agreementVersion: seller.agreementVersion, commandId: null, requestId: null };
        const start = dist('temporal/starts.js').caseStarts.sellerOnboarding({ ...second, ...known }, settings);
        const { code } = await gateway.create(start, dist('db/new-id.js').newId('command'));
        if (code !== 'ALREADY_ONBOARDING') throw new Error(`it was not refused: ${code}`);
        return start.workflowId;
      }),
  },
  'onboarding-resumed': leftOpen(async (seller) => {
    await seller.verify();
    await seller.product.run(seller.run).terminate('recorded');
    await seller.product.resume(seller.onboardingId);
    await seller.inform();
    await seller.defer();
  }),
  'onboarding-continued-as-new': {
    longFrom: 25,
    live: async (product) => {
      let runId = '';
      const workflowId = await product.leavingOpen(async () => {
        const seller = await RecordedSeller.begin(product);
        ({ runId } = await product.run(seller.run).describe());
        await seller.verify();
        await seller.inform();
        await product.continues(seller.run, runId);
        await seller.defer();
        return seller.run;
      });
      return { workflowId, runId };
    },
  },
};

module.exports = { onboardingScenarios: { ...ways, ...runs } };
