// @ts-check
'use strict';

const { chapter, eventually, expectThat, tell } = require('./stage');
const { transferForm } = require('./seller-forms');
const { payFee, untilRequirement } = require('./seller');

/**
 * @typedef {import('./stage').Json} Json
 * @typedef {import('./outside-world').OutsideWorld} OutsideWorld
 * @typedef {import('./seller').Seller} Seller
 * @typedef {import('./seller').Company} Company
 */

/** What ends so soon is waited for: then the server was started with `npm start -- --fast`. */
const watchableMs = 5 * 60_000;

/** @param {string} at */
const msUntil = (at) => Date.parse(at) - Date.now();

/**
 * Nobody tells the first amount in time: the bank data again, and another transfer.
 * @param {Seller} seller
 * @param {Company} company
 * @param {Json} proving the requirement, while the seller is to tell the amount
 */
async function letProofExpire(seller, company, proving) {
  if (msUntil(proving['dueAt']) > watchableMs) {
    tell(`The amount can be told until ${proving['dueAt']} (npm start -- --fast makes that seconds)`);
    return;
  }
  const back = await untilRequirement(seller, 'enterprise_verification', 'action_needed');
  expectThat('the field to bring again', back['errors'][0].path, '/bank');
  tell('Nobody told the amount in time: only the bank data is asked for again');
  await seller.person.post(`/v1/sellers/${seller.id}/verification`, transferForm(company));
  await untilRequirement(seller, 'enterprise_verification', 'in_progress', 'seller');
}

/**
 * The end of what was paid for, and paying again.
 * @param {Seller} seller
 * @param {OutsideWorld} outside
 */
async function endOfYear(seller, outside) {
  chapter('一年后 – a year later');
  const { person, id } = seller;
  const fee = `/v1/sellers/${id}/certification-fee`;
  const { validUntil } = await person.get(fee);
  if (msUntil(validUntil) > watchableMs) {
    tell(`The fee is paid until ${validUntil}; to see the year pass: npm start -- --fast`);
    return;
  }
  await eventually(
    'the end of the paid year',
    () => person.get(fee),
    (now) => now['state'] === 'expired',
    watchableMs,
  );
  const { items } = await person.get('/v1/notices?limit=200');
  const kinds = new Set(/** @type {Json[]} */ (items).map((notice) => notice['kind']));
  expectThat('whether it was reminded', kinds.has('fee_ends_soon'), true);
  const closed = await person.get(`/v1/sellers/${id}/readiness`);
  expectThat('whether products can be created', closed['canCreateProducts'], false);
  await untilRequirement(seller, 'merchant_id', 'met');
  tell('Reminded and not paid, the year is over: no new products; the merchant IDs stay open');
  const until = await payFee(seller, outside);
  expectThat('that it is a later end', Date.parse(until) > Date.parse(validUntil), true);
}

module.exports = { endOfYear, letProofExpire };
