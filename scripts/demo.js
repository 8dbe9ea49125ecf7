// @ts-check
'use strict';

/**
 * npm run demo: plays both guides over HTTP, 管理积分商城 and 服务商入驻, with every role, and prints each step, wrong turns
 * included. Ends with an exit code other than 0 as soon as an answer is not the one expected.
 *
 *   MALLFLOW_URL=http://127.0.0.1:3000 EMULATOR_URL=http://127.0.0.1:3900 npm run demo
 *
 * EMULATOR_URL is the one that npm start has left in .data, unless given.
 */

const { playAllocation } = require('./demo/allocation');
const { playListing } = require('./demo/listing');
const { outsideWorld } = require('./demo/outside-world');
const { playOnlinePayment } = require('./demo/online-payment');
const { playOwnCommodity } = require('./demo/own-commodity');
const { playPurchase } = require('./demo/purchase');
const { deferFee, inform, openMerchantIds, payFee, signUp, verify } = require('./demo/seller');
const { publishShop, sellProduct } = require('./demo/selling');
const { Person, Surprise, chapter, tell, url } = require('./demo/stage');
const { steer } = require('./demo/steering');

/** 服务商入驻, from the account to a product on sale. @param {import('./demo/outside-world').OutsideWorld} outside */
async function playSeller(outside) {
  const seller = await signUp();
  const company = await verify(seller, outside, () => Promise.resolve());
  await inform(seller, company);
  await deferFee(seller);
  await payFee(seller, outside);
  await openMerchantIds(seller, outside, company);
  const { person: reviewer } = await Person.signIn('reviewer@demo');
  await publishShop(seller, reviewer);
  await sellProduct(seller, reviewer);
}

async function main() {
  chapter('步骤1 在资源中心采购商品 – buying a benefit in the resource centre');
  const { person: manager, account } = await Person.signIn('manager@demo');
  tell(`${account['displayName']} signs in at ${url}`);
  await playPurchase(manager);

  const outside = outsideWorld();
  chapter('步骤1 立即支付 – paying it through WeChat Pay');
  if (outside === undefined)
    console.log('    Left out: nothing here emulates WeChat Pay, and real money stays where it is.');
  else await playOnlinePayment(manager, outside);

  chapter('步骤1 自行添加积分商品 – adding a commodity of one’s own');
  const commodity = await playOwnCommodity(manager);
  const images = { coverImageId: commodity['coverImageId'], detailImageId: commodity['detailImageId'] };

  chapter('步骤2 分配积分商品库存 – allocating stock to the mall');
  const { mall, subStockId } = await playAllocation(manager, commodity);

  chapter('步骤3 积分商品进入积分商城 – listing it in the mall');
  await playListing(manager, { mall, subStockId, images });
  await steer(manager);
  if (outside !== undefined) await playSeller(outside);
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
