// @ts-check
'use strict';

const { newId } = require('../../dist/db/new-id');
const { paymentsOf } = require('../../dist/db/payment/queries');
const { requestPayment } = require('../../dist/db/payment/repository');
const { recordOpened } = require('../../dist/db/payment/settlement');
const { placePurchase } = require('../../dist/db/purchase/repository');
const { paymentWorkflowId } = require('../../dist/workflows/payment/contract');
const { purchaseWorkflowId } = require('../../dist/workflows/purchase/contract');
const { allInFlight } = require('../load/in-flight');

/** @typedef {import('./payments-world').World} World */
/** @typedef {import('./furnish').Buyer} Buyer */

/**
 * A payment that exists as rows: nothing runs for it.
 * @typedef {{ paymentId: string, subjectKind: 'purchase', subjectId: string, enterpriseId: string, channelNumber: string, amountFen: number }} PaymentRows
 */

/** Longer than any bench: nothing expires meanwhile. */
const payWithinMs = 4 * 3_600_000;
const method = /** @type {const} */ ({
  channel: 'wechat_pay',
  method: 'wechat_native',
  workflowIdOf: paymentWorkflowId,
});

/**
 * Orders that wait for their online payment, written as a run would write them, step by step, but without any run.
 * @param {World} world
 * @param {{ count: number, opened: boolean }} wish `opened`: the channel has shown a code, and is asked again much later
 * @returns {Promise<PaymentRows[]>}
 */
async function addPayments({ db, benefitId, buyers }, { count, opened }) {
  /** @type {PaymentRows[]} */
  const added = [];
  const numbers = Array.from({ length: count }, (_, n) => n);
  await allInFlight(numbers, Array.from({ length: 8 }), async (n) => {
    const buyer = /** @type {Buyer} */ (buyers[n % buyers.length]);
    added.push(await addPayment(db, { buyer, benefitId, opened }));
  });
  return added;
}

/** @param {World['db']} db @param {{ buyer: Buyer, benefitId: string, opened: boolean }} wish */
function addPayment(db, { buyer, benefitId, opened }) {
  const { enterpriseId, accountId } = buyer;
  const by = { actor: accountId, requestId: null };
  const purchaseId = newId('purchase');
  return db.transaction(async (trx) => {
    const workflowId = purchaseWorkflowId(purchaseId);
    await placePurchase(trx, { purchaseId, workflowId, enterpriseId, benefitId, quantity: 1, payWithinMs, by });
    const paymentId = await requestPayment(trx, { subject: { kind: 'purchase', id: purchaseId }, ...method, by });
    const [payment] = await paymentsOf(trx, purchaseId);
    const channelNumber = payment?.attempts[0]?.channelNumber ?? '';
    // Nobody reads the code.
    const code = { keyId: 'bench', ciphertext: Buffer.from('code') };
    if (opened) await recordOpened(trx, { paymentId, channelNumber, code, askAgainInMs: payWithinMs });
    const amountFen = payment?.amountFen ?? 0;
    const subject = { subjectKind: /** @type {const} */ ('purchase'), subjectId: purchaseId };
    return { paymentId, ...subject, enterpriseId, channelNumber, amountFen };
  });
}

module.exports = { addPayments };
