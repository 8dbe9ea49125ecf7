// @ts-check
'use strict';

const { RecordedSeller } = require('./recorded-sellers');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */

/** @param {string} feeId */
const runOf = (feeId) => `certification-fee:${feeId}`;

/** A seller whose first period can be paid. @param {RecordedProduct} product */
async function beforeFee(product) {
  const seller = await RecordedSeller.begin(product);
  await seller.verify();
  await seller.inform();
  return seller;
}

/** @type {Record<string, Scenario>} */
const feeScenarios = {
  // The next period opens and its seller is reminded; nobody pays it.
  'fee-paid-and-over': {
    environment: {
      ...{ MALLFLOW_FEE_VALID_SECONDS: '6', MALLFLOW_FEE_RENEWAL_OPENS_SECONDS: '4', MALLFLOW_FEE_REMINDERS: '2' },
    },
    live: (product) =>
      product.withWorker([], async () => {
        const seller = await beforeFee(product);
        await seller.payFee();
        return runOf(await seller.period(1));
      }),
  },
};

module.exports = { feeScenarios };
