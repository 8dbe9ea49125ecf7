// @ts-check
'use strict';

const { createHash, randomUUID } = require('node:crypto');
const { principalByToken } = require('../../dist/db/account/repository');
const { benefitById } = require('../../dist/db/catalogue/queries');
const { claimCommand, findCommand, keepOutcomeOfEffect, recordEffect } = require('../../dist/db/command/repository');
const { enterpriseBalance } = require('../../dist/db/ledger/queries');
const { newId } = require('../../dist/db/new-id');
const { purchaseById } = require('../../dist/db/purchase/queries');
const { endPurchase, payFromBalance, placePurchase } = require('../../dist/db/purchase/repository');
const { openPool } = require('../lib/furnish');

/** @typedef {import('../lib/furnish').Buyer} Buyer */
/** @typedef {import('../../dist/db/connection').Trx} Trx */

/**
 * What Mallflow does in the database for each command, statement by statement, with no HTTP and no engine: who is it,
 * is the key new, is it allowed, claim, the step's transaction, the row to answer with, keep the answer.
 * @param {{ databaseUrl: string, benefitId: string, buyers: { spread: Buyer[], hot: Buyer[] } }} settings
 */
function openSql({ databaseUrl, benefitId, buyers }) {
  const db = openPool(databaseUrl);

  /**
   * @param {Buyer} buyer
   * @param {{ route: string, purchaseId: string, check: () => Promise<unknown> }} what
   * @param {(trx: Trx, commandId: string) => Promise<unknown>} step
   */
  async function command(buyer, { route, purchaseId, check }, step) {
    const startedAt = performance.now();
    await principalByToken(db, createHash('sha256').update(buyer.token).digest());
    const key = { accountId: buyer.accountId, route, key: randomUUID() };
    await findCommand(db, key);
    await check();
    const ids = {
      id: newId('command'),
      workflowId: `none:${purchaseId}`,
      resourceId: purchaseId,
      updateId: randomUUID(),
    };
    const claim = await claimCommand(db, { ...key, ...ids, bodySha256: Buffer.alloc(32), leaseMs: 12_000 });
    if (claim === undefined) throw new Error('the claim was taken');
    await db.transaction((trx) => step(trx, claim.id));
    const body = await purchaseById(db, buyer.enterpriseId, purchaseId);
    await keepOutcomeOfEffect(db, claim.id, { status: 200, body });
    return performance.now() - startedAt;
  }

  return {
    retries: {},
    /** @param {number} n @param {'spread' | 'hot'} who */
    async purchase(n, who) {
      const buyer = /** @type {Buyer} */ (buyers[who][n % buyers[who].length]);
      const { enterpriseId } = buyer;
      const purchaseId = newId('purchase');
      const by = { actor: buyer.accountId, requestId: null };
      const row = () => purchaseById(db, enterpriseId, purchaseId);
      const create = await command(
        buyer,
        { route: 'POST /v1/purchases', purchaseId, check: () => benefitById(db, benefitId) },
        async (trx, commandId) => {
          const order = { purchaseId, workflowId: `none:${purchaseId}`, enterpriseId, benefitId, quantity: 1, by };
          await placePurchase(trx, { ...order, payWithinMs: 1_800_000 });
          await recordEffect(trx, commandId);
        },
      );
      const check = async () => void (await row(), await enterpriseBalance(db, enterpriseId));
      const pay = await command(
        buyer,
        { route: `POST /v1/purchases/${purchaseId}/pay`, purchaseId, check },
        (trx, commandId) => payFromBalance(trx, { purchaseId, commandId, by, detailOpenForMs: 604_800_000 }),
      );
      const close = await command(
        buyer,
        { route: `POST /v1/purchases/${purchaseId}/close`, purchaseId, check: row },
        (trx, commandId) => endPurchase(trx, { purchaseId, commandId, by, act: 'close' }),
      );
      return { workflowId: '', ms: { create, pay, close } };
    },
  };
}

module.exports = { openSql };
