// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { licence, newCreditCode, transferForm } = require('../../scripts/demo/seller-forms');
const { allInFlight } = require('../load/in-flight');
const { openSender } = require('../load/sender');
const { openPool, signedIn } = require('./furnish');
const { numberOf, startOutside, until } = require('./payments-world');

/** @typedef {import('./installation').Installation} Installation */
/** @typedef {{ token: string, accountNumber: string }} Account who will enter, and where its transfer will go */
/** @typedef {Account & { sellerId: string, onboardingId: string }} Case */

/** So many people at once bring cases in: what one worker can take without refusing. */
const inFlight = 16;

/** A verification that the seller cannot go on with yet: the registry is asked, or the transfer is under way. */
const underWay = `
  select count(*) from enterprise_verifications where state = 'in_progress' and transfer_arrived_at is null`;

/** One installation with its outside parties, and those who enter there over HTTP as sellers do. */
class SellersWorld {
  /** @param {Installation} installation @param {string} name */
  constructor(installation, name) {
    this.installation = installation;
    this.name = name;
    /** @type {Case[]} those who signed the agreement and have done nothing since */
    this.entered = [];
    /** @type {Case[]} those whose transfer has arrived, or is about to: their turn is to tell its sum */
    this.waiting = [];
    this.opened = 0;
    /** The version of the agreement, once somebody asked. */
    this.agreement = '';
    this.accounts = 0;
  }

  /** @param {readonly string[]} [workerOptions] of Node */
  async start(workerOptions = []) {
    const { installation } = this;
    await installation.startServers();
    this.outside = await startOutside(installation);
    this.db = openPool(installation.databaseUrl);
    installation.startWorker(workerOptions);
    await installation.startApi();
    await installation.apiIsReady();
    this.http = openSender(installation.apiUrl);
    const { token } = await signedIn(this.db, { login: 'operator@bench', role: 'operator', enterpriseId: null });
    this.operatorToken = token;
  }

  /** Registering hashes a password, which is not what is measured: the account is there and signed in. */
  async account() {
    this.accounts += 1;
    const number = this.accounts;
    const person = { login: `seller${String(number)}@bench`, role: null, enterpriseId: null };
    const { token } = await signedIn(started(this.db), person);
    return { token, accountNumber: `7559${String(number).padStart(12, '0')}` };
  }

  /** 卖家入驻: the agreement is signed. @param {Account} account @returns {Promise<{ at: Case, ms: number }>} */
  async enter(account) {
    const http = started(this.http);
    if (this.agreement === '') {
      const { text } = await http.send({ method: 'GET', path: '/v1/agreements/seller', token: account.token });
      this.agreement = JSON.parse(text).version;
    }
    const ticked = JSON.stringify({ agreementVersion: this.agreement, accepted: true });
    const { text, ms } = await http.command('/v1/seller-onboardings', account.token, ticked);
    const { id: onboardingId, sellerId } = JSON.parse(text);
    this.opened += 1;
    return { at: { ...account, onboardingId, sellerId }, ms };
  }

  /** 企业实名认证 by a transfer; its licence was uploaded before, and is not timed. @param {Case} at */
  async verify({ token, sellerId, accountNumber }) {
    const http = started(this.http);
    const upload = {
      path: '/v1/documents',
      token,
      key: randomUUID(),
      body: licence.toString(),
      type: 'application/pdf',
    };
    const { status, text } = await http.send(upload);
    if (status !== 201) throw new Error(`POST /v1/documents: ${String(status)} ${text}`);
    const company = { name: `深圳${accountNumber}软件有限公司`, code: newCreditCode(), accountNumber };
    const form = transferForm({ ...company, documentId: JSON.parse(text).id });
    const { ms } = await http.command(`/v1/sellers/${sellerId}/verification`, token, JSON.stringify(form));
    return ms;
  }

  /** The sum that arrived, as the seller reads it off its account. @param {Case} at @returns {Promise<string>} */
  async sumOf({ accountNumber }) {
    const { items } = await started(this.outside).control('GET', `/transfers?accountNumber=${accountNumber}`);
    return JSON.stringify({ amountFen: items[0].amountFen });
  }

  /** @param {Case} at */
  async tellSum(at) {
    const body = await this.sumOf(at);
    return (await started(this.http).command(`/v1/sellers/${at.sellerId}/verification/transfer-amount`, at.token, body))
      .ms;
  }

  /**
   * Opens cases over HTTP until there are so many, or the time is over. One in `every` hands in its verification and is
   * left where its transfer arrived; the others have signed the agreement.
   * @param {{ count: number, every: number, deadline: number, say?: (line: string) => void }} wish
   */
  async open({ count, every, deadline, say = () => undefined }) {
    const numbers = Array.from({ length: Math.max(0, count - this.opened) }, (_, n) => n);
    const startedAt = Date.now();
    await allInFlight(numbers, Array.from({ length: inFlight }), async (n) => {
      if (Date.now() > deadline) return;
      const { at } = await this.enter(await this.account());
      if (n % every === 0) {
        await this.verify(at);
        this.waiting.push(at);
      } else this.entered.push(at);
      if (n % 500 === 499)
        say(`  ${String(this.opened)} cases after ${((Date.now() - startedAt) / 1_000).toFixed(0)} s`);
    });
    await this.settle();
  }

  /** Every transfer has arrived: nothing is owed by anybody but the sellers. */
  settle() {
    const none = async () => (await numberOf(started(this.db), underWay)) === 0;
    return until(`all transfers to arrive (${this.name})`, 600_000, 250, none);
  }

  async stop() {
    await this.db?.destroy();
  }
}

/** @template T @param {T | undefined} part @returns {T} */
function started(part) {
  if (part === undefined) throw new Error('this world is not started');
  return part;
}

module.exports = { SellersWorld, started, inFlight };
