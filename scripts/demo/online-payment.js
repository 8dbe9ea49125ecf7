// @ts-check
'use strict';

const { Person, eventually, expectThat, tell, yuan } = require('./stage');

/**
 * @typedef {import('./stage').Json} Json
 * @typedef {import('./outside-world').OutsideWorld} OutsideWorld
 */

const byWechat = { method: 'wechat_native' };

/** @param {Person} manager */
async function place(manager) {
  const { items } = await manager.get('/v1/benefits?kind=coupon');
  return manager.post('/v1/purchases', { benefitId: items[0].id, quantity: 2 }, 201);
}

/**
 * @param {Person} manager
 * @param {Json} order
 */
async function ask(manager, order) {
  const { payment } = await manager.post(`/v1/purchases/${order['id']}/pay`, byWechat);
  expectThat('the state of the payment', payment.state, 'awaiting_payer');
  return /** @type {Json} */ (payment);
}

/** @param {Person} manager @param {string} id @param {string} state */
const paymentAt = (manager, id, state) =>
  eventually(
    `payment ${id} ${state}`,
    () => manager.get(`/v1/payments/${id}`),
    (payment) => payment['state'] === state,
  );

/** @param {Person} manager @param {string} id @param {string} state */
const orderAt = (manager, id, state) =>
  eventually(
    `order ${id} ${state}`,
    () => manager.get(`/v1/purchases/${id}`),
    (order) => order['state'] === state,
  );

/**
 * The buyer scans, is refused by the bank, scans a second code and pays.
 * @param {Person} manager
 * @param {OutsideWorld} outside
 */
async function payAtSecondTry(manager, outside) {
  const order = await place(manager);
  const path = `/v1/purchases/${order['id']}`;
  await manager.refused('POST', `${path}/pay`, 400, 'VALIDATION_FAILED', { method: 'cash' });
  const first = await ask(manager, order);
  tell(`Pay now with WeChat Pay: ${yuan(first['amountFen'])}, to be scanned: ${first['codeUrl']}`);
  const same = await ask(manager, order);
  expectThat('the number of the same attempt', same['channelNumber'], first['channelNumber']);
  tell('Asked again while the code is open: the same code, nothing is owed twice');

  await outside.refuse(first['channelNumber']);
  await paymentAt(manager, first['id'], 'created');
  tell('The bank refuses the buyer. WeChat Pay tells nobody; Mallflow asked and found out');
  const second = await ask(manager, order);
  expectThat('the payment', second['id'], first['id']);
  expectThat('that it is a fresh number', second['channelNumber'] !== first['channelNumber'], true);
  await outside.pay(second['channelNumber']);
  const stocked = await orderAt(manager, order['id'], 'stocked');
  tell(
    `A second try has a number of its own; the buyer pays, the notification comes, the order is ${stocked['state']}`,
  );
  await lookAtBooks(manager, outside, { order, number: second['channelNumber'] });
}

/**
 * @param {Person} manager
 * @param {OutsideWorld} outside
 * @param {{ order: Json, number: string }} paid
 */
async function lookAtBooks(manager, outside, { order, number }) {
  const { answers } = await outside.notify(number, 5);
  expectThat('the answers to five more notifications', answers, { 204: 5 });
  const again = await manager.get(`/v1/purchases/${order['id']}`);
  expectThat('the state after them', again['state'], 'stocked');
  const { items } = await manager.get('/v1/enterprise-balance/entries?limit=200');
  const own = /** @type {Json[]} */ (items).filter((entry) => entry['subjectId'] === order['id']);
  expectThat('what it took from the enterprise balance', own, []);
  tell('Told five times more, it stays paid once; the enterprise balance was not touched');
}

/**
 * The order is cancelled while its code is open; somebody pays nevertheless.
 * @param {Person} manager
 * @param {OutsideWorld} outside
 */
async function payTooLate(manager, outside) {
  const order = await place(manager);
  const payment = await ask(manager, order);
  await manager.post(`/v1/purchases/${order['id']}/cancel`);
  await orderAt(manager, order['id'], 'cancelled');
  const [atChannel] = await outside.payments(payment['id']);
  expectThat('the order at WeChat Pay', atChannel?.['state'], 'closed');
  tell('Cancelled while the code is open: closed at WeChat Pay first, then here');
  await manager.refused('POST', `/v1/purchases/${order['id']}/pay`, 409, 'WRONG_STATE', byWechat);

  await outside.pay(payment['channelNumber'], { force: true });
  const refunded = await paymentAt(manager, payment['id'], 'refunded');
  expectThat('why', refunded['exception'], 'late_paid');
  const [gone] = await outside.payments(payment['id']);
  expectThat('the order at WeChat Pay now', gone?.['state'], 'refunded');
  tell(`Money comes all the same: ${yuan(refunded['amountFen'])} went back by itself, the order stays cancelled`);
  await watchAsOperator(refunded);
}

/**
 * @param {Person} manager
 * @param {OutsideWorld} outside
 */
async function payAnotherWay(manager, outside) {
  const order = await place(manager);
  const payment = await ask(manager, order);
  const paid = await manager.post(`/v1/purchases/${order['id']}/pay`, { method: 'balance' });
  expectThat('the state after payment', paid['state'], 'stocked');
  const [closed] = await outside.payments(payment['id']);
  expectThat('the order at WeChat Pay', closed?.['state'], 'closed');
  tell('Paid from the balance instead: the code was closed first, so nobody pays twice');
}

/** @param {Json} payment */
async function watchAsOperator(payment) {
  const { person: operator, account } = await Person.signIn('operator@demo');
  const process = await operator.get(`/v1/processes/${payment['processId']}`);
  const stages = /** @type {Json[]} */ (process['timeline']).map((event) => event['to']);
  tell(`${account['displayName']} (operator) sees the payment's own case: ${stages.join(' → ')}`);
}

/**
 * 步骤1, 立即支付, through WeChat Pay.
 * @param {Person} manager
 * @param {OutsideWorld} outside
 */
async function playOnlinePayment(manager, outside) {
  await payAtSecondTry(manager, outside);
  await payTooLate(manager, outside);
  await payAnotherWay(manager, outside);
}

module.exports = { playOnlinePayment };
