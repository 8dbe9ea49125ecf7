// @ts-check
'use strict';

const { RecordedSeller, eventually } = require('./recorded-sellers');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */

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

/** The bank's transfer to this seller, once it is ordered; its reference. @param {RecordedSeller} seller */
function transferTo(seller) {
  return eventually('a transfer', async () => {
    const { items } = await seller.product.outside.call('GET', '/transfers/orders');
    const { accountNumber } = seller.company;
    const found = items.find((/** @type {Record<string, string>} */ one) => one['accountNumber'] === accountNumber);
    return found === undefined ? undefined : String(found.reference);
  });
}

/** @type {Record<string, Scenario>} */
const onboardingScenarios = {
  // The registry does not know the company at first, the bank takes its time, and one sum is wrong.
  'onboarding-by-transfer': leftOpen(
    async (seller) => {
      const { outside } = seller.product;
      await seller.registered({ state: 'unknown' });
      await outside.call('POST', '/faults', { target: 'bank', kind: 'keep_processing', on: 'transfer_send' });
      await seller.handIn();
      await seller.walks('enterprise_verification.registry_knows_not');
      await seller.registered();
      await outside.call('POST', `/transfers/${await transferTo(seller)}/settle`, { as: 'sent' });
      await seller.tellWrongAmount();
      await seller.tellAmount();
      await seller.inform();
      await seller.payFee();
    },
    { MALLFLOW_REGISTRY_AGAIN_SECONDS: '1' },
  ),
};

module.exports = { onboardingScenarios };
