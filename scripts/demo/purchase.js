// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { Person, Surprise, expectThat, tell, yuan } = require('./stage');

/** @typedef {import('./stage').Json} Json */

/** @param {Person} manager */
async function choose(manager) {
  const { items } = await manager.get('/v1/benefits?limit=200');
  const list = /** @type {Json[]} */ (items);
  tell(`The resource centre offers ${list.length} benefits: ${list.map((benefit) => benefit['name']).join(', ')}`);
  const [cheapest] = list.sort((a, b) => a['priceFen'] - b['priceFen']);
  if (cheapest === undefined) throw new Surprise('there is nothing to buy; load the demo data first');
  return cheapest;
}

/**
 * @param {Person} manager
 * @param {Json} benefit
 */
async function buyNow(manager, benefit) {
  const order = await manager.post('/v1/purchases', { benefitId: benefit['id'], quantity: 3 }, 201);
  expectThat('the state of a new order', order['state'], 'awaiting_payment');
  expectThat('its total', order['totalFen'], benefit['priceFen'] * 3);
  tell(`Buy now (立即购买): order ${order['id']} is placed`);
  const { name, kind, exchangeNotes } = order['benefit'];
  tell(
    `To confirm: ${name} (${kind}) × ${order['quantity']} at ${yuan(order['unitPriceFen'])}, ` +
      `${yuan(order['totalFen'])} in all, refundable: ${order['refundable']}, pay by ${order['expiresAt']} – ${exchangeNotes}`,
  );
  return order;
}

/**
 * @param {Person} manager
 * @param {Json} order
 */
async function payNow(manager, order) {
  const path = `/v1/purchases/${order['id']}`;
  const early = await manager.refused('POST', `${path}/close`, 409, 'WRONG_STATE');
  expectThat('what is allowed instead', early['allowed'], ['pay', 'cancel']);
  tell(`Closing before payment is refused (409): ${early['detail']}`);
  const pay = { body: { method: 'balance' }, key: randomUUID() };
  const { body: paid } = await manager.call('POST', `${path}/pay`, 200, pay);
  expectThat('the state after payment', paid['state'], 'stocked');
  tell(
    `Pay now (立即支付): paid ${yuan(order['totalFen'])} from the enterprise balance; the order is ${paid['state']}`,
  );
  const again = await manager.call('POST', `${path}/pay`, 200, pay);
  expectThat('Idempotent-Replayed of the second call', again.headers.get('idempotent-replayed'), 'true');
  expectThat('its answer', again.body, paid);
  tell('The same call under the same key: the same answer again, nothing paid twice');
  return paid;
}

/**
 * @param {Person} manager
 * @param {Json} paid
 */
async function lookAndClose(manager, paid) {
  const path = `/v1/purchases/${paid['id']}`;
  const detail = await manager.get(path);
  expectThat('what may be done with it', detail['actions'], ['close']);
  tell(`Order detail: ${/** @type {Json[]} */ (detail['history']).map((event) => event['text']).join(' → ')}`);
  const closed = await manager.post(`${path}/close`);
  expectThat('the state after closing', closed['state'], 'closed');
  tell('Close (关闭): the purchase is finished');
}

/**
 * Others may be buying from the same balance meanwhile; the entry of this order is this order's alone.
 * @param {Person} manager
 * @param {Json} order
 */
async function lookAtLedger(manager, order) {
  const { items } = await manager.get('/v1/enterprise-balance/entries?limit=200');
  const own = /** @type {Json[]} */ (items).filter((entry) => entry['subjectId'] === order['id']);
  expectThat(
    'what the ledger booked for the order',
    own.map((entry) => entry['amountFen']),
    [-order['totalFen']],
  );
  const { availableFen } = await manager.get('/v1/enterprise-balance');
  tell(`The enterprise balance is ${yuan(availableFen)} now; ${yuan(order['totalFen'])} went for this order`);
}

/**
 * @param {Person} manager
 * @param {Json} paid
 */
async function lookAtStock(manager, paid) {
  const commodity = await manager.get(`/v1/commodities/${paid['commodityId']}`);
  expectThat('the order the stock came from', commodity['purchaseId'], paid['id']);
  expectThat('its stock', commodity['stock'], { total: 3, allocated: 0, held: 0, left: 3 });
  expectThat('its state', commodity['state'], 'online');
  tell(`Enterprise stock: ${commodity['name']}, ${commodity['stock'].left} left, ${commodity['state']}`);
}

/** @param {Json} paid */
async function watchAsOperator(paid) {
  const { person: operator, account } = await Person.signIn('operator@demo');
  const process = await operator.get(`/v1/processes/${paid['processId']}`);
  expectThat('the state of its case', process['state'], 'completed');
  const timeline = /** @type {Json[]} */ (process['timeline']);
  const stages = timeline.map((event) => event['to']);
  expectThat('its timeline', stages, ['awaiting_payment', 'paid', 'stocked', 'closed']);
  tell(`${account['displayName']} (operator) sees the case ${process['id']} completed: ${stages.join(' → ')}`);
}

/**
 * 步骤1, 在资源中心采购商品.
 * @param {Person} manager
 */
async function playPurchase(manager) {
  const { availableFen } = await manager.get('/v1/enterprise-balance');
  tell(`The enterprise balance is ${yuan(availableFen)}`);
  const order = await buyNow(manager, await choose(manager));
  const paid = await payNow(manager, order);
  await lookAndClose(manager, paid);
  await lookAtLedger(manager, order);
  await lookAtStock(manager, paid);
  await watchAsOperator(paid);
}

module.exports = { playPurchase };
