// @ts-check
'use strict';

/**
 * npm run demo:seller: plays the guide 服务商入驻 over HTTP, from the account to the merchant IDs, wrong turns included;
 * against `npm start -- --fast` what takes days and a year as well.
 * Ends with an exit code other than 0 as soon as an answer is not the one expected.
 *
 *   MALLFLOW_URL=http://127.0.0.1:3000 EMULATOR_URL=http://127.0.0.1:3900 npm run demo:seller
 */

const { outsideWorld } = require('./demo/outside-world');
const { deferFee, inform, openMerchantIds, payFee, signUp, verify } = require('./demo/seller');
const { endOfYear, letProofExpire } = require('./demo/seller-year');
const { Surprise, url } = require('./demo/stage');

async function main() {
  const outside = outsideWorld();
  if (outside === undefined) throw new Error('nothing here emulates the outside parties');
  const seller = await signUp();
  const company = await verify(seller, outside, letProofExpire);
  await inform(seller, company);
  await deferFee(seller);
  await payFee(seller, outside);
  await openMerchantIds(seller, outside, company);
  await endOfYear(seller, outside);
  console.log('\nAs expected, from beginning to end.');
}

main().catch((error) => {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`\n${error instanceof Surprise ? 'A surprise.' : 'The demo could not go on:'} ${reason}`);
  if (!(error instanceof Surprise)) console.error(`Is Mallflow running at ${url}? npm start starts it.`);
  process.exitCode = 1;
});
