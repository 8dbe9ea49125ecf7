// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { parseEnvironment, timeProfile } = require('../../dist/config/env');
const { casePolicies } = require('../../dist/config/policies');
const { newId } = require('../../dist/db/new-id');
const { currentAgreement, signAgreement } = require('../../dist/db/seller/agreements');
const { freezeShop } = require('../../dist/db/shop/repository');
const { onboardingIdOf, reviewIdOf, sellerIdOf } = require('../../dist/domain/shared/ids');
const { lazyClient, temporalTarget } = require('../../dist/temporal/connection');
const { Gateway } = require('../../dist/temporal/gateway');
const { caseStarts } = require('../../dist/temporal/starts');
const { sellerOnboardingWorkflowId } = require('../../dist/workflows/seller-onboarding/contract');
const { openBare } = require('../load/bare');
const { openSender } = require('../load/sender');
const { signedIn } = require('./furnish');
const { bareQueue } = require('./installation');

/** @typedef {import('../../dist/db/connection').Db} Db */

const draft = {
  ...{ bannerImageId: 'img_1', logoImageId: 'img_2', name: '星河软件旗舰店', headline: '专注云上办公' },
  ...{ businessScope: '企业软件', introduction: '为中小企业提供云上办公软件。', hotProductIds: [] },
  service: {
    ...{ qq: '10001000', email: 'service@example.com', phone: '4008001234' },
    ...{ onlineHours: '09:00:00 - 18:00:00', phoneHours: '09:00:00 - 18:00:00' },
  },
};

/**
 * A seller whose shop is handed in: rows, since the way there is not what is measured.
 * @param {{ db: Db, owner: Db }} pools @param {number} n
 */
async function shopOf({ db, owner }, n) {
  const login = `shop${String(n)}@bench`;
  const { accountId } = await signedIn(db, { login, role: null, enterpriseId: null });
  const sellerId = sellerIdOf(newId('onboarding'));
  await owner.raw(
    `insert into sellers (id, account_id, centre_opened_at, centre_opened_by) values (?, ?, now(), 'fee')`,
    [sellerId, accountId],
  );
  const { version } = await currentAgreement(db);
  await db.transaction((trx) => signAgreement(trx, { sellerId, version, accountId }));
  await owner.raw(`insert into shops (seller_id, draft, draft_state) values (?, ?::jsonb, 'editing')`, [
    sellerId,
    JSON.stringify(draft),
  ]);
  const submissionId = newId('submission');
  await freezeShop(db, submissionId, sellerId);
  return { sellerId, submissionId };
}

/**
 * A reviewer approves shops one after another, each published by its decision, in turn with the floor: an update of a bare
 * workflow with one local activity that does nothing.
 * @param {{ installation: import('./installation').Installation, db: Db, owner: Db, token: string, count: number }} wish
 */
async function decide({ installation, db, owner, token, count }) {
  const { apiUrl, temporalAddress } = installation;
  const config = parseEnvironment(installation.childEnvironment());
  const settings = { policies: casePolicies(config), workflowTaskTimeoutMs: timeProfile(config).workflowTaskMs };
  const client = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: temporalAddress }));
  const gateway = new Gateway(client, { acceptedWithinMs: 30_000, resultWithinMs: 30_000 });
  const bare = openBare({ temporalAddress, queue: bareQueue, local: true });
  const sender = openSender(apiUrl);
  /** @type {{ decided: number[], floor: number[] }} */
  const ms = { decided: [], floor: [] };
  // The first ones warm everything up.
  for (let n = -5; n < count; n += 1) {
    const { sellerId, submissionId } = await shopOf({ db, owner }, n + 5);
    const reviewId = reviewIdOf(submissionId);
    const caseWorkflowId = sellerOnboardingWorkflowId(onboardingIdOf(sellerId));
    const start = caseStarts.review({ reviewId, kind: 'shop', submissionId, sellerId, caseWorkflowId }, settings);
    const delivery = await gateway.create(start, randomUUID());
    if (delivery.kind !== 'done') throw new Error(`a review did not begin: ${JSON.stringify(delivery)}`);
    const { ms: decided } = await sender.command(`/v1/reviews/${reviewId}/decide`, token, '{"outcome":"approve"}');
    const { ms: floor } = await bare.allocation();
    if (n < 0) continue;
    ms.decided.push(decided);
    ms.floor.push(floor.confirm);
  }
  const { rows } = await owner.raw('select count(*) as published from shops where published_revision_id is not null');
  await client.connection.close();
  if (Number(rows[0].published) !== count + 5) throw new Error('not every approved shop is published');
  return ms;
}

module.exports = { decide };
