// @ts-check
'use strict';

const { openSender } = require('./sender');

/** @typedef {import('../lib/furnish').Buyer} Buyer */

/**
 * Mallflow's client who buys.
 * @param {{ apiUrl: string, benefitId: string, buyers: { spread: Buyer[], hot: Buyer[] } }} settings
 */
function openHttp({ apiUrl, benefitId, buyers }) {
  const { retries, send, command } = openSender(apiUrl);

  /** @param {number} n @param {'spread' | 'hot'} who */
  const buyerOf = (n, who) => /** @type {Buyer} */ (buyers[who][n % buyers[who].length]);
  const order = JSON.stringify({ benefitId, quantity: 1 });

  return {
    retries,
    send,
    order,
    buyerOf,
    /** @param {number} n @param {'spread' | 'hot'} who */
    async purchase(n, who) {
      const { token } = buyerOf(n, who);
      const create = await command('/v1/purchases', token, order);
      const id = String(JSON.parse(create.text).id);
      const pay = await command(`/v1/purchases/${id}/pay`, token, '{"method":"balance"}');
      const close = await command(`/v1/purchases/${id}/close`, token);
      return { workflowId: `purchase:${id}`, ms: { create: create.ms, pay: pay.ms, close: close.ms } };
    },
    /** @param {number} n @param {'spread' | 'hot'} who */
    async createOnly(n, who) {
      const create = await command('/v1/purchases', buyerOf(n, who).token, order);
      return { workflowId: `purchase:${String(JSON.parse(create.text).id)}`, ms: { create: create.ms } };
    },
  };
}

module.exports = { openHttp };
