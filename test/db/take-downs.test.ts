import { run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { placePurchase } from '../../db/purchase/repository';
import { addMall } from '../../db/mall/repository';
import { addListing, bringOnline } from '../../db/mall/listing-repository';
import { takeDownListing } from '../../db/mall/listing-take-down';
import { takeDownBenefit } from '../../db/catalogue/take-down';
import { subStockRows } from '../support/sub-stock-rows';
import { furnish, type Furnished } from './furnished';

describe('what is taken down, among rows', () => {
  let base: Furnished;
  let mallId: string;
  const by = () => ({ actor: base.managerId, requestId: null, reason: '违规宣传' });
  beforeAll(async () => {
    base = await furnish();
    mallId = await base.inTrx((trx) =>
      addMall(trx, { enterpriseId: base.enterpriseId, name: '星河积分商城', limit: 1 }),
    );
  });
  afterAll(() => base.drop());

  it('is not ordered, also by an order that was on its way', async () => {
    const order = () => ({
      ...{ purchaseId: newId('purchase'), workflowId: newId('purchase'), enterpriseId: base.enterpriseId },
      ...{ benefitId: base.couponId, quantity: 1, payWithinMs: 1_000, by: by() },
    });
    await base.inTrx((trx) => placePurchase(trx, order()));
    await base.inTrx((trx) => takeDownBenefit(trx, { id: base.couponId, by: by() }));
    await expect(base.inTrx((trx) => placePurchase(trx, order()))).rejects.toMatchObject({
      code: 'REFERENCE_NOT_FOUND',
    });
  });

  const listing = async () => {
    const of = { enterpriseId: base.enterpriseId, mallId, accountId: base.managerId };
    const { subStockId } = await subStockRows(base.owner, of);
    const id = newId('listing');
    const nothing = { saleFrom: null, saleUntil: null, rules: null, description: null, arrivalDays: null };
    const terms = {
      name: '帆布袋',
      exchange: { kind: 'points', pointsPrice: 1 },
      strikePriceFen: null,
      ...nothing,
    } as const;
    await base.inTrx((trx) =>
      addListing(trx, { id, enterpriseId: base.enterpriseId, subStockId, sectionId: null, ...terms }),
    );
    return id;
  };

  it('is not shown, whichever of two comes first', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await listing();
      const [shown, down] = await Promise.allSettled([
        base.inTrx((trx) => bringOnline(trx, id)),
        base.inTrx((trx) => takeDownListing(trx, { id, by: by() })),
      ]);
      expect(down.status).toBe('fulfilled');
      if (shown.status === 'rejected') expect(shown.reason).toMatchObject({ code: 'TAKEN_DOWN' });
      await expect(base.inTrx((trx) => bringOnline(trx, id))).rejects.toMatchObject({ code: 'TAKEN_DOWN' });
    }
  });

  it.each([
    ['listings', `taken_down_at = now()`, 'listings_take_down_is_whole'],
    [
      'listings',
      `state = 'online', taken_down_at = now(), taken_down_by = (select id from accounts limit 1), taken_down_reason = '-'`,
      'listings_taken_down_is_not_online',
    ],
    ['benefits', `taken_down_reason = '-'`, 'benefits_take_down_is_whole'],
  ])('is never half so: %s with %s', async (table, set, constraint) => {
    const id = table === 'listings' ? await listing() : base.rightsPackId;
    await expect(run(base.owner, `update ${table} set ${set} where id = :id`, { id })).rejects.toMatchObject({
      constraint,
    });
  });
});
