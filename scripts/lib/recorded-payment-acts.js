// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { act, place } = require('./recorded-scenarios');

/** @typedef {import('./recorded-product').RecordedProduct} RecordedProduct */
/** @typedef {{ orderId: string, id: string, channelNumber: string, amountFen: number }} Asked */

const dist = (/** @type {string} */ file) => require(path.resolve(__dirname, '..', '..', 'dist', file));

/** @param {string} id */
const runOf = (id) => `payment:${id}`;

/**
 * 立即支付 through the channel, of an order that is there or of a new one.
 * @param {RecordedProduct} product
 * @param {string} [orderId]
 * @returns {Promise<Asked>}
 */
async function askOnline(product, orderId) {
  const id = orderId ?? (await place(product));
  const { payment } = await product.call('POST', `/v1/purchases/${id}/pay`, { method: 'wechat_native' });
  return { orderId: id, ...payment };
}

/**
 * @param {RecordedProduct} product
 * @param {string} id
 * @param {string} state
 */
async function paymentAt(product, id, state) {
  for (const deadline = Date.now() + 20_000; ; await pause(20)) {
    const payment = await product.call('GET', `/v1/payments/${id}`);
    if (payment.state === state) return payment;
    if (Date.now() > deadline) throw new Error(`not ${state}: ${JSON.stringify(payment)}`);
  }
}

/**
 * So many attempts that the buyer was refused, and one that is open.
 * @param {RecordedProduct} product
 * @param {number} refusals
 */
async function askedAgain(product, refusals) {
  let asked = await askOnline(product);
  const refused = [];
  for (let left = refusals; left > 0; left -= 1) {
    refused.push(asked.channelNumber);
    await product.outside.refuse(asked.channelNumber);
    await paymentAt(product, asked.id, 'created');
    asked = await askOnline(product, asked.orderId);
  }
  return { asked, refused };
}

/**
 * The channel tells, of several numbers or several times of one: all of it is there before anybody acts on it.
 * @param {RecordedProduct} product
 * @param {readonly (Partial<import('../../domain/ports/payment-channel').ChannelPayment> & { channelNumber: string })[]} facts
 */
async function tell(product, facts) {
  const { takeIn } = dist('db/payment/inbox.js');
  await product.services.db.transaction(async (/** @type {unknown} */ trx) => {
    for (const fact of facts) {
      const nothing = { transactionId: null, amountFen: null, paidAt: null, foreign: [] };
      const event = { about: 'payment', eventId: randomUUID(), eventType: 'TRANSACTION.SUCCESS' };
      await takeIn(trx, 'wechat_pay', { ...event, payment: { ...nothing, ...fact } });
    }
  });
}

/** @param {RecordedProduct} product @param {readonly string[]} numbers */
async function payUntold(product, numbers) {
  for (const number of numbers) await product.outside.pay(number, { notify: false, force: true });
  const paidAt = new Date();
  const paid = numbers.map((channelNumber) => ({
    ...{ channelNumber, standing: /** @type {const} */ ('paid'), paidAt, transactionId: `tx${channelNumber}` },
  }));
  return tell(product, paid);
}

/**
 * The channel's answer is a fen short; the emulator's never is, so it is written down behind the run, which is then told.
 * @param {RecordedProduct} product
 * @param {Asked} asked
 */
async function answeredShort(product, { id, channelNumber, amountFen }) {
  const { recordChannelPayment } = dist('db/payment/settlement.js');
  const fact = {
    ...{ channelNumber, standing: /** @type {const} */ ('paid'), amountFen: amountFen - 1, paidAt: new Date() },
    ...{ transactionId: `tx${channelNumber}`, foreign: [] },
  };
  await product.services.db.transaction((/** @type {unknown} */ trx) =>
    recordChannelPayment(trx, { paymentId: id, fact, askAgainInMs: 1_000, detailOpenForMs: 60_000 }),
  );
  await product.services.gateway.reload(runOf(id));
}

/**
 * An operator gives back what is set apart of one attempt.
 * @param {RecordedProduct} product
 * @param {{ id: string, channelNumber: string, amountFen: number }} set
 */
async function giveBack(product, { id, channelNumber, amountFen }) {
  const refund = { channelNumber, amountFen, reason: 'recorded' };
  await product.call('POST', `/v1/payments/${id}/refunds`, refund, await product.signIn('operator@demo'));
}

/** @param {RecordedProduct} product @param {string} id */
async function over(product, id) {
  await product.run(runOf(id)).result();
}

/** @param {RecordedProduct} product */
async function cancelled(product, refusals = 0) {
  const { asked, refused } = await askedAgain(product, refusals);
  await act(product, asked.orderId, 'cancel');
  await over(product, asked.id);
  return { asked, refused };
}

/** @param {RecordedProduct} product @param {number} refusals */
async function succeeded(product, refusals) {
  const { asked, refused } = await askedAgain(product, refusals);
  await product.outside.pay(asked.channelNumber);
  await over(product, asked.id);
  return { asked, refused };
}

/**
 * The channel takes no attempt: the payment stays without one.
 * @param {RecordedProduct} product
 * @param {string} kind
 */
async function asksInVain(product, kind) {
  await product.outside.fault({ kind, on: 'create', times: often });
  return askOnline(product);
}

/**
 * One whose run never ends by itself, since something stays set apart.
 * @param {RecordedProduct} product
 * @param {string} id
 */
async function leaveOpen(product, id) {
  await product.run(runOf(id)).terminate('recorded');
  return runOf(id);
}

/** The channel has closed a refund: the money is set apart. @param {RecordedProduct} product @param {string} id */
const setApart = (product, id) => refundsOf(product, id, 'closed', 1);

/** @param {RecordedProduct} product @param {string} id @param {string} state @param {number} count */
async function refundsOf(product, id, state, count) {
  for (const deadline = Date.now() + 20_000; ; await pause(20)) {
    const { refunds } = await product.call('GET', `/v1/payments/${id}`);
    if (refunds.filter((/** @type {{ state: string }} */ refund) => refund.state === state).length === count) return;
    if (Date.now() > deadline) throw new Error(`${id}: ${JSON.stringify(refunds)}`);
  }
}

/**
 * Until a case has walked an edge of its table, so often.
 * @param {RecordedProduct} product
 * @param {string} workflowId
 * @param {string} edge
 * @param {number} [times]
 */
async function hasWalked(product, workflowId, edge, times = 1) {
  for (const deadline = Date.now() + 20_000; ; await pause(50)) {
    const walked = await product.walked(workflowId);
    if (walked.filter((one) => one === edge).length >= times) return;
    if (Date.now() > deadline) throw new Error(`${workflowId} has not walked ${edge}: ${walked.join(', ')}`);
  }
}

const often = 1_000;

module.exports = {
  asksInVain,
  askedAgain,
  askOnline,
  cancelled,
  giveBack,
  hasWalked,
  leaveOpen,
  often,
  over,
  paymentAt,
  payUntold,
  refundsOf,
  runOf,
  setApart,
  answeredShort,
  succeeded,
  tell,
};
