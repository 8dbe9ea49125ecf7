// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { setTimeout: pause } = require('node:timers/promises');
const { isDeepStrictEqual } = require('node:util');

const url = (process.env['MALLFLOW_URL'] ?? 'http://127.0.0.1:3000').replace(/\/+$/, '');
const password = 'mallflow-demo';
const answerWithinMs = 15_000;

/**
 * @typedef {Record<string, any>} Json
 * @typedef {{ status: number, headers: Headers, body: Json }} Reply
 * @typedef {{ body?: Json | Buffer, type?: string, key?: string }} Sending
 */

/** What the product did is not what the guide says: the demo ends here. */
class Surprise extends Error {}

/** @param {string} title */
function chapter(title) {
  console.log(`\n${title}`);
}

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

/**
 * Asks until the answer is as expected: what happens outside takes its time.
 * @param {string} what
 * @param {() => Promise<Json>} ask
 * @param {(answer: Json) => boolean} isReached
 * @param {number} [withinMs]
 */
async function eventually(what, ask, isReached, withinMs = 45_000) {
  for (const deadline = Date.now() + withinMs; ; await pause(200)) {
    const answer = await ask();
    if (isReached(answer)) return answer;
    if (Date.now() > deadline)
      throw new Surprise(`${what}: not within ${withinMs / 1000} s. ${JSON.stringify(answer)}`);
  }
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
   * @param {Sending} [sending] bytes go as they are, under their type
   * @returns {Promise<Reply>}
   */
  async call(method, path, expected, { body, type = 'application/json', key } = {}) {
    const content = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      signal: AbortSignal.timeout(answerWithinMs),
      ...(content === undefined ? {} : { body: content }),
    });
    const text = await response.text();
    if (response.status !== expected)
      throw new Surprise(`${method} ${path} answered ${response.status} ${text}, not ${expected}`);
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : {} };
  }

  /** @param {string} path */
  async get(path) {
    return (await this.call('GET', path, 200)).body;
  }

  /**
   * A command that must succeed, under a key of its own.
   * @param {string} path
   * @param {Json} [body]
   * @param {number} [expected]
   */
  async post(path, body, expected = 200) {
    return (await this.call('POST', path, expected, { key: randomUUID(), ...(body === undefined ? {} : { body }) }))
      .body;
  }

  /**
   * A command that must be refused, with this code.
   * @param {string} method
   * @param {string} path
   * @param {number} status
   * @param {string} code
   * @param {Json} [body]
   */
  async refused(method, path, status, code, body) {
    const sending = { key: randomUUID(), ...(body === undefined ? {} : { body }) };
    const { body: problem } = await this.call(method, path, status, sending);
    expectThat(`the reason why ${path} is refused`, problem['code'], code);
    return problem;
  }
}

module.exports = { Person, Surprise, chapter, eventually, expectThat, tell, url, yuan };
