import { firstRow } from '../../../db/connection';
import type { SellerJourney } from '../../support/seller-journey';
import type { Action, StepDefinition, Subject } from '../action';
import { insist } from '../insist';
import { RowLock } from '../row-lock';
import { enteredSeller, expectOneTransfer, expectTold, requirementIs, timesOf } from '../sellers';
import { until } from '../until';
import type { World } from '../world';

const subject: Subject = { table: 'reviews', path: '/v1/reviews', workflow: 'review', clock: [] };

/** A company the registry knows under another name: a reviewer is to judge. */
async function reviewed(world: World): Promise<{ readonly seller: SellerJourney; readonly id: string }> {
  const seller = await enteredSeller(world);
  const known = { name: '另一家软件有限公司', legalRepresentative: '', state: 'active' } as const;
  await world.channel.putEnterprise(seller.company.code, known);
  await seller.post('verification', await seller.verificationForm());
  const review = await until('a review is open', () => {
    const sql = `select id from reviews where seller_id = :sellerId and state = 'waiting'`;
    return firstRow<{ id: string }>(world.db, sql, { sellerId: seller.sellerId });
  });
  return { seller, id: review.id };
}

type Rest = Pick<Action, 'key' | 'reaches'> & Partial<Action>;

async function upon(world: World, id: string, name: string, rest: Rest & { readonly body?: unknown }): Promise<Action> {
  const { body, ...of } = rest;
  return Promise.resolve({
    ...{ subject, client: world.reviewer, status: 200, next: null },
    call: () => world.reviewer.post(`/v1/reviews/${id}/${name}`, body, { key: of.key }),
    lock: () => RowLock.take(world.engines.databaseUrl, 'reviews', id),
    arm: () => Promise.resolve(),
    subjectId: () => Promise.resolve(id),
    ...of,
  });
}

async function claim(world: World, key: string): Promise<Action> {
  const { id } = await reviewed(world);
  return upon(world, id, 'claim', { key, reaches: 'claimed', next: 'release' });
}

async function release(world: World, key: string): Promise<Action> {
  const { id } = await reviewed(world);
  await insist(() => world.reviewer.post(`/v1/reviews/${id}/claim`, undefined, { key: `${key}-claim` }));
  return upon(world, id, 'release', { key, reaches: 'waiting', act: 'release' });
}

/** The case that waits for it goes on: what the registry would not say, a reviewer did. */
async function decide(world: World, key: string): Promise<Action> {
  const { seller, id } = await reviewed(world);
  return upon(world, id, 'decide', {
    ...{ key, reaches: 'decided', body: { outcome: 'approve', verdicts: [] } },
    // Whoever decides locks the seller's rows first.
    lock: () => RowLock.take(world.engines.databaseUrl, 'seller_onboardings', seller.onboardingId),
    afterwards: async () => {
      await until('the seller is to tell the amount', () =>
        requirementIs(seller, 'enterprise_verification', { state: 'in_progress', whoseTurn: 'seller' }),
      );
      expect(await timesOf(world, seller, 'reviewer_accepts')).toBe(1);
      await expectOneTransfer(world, seller);
      await expectTold(world, seller, 'review_approved');
    },
  });
}

export const reviewSteps = {
  claimReview: { byClock: false, prepare: claim },
  releaseReview: { byClock: false, prepare: release },
  decideReview: { byClock: false, prepare: decide },
} as const satisfies Record<string, StepDefinition>;
