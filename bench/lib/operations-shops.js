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
const { signedIn } = require('./furnish');

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
 * @param {{ db: Db, owner: Db }} pools @param {string} name
 */
async function shopOf({ db, owner }, name) {
  const { accountId } = await signedIn(db, { login: `${name}@bench`, role: null, enterpriseId: null });
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
 * Begins the reviews of shops as the API would: a run each, through the gateway.
 * @param {{ installation: import('./installation').Installation, db: Db, owner: Db }} wish
 */
function openShopReviews({ installation, db, owner }) {
  const config = parseEnvironment(installation.childEnvironment());
  const settings = { policies: casePolicies(config), workflowTaskTimeoutMs: timeProfile(config).workflowTaskMs };
  const client = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: installation.temporalAddress }));
  const gateway = new Gateway(client, { acceptedWithinMs: 30_000, resultWithinMs: 30_000 });
  return {
    /** @param {string} name of the seller; one shop each. @returns {Promise<string>} the review's id, once it waits */
    async begin(name) {
      const { sellerId, submissionId } = await shopOf({ db, owner }, name);
      const reviewId = reviewIdOf(submissionId);
      const caseWorkflowId = sellerOnboardingWorkflowId(onboardingIdOf(sellerId));
      const start = caseStarts.review({ reviewId, kind: 'shop', submissionId, sellerId, caseWorkflowId }, settings);
      const delivery = await gateway.create(start, randomUUID());
      if (delivery.kind !== 'done') throw new Error(`a review did not begin: ${JSON.stringify(delivery)}`);
      return reviewId;
    },
    close: () => client.connection.close(),
  };
}

module.exports = { openShopReviews };
