// @ts-check
'use strict';

const { openBare } = require('../load/bare');
const { openSender } = require('../load/sender');
const { bareQueue } = require('./installation');
const { openShopReviews } = require('./operations-shops');

/** @typedef {import('../../dist/db/connection').Db} Db */

/**
 * A reviewer approves shops one after another, each published by its decision, in turn with the floor: an update of a bare
 * workflow with one local activity that does nothing.
 * @param {{ installation: import('./installation').Installation, db: Db, owner: Db, token: string, count: number }} wish
 */
async function decide({ installation, db, owner, token, count }) {
  const { apiUrl, temporalAddress } = installation;
  const reviews = openShopReviews({ installation, db, owner });
  const bare = openBare({ temporalAddress, queue: bareQueue, local: true });
  const sender = openSender(apiUrl);
  /** @type {{ decided: number[], floor: number[] }} */
  const ms = { decided: [], floor: [] };
  // The first ones warm everything up.
  for (let n = -5; n < count; n += 1) {
    const reviewId = await reviews.begin(`shop${String(n + 5)}`);
    const { ms: decided } = await sender.command(`/v1/reviews/${reviewId}/decide`, token, '{"outcome":"approve"}');
    const { ms: floor } = await bare.allocation();
    if (n < 0) continue;
    ms.decided.push(decided);
    ms.floor.push(floor.confirm);
  }
  const { rows } = await owner.raw('select count(*) as published from shops where published_revision_id is not null');
  await reviews.close();
  if (Number(rows[0].published) !== count + 5) throw new Error('not every approved shop is published');
  return ms;
}

module.exports = { decide };
