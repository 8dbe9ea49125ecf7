// @ts-check
'use strict';

const { openSender } = require('./sender');

/** @typedef {import('../lib/furnish-mall').Manager} Manager */

/**
 * Mallflow's client who manages malls.
 * @param {{ apiUrl: string, managers: { spread: Manager[], hot: Manager[] } }} settings
 */
function openMall({ apiUrl, managers }) {
  const { retries, send, command } = openSender(apiUrl);

  return {
    retries,
    send,
    /** 分配库存 → 下一步 → 确认分配. @param {number} n @param {'spread' | 'hot'} who */
    async allocation(n, who) {
      const { token, commodityId, mallId } = /** @type {Manager} */ (managers[who][n % managers[who].length]);
      const terms = { commodityId, mallId, quantity: 1, dailyLimit: -1, memberLimits: [], autoAward: true };
      const propose = await command('/v1/stock-allocations', token, JSON.stringify(terms));
      const id = String(JSON.parse(propose.text).id);
      const confirm = await command(`/v1/stock-allocations/${id}/confirm`, token);
      return { workflowId: `stock-allocation:${id}`, ms: { propose: propose.ms, confirm: confirm.ms } };
    },
  };
}

module.exports = { openMall };
