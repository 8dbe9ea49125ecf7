// @ts-check
'use strict';

const { hasWalked } = require('./recorded-payment-acts');
const { RecordedSeller, eventually } = require('./recorded-sellers');

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

/** @param {(seller: RecordedSeller) => Promise<unknown>} live @param {Record<string, string>} [environment] @returns {Scenario} */
const leftOpen = (live, environment = {}) => ({
  environment,
  live: (product) =>
    product.leavingOpen(async () => {
      const seller = await beforeFee(product);
      await live(seller);
      return runOf(await seller.period(1));
    }),
});

/** A period of so many seconds, and what comes how long before its end. @param {number} valid @param {number} opens @param {number} remind */
const seconds = (valid, opens, remind) => ({
  MALLFLOW_FEE_VALID_SECONDS: String(valid),
  MALLFLOW_FEE_RENEWAL_OPENS_SECONDS: String(opens),
  MALLFLOW_FEE_REMINDERS: String(remind),
});

/** @param {RecordedSeller} seller */
async function pay(seller) {
  await seller.product.outside.pay((await seller.askToPay())['channelNumber']);
  await seller.until('certification_fee', 'met');
}

/** Periods of the certification fee. @type {Record<string, Scenario>} */
const feeScenarios = {
  // The next period opens and its seller is reminded; nobody pays it.
  'fee-paid-and-over': {
    environment: seconds(6, 4, 2),
    live: (product) =>
      product.withWorker([], async () => {
        const seller = await beforeFee(product);
        await seller.payFee();
        return runOf(await seller.period(1));
      }),
  },
  // Nobody is reminded of the end.
  'fee-renewed-ahead': {
    environment: seconds(12, 11, 2),
    live: (product) =>
      product.withWorker([], async () => {
        const seller = await beforeFee(product);
        await seller.payFee();
        const renewal = runOf(await seller.period(2));
        await pay(seller);
        await hasWalked(product, renewal, 'paying.settle');
        return runOf(await seller.period(1));
      }),
  },
  'fee-payment-ended-and-paid-again': leftOpen(
    async (seller) => {
      await seller.defer();
      await seller.askToPay();
      await hasWalked(seller.product, runOf(await seller.period(1)), 'paying.payment_ended');
      await pay(seller);
    },
    { MALLFLOW_PAY_WITHIN_SECONDS: '4' },
  ),
  // Asked for again while its payment is open, and put off all the same.
  'fee-asked-twice-and-deferred': leftOpen(async (seller) => {
    const first = await seller.askToPay();
    const second = await seller.askToPay();
    if (second['id'] !== first['id']) throw new Error('there is a second payment');
    await seller.defer();
    await pay(seller);
  }),
  // Two operators let the seller off: the row is ahead of the run, which is told.
  'fee-waived': leftOpen(async (seller) => {
    const { product } = seller;
    const [asks, confirms] = [await product.signIn('operator@demo'), await product.signIn('operator2@demo')];
    const process = (await seller.period(1)).replace('fee_', 'prc_');
    const command = { command: 'waive_fee', reason: 'agreed upon' };
    const { answer } = await product.ask('POST', `/v1/processes/${process}/commands`, command, asks);
    await product.call('POST', `/v1/approvals/${answer.approvalId}/confirm`, undefined, confirms);
    await seller.until('certification_fee', 'met');
  }),
  'fee-resumed': {
    environment: seconds(8, 4, 2),
    live: (product) =>
      product.withWorker([], async () => {
        const seller = await beforeFee(product);
        await seller.payFee();
        const feeId = await seller.period(1);
        await product.run(runOf(feeId)).terminate('recorded');
        await product.resume(feeId);
        return runOf(feeId);
      }),
  },
  'fee-continued-as-new': {
    longFrom: 20,
    live: async (product) => {
      let runId = '';
      const workflowId = await product.leavingOpen(async () => {
        const seller = await beforeFee(product);
        const period = runOf(await seller.period(1));
        ({ runId } = await eventually('its run', () =>
          product
            .run(period)
            .describe()
            .catch(() => undefined),
        ));
        await seller.askToPay();
        await seller.askToPay();
        await product.continues(period, runId);
        await pay(seller);
        return period;
      });
      return { workflowId, runId };
    },
  },
};

module.exports = { feeScenarios };
