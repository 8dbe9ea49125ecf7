// @ts-check
'use strict';

/**
 * npm run demo: plays a purchase over HTTP and prints each step. Ends with an exit code other than 0 as soon as an
 * answer is not the one expected.
 *
 *   MALLFLOW_URL=http://127.0.0.1:3000 npm run demo
 */

const { randomUUID } = require('node:crypto');
const { isDeepStrictEqual } = require('node:util');

const url = (process.env['MALLFLOW_URL'] ?? 'http://127.0.0.1:3000').replace(/\/+$/, '');
const password = 'mallflow-demo';
const answerWithinMs = 15_000;

/**
 * @typedef {Record<string, any>} Json
 * @typedef {{ status: number, headers: Headers, body: Json }} Reply
 */

/** What the product did is not what the guide says: the demo ends here. */
class Surprise extends Error {}

let step = 0;
/** @param {string} text */
function tell(text) {
  step += 1;
  console.log(`${String(step).padStart(2)}. ${text}`);
}

/**
 * @param {string} what
 * @param {unknown} actual
 * @param {unknown} expected
 */
function expectThat(what, actual, expected) {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Surprise(`${what}: expected ${JSON.stringify(expected)}, but it is ${JSON.stringify(actual)}`);
}

const yuan = (/** @type {number} */ fen) => `${(fen / 100).toFixed(2)} yuan`;

/** Somebody signed in. */
class Person {
  /** @param {string} token */
  constructor(token) {
    this.token = token;
  }

  /** @param {string} login */
  static async signIn(login) {
    const { body } = await new Person('').call('POST', '/v1/sessions', 201, { body: { login, password } });
    return { person: new Person(body['token']), account: /** @type {Json} */ (body['account']) };
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {number} expected the status it must have
   * @param {{ body?: Json, key?: string }} [options]
   * @returns {Promise<Reply>}
   */
  async call(method, path, expected, { body, key } = {}) {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(answerWithinMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = text === '' ? {} : JSON.parse(text);
    if (response.status !== expected)
      throw new Surprise(`${method} ${path} answered ${response.status} ${text}, not ${expected}`);
    return { status: response.status, headers: response.headers, body: json };
  }

  /** @param {string} path */
  async get(path) {
    return (await this.call('GET', path, 200)).body;
  }

  async balanceFen() {
    return /** @type {number} */ ((await this.get('/v1/enterprise-balance'))['availableFen']);
  }
}

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
  const order = { benefitId: benefit['id'], quantity: 3 };
  const { body } = await manager.call('POST', '/v1/purchases', 201, { body: order, key: randomUUID() });
  expectThat('the state of a new order', body['state'], 'awaiting_payment');
  expectThat('its total', body['totalFen'], benefit['priceFen'] * 3);
  tell(`Buy now (立即购买): order ${body['id']} is placed`);
  const { name, kind, exchangeNotes } = body['benefit'];
  tell(
    `To confirm: ${name} (${kind}) × ${body['quantity']} at ${yuan(body['unitPriceFen'])}, ` +
      `${yuan(body['totalFen'])} in all, refundable: ${body['refundable']}, pay by ${body['expiresAt']} – ${exchangeNotes}`,
  );
  return body;
}

/**
 * @param {Person} manager
 * @param {Json} order
 */
async function payNow(manager, order) {
  const pay = { body: { method: 'balance' }, key: randomUUID() };
  const path = `/v1/purchases/${order['id']}/pay`;
  const { body: paid } = await manager.call('POST', path, 200, pay);
  expectThat('the state after payment', paid['state'], 'stocked');
  tell(
    `Pay now (立即支付): paid ${yuan(order['totalFen'])} from the enterprise balance; the order is ${paid['state']}`,
  );
  const again = await manager.call('POST', path, 200, pay);
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
  const { body: closed } = await manager.call('POST', `${path}/close`, 200, { key: randomUUID() });
  expectThat('the state after closing', closed['state'], 'closed');
  tell('Close (关闭): the purchase is finished');
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

async function main() {
  const { person: manager, account } = await Person.signIn('manager@demo');
  tell(`${account['displayName']} signs in at ${url}`);
  const before = await manager.balanceFen();
  tell(`The enterprise balance is ${yuan(before)}`);
  const order = await buyNow(manager, await choose(manager));

  const early = await manager.call('POST', `/v1/purchases/${order['id']}/close`, 409, { key: randomUUID() });
  expectThat('the reason', early.body['code'], 'WRONG_STATE');
  expectThat('what is allowed instead', early.body['allowed'], ['pay', 'cancel']);
  tell(`Closing before payment is refused (409): ${early.body['detail']}`);

  const paid = await payNow(manager, order);
  await lookAndClose(manager, paid);
  const after = await manager.balanceFen();
  // Others may be buying from the same balance meanwhile; the entry of this order is this order's alone.
  const { items } = await manager.get('/v1/enterprise-balance/entries?limit=200');
  const own = /** @type {Json[]} */ (items).filter((entry) => entry['subjectId'] === order['id']);
  expectThat(
    'what the ledger booked for the order',
    own.map((entry) => entry['amountFen']),
    [-order['totalFen']],
  );
  tell(
    `The enterprise balance was ${yuan(before)} and is ${yuan(after)}; ${yuan(order['totalFen'])} of it for this order`,
  );
  await lookAtStock(manager, paid);
  await watchAsOperator(paid);
  console.log('\nAs expected, from beginning to end.');
}

main().catch((error) => {
  const reason = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  console.error(
    error instanceof Surprise ? `\nA surprise. ${reason}` : `\nThe demo could not go on: ${reason}${cause}`,
  );
  console.error(error instanceof Surprise ? '' : `Is Mallflow running at ${url}? npm start starts it.`);
  process.exitCode = 1;
});
