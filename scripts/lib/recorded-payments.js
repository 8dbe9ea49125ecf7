// @ts-check
'use strict';

const acts = require('./recorded-payment-acts');
const { askedAgain, askOnline, asksInVain, cancelled, giveBack, hasWalked, leaveOpen, often, over, paymentAt } = acts;
const { payUntold, refundsOf, runOf, answeredShort, setApart, succeeded, tell } = acts;
const { act, throughKilledWorker } = require('./recorded-scenarios');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {import('./recorded-scenarios').Scenario} Scenario */

/** @param {(product: RecordedProduct) => Promise<string>} live @returns {Scenario} */
const withWorker = (live) => ({ live: (product) => product.withWorker([], async () => runOf(await live(product))) });

/** @param {(product: RecordedProduct) => Promise<string>} live @returns {Scenario} */
const leftOpen = (live) => ({
  live: async (product) => {
    const worker = await product.startWorker([]);
    try {
      return await leaveOpen(product, await live(product));
    } finally {
      worker.process.kill('SIGTERM');
    }
  },
});

/** @type {Record<string, Scenario>} */
const simple = {
  'payment-paid': withWorker(async (product) => (await succeeded(product, 0)).asked.id),
  'payment-paid-untold': withWorker(async (product) => {
    const asked = await askOnline(product);
    await product.outside.pay(asked.channelNumber, { notify: false });
    return asked.id;
  }),
  'payment-refused-and-paid': withWorker(async (product) => (await succeeded(product, 1)).asked.id),
  'payment-cancelled': withWorker(async (product) => (await cancelled(product)).asked.id),
  'payment-expired': {
    environment: { MALLFLOW_PAY_WITHIN_SECONDS: '3' },
    ...withWorker(async (product) => (await askOnline(product)).id),
  },
  'payment-resumed': withWorker(async (product) => {
    const asked = await askOnline(product);
    await product.run(runOf(asked.id)).terminate('recorded');
    await product.resume(asked.id);
    await product.outside.pay(asked.channelNumber);
    return asked.id;
  }),
  'payment-task-timed-out': {
    live: (product) =>
      throughKilledWorker(product, 'applyReports', async () => {
        const asked = await askOnline(product);
        await product.outside.pay(asked.channelNumber);
        return runOf(asked.id);
      }),
  },
};

/** The answer of the channel is lost or never comes; meanwhile other things happen. @type {Record<string, Scenario>} */
const unanswered = {
  'payment-paid-before-the-answer': withWorker(async (product) => {
    const asked = await asksInVain(product, 'drop_answer');
    await product.outside.pay(asked.channelNumber);
    return asked.id;
  }),
  'payment-refused-before-the-answer': withWorker(async (product) => {
    const asked = await asksInVain(product, 'drop_answer');
    await product.outside.refuse(asked.channelNumber);
    await hasWalked(product, runOf(asked.id), 'created.payer_refused');
    await act(product, asked.orderId, 'cancel');
    return asked.id;
  }),
  'payment-cancelled-before-the-answer': withWorker(async (product) => {
    const asked = await asksInVain(product, '500');
    await act(product, asked.orderId, 'cancel');
    return asked.id;
  }),
  'payment-of-another-amount-before-the-answer': withWorker(async (product) => {
    const asked = await asksInVain(product, '500');
    const amountFen = asked.amountFen - 1;
    await product.outside.call('POST', '/orders', { channelNumber: asked.channelNumber, amountFen });
    await paymentAt(product, asked.id, 'processing');
    await giveBack(product, { ...asked, amountFen });
    return asked.id;
  }),
};

/** The buyer is paying. @type {Record<string, Scenario>} */
const paying = {
  'payment-paying': withWorker(async (product) => {
    const asked = await askOnline(product);
    const begins = { channelNumber: asked.channelNumber, standing: /** @type {const} */ ('in_progress') };
    await tell(product, [begins]);
    await paymentAt(product, asked.id, 'processing');
    await paymentAt(product, asked.id, 'awaiting_payer');
    await tell(product, [begins, { ...begins, standing: 'failed' }]);
    await paymentAt(product, asked.id, 'created');
    const { channelNumber } = await askOnline(product, asked.orderId);
    await product.outside.pay(channelNumber, { notify: false });
    await tell(product, [
      { channelNumber, standing: 'in_progress' },
      { channelNumber, standing: 'paid', transactionId: `tx${channelNumber}`, paidAt: new Date() },
    ]);
    return asked.id;
  }),
  'payment-cancelled-while-paying': withWorker(async (product) => {
    const asked = await askOnline(product);
    await product.outside.fault({ kind: '500', on: 'query', times: often });
    await tell(product, [{ channelNumber: asked.channelNumber, standing: 'in_progress' }]);
    await paymentAt(product, asked.id, 'processing');
    await act(product, asked.orderId, 'cancel');
    return asked.id;
  }),
  'payment-of-another-amount': leftOpen(async (product) => {
    const { asked, refused } = await askedAgain(product, 1);
    await answeredShort(product, asked);
    await paymentAt(product, asked.id, 'processing');
    await payUntold(product, refused);
    await refundsOf(product, asked.id, 'succeeded', 1);
    return asked.id;
  }),
  'payment-of-another-amount-while-paying': leftOpen(async (product) => {
    const asked = await askOnline(product);
    await product.outside.fault({ kind: '500', on: 'query', times: often });
    await tell(product, [{ channelNumber: asked.channelNumber, standing: 'in_progress' }]);
    await paymentAt(product, asked.id, 'processing');
    await answeredShort(product, asked);
    await hasWalked(product, runOf(asked.id), 'processing.set_apart');
    return asked.id;
  }),
};

/** Money that must go back. @type {Record<string, Scenario>} */
const returned = {
  'payment-late': withWorker(async (product) => {
    const { asked } = await cancelled(product);
    await product.outside.pay(asked.channelNumber, { force: true });
    await paymentAt(product, asked.id, 'refunded');
    return asked.id;
  }),
  'payment-late-twice-at-once': withWorker(async (product) => {
    const { asked, refused } = await cancelled(product, 1);
    await payUntold(product, [...refused, asked.channelNumber]);
    await paymentAt(product, asked.id, 'refunded');
    return asked.id;
  }),
  'payment-late-again': withWorker(async (product) => {
    const { asked, refused } = await cancelled(product, 1);
    await product.outside.pay(asked.channelNumber, { force: true });
    await paymentAt(product, asked.id, 'refunded');
    await over(product, asked.id);
    await payUntold(product, refused);
    await paymentAt(product, asked.id, 'refunding');
    return asked.id;
  }),
  'payment-late-refund-closed': withWorker(async (product) => {
    const { asked } = await cancelled(product);
    await product.outside.fault({ kind: 'refund_closed', on: 'refund' });
    await product.outside.pay(asked.channelNumber, { force: true });
    await setApart(product, asked.id);
    // In two parts: the second comes when the first has been given back.
    await giveBack(product, { ...asked, amountFen: 1 });
    await refundsOf(product, asked.id, 'succeeded', 1);
    await giveBack(product, { ...asked, amountFen: asked.amountFen - 1 });
    return asked.id;
  }),
  'payment-duplicates': withWorker(async (product) => {
    const { asked, refused } = await succeeded(product, 2);
    await payUntold(product, refused);
    await refundsOf(product, asked.id, 'succeeded', 2);
    return asked.id;
  }),
  'payment-duplicate-refund-closed': withWorker(async (product) => {
    const { asked, refused } = await succeeded(product, 1);
    await product.outside.fault({ kind: 'refund_closed', on: 'refund' });
    await payUntold(product, refused);
    await setApart(product, asked.id);
    await giveBack(product, { ...asked, channelNumber: String(refused[0]) });
    return asked.id;
  }),
};

/** The orders that were paid so, or were about to be. @type {Record<string, Scenario>} */
const orders = {
  'purchase-paid-online': {
    live: (product) =>
      product.withWorker([], async () => {
        const { asked } = await succeeded(product, 0);
        return act(product, asked.orderId, 'close');
      }),
  },
  'purchase-paid-from-balance-instead': {
    live: (product) =>
      product.withWorker([], async () => {
        const { orderId } = await askOnline(product);
        await act(product, orderId, 'pay');
        return act(product, orderId, 'close');
      }),
  },
  'purchase-cancelled-while-payable': {
    live: (product) => product.withWorker([], async () => act(product, (await askOnline(product)).orderId, 'cancel')),
  },
  'purchase-expired-while-payable': {
    environment: { MALLFLOW_PAY_WITHIN_SECONDS: '3' },
    live: (product) => product.withWorker([], async () => `purchase:${(await askOnline(product)).orderId}`),
  },
};

const patience = { MALLFLOW_RESULT_MS: '5000' };
const impatient = Object.entries(unanswered).map(([name, scenario]) => [name, { environment: patience, ...scenario }]);

module.exports = {
  paymentScenarios: {
    ...simple,
    .../** @type {Record<string, Scenario>} */ (Object.fromEntries(impatient)),
    ...paying,
    ...returned,
    ...orders,
  },
};
