import { run } from '../../db/connection';
import { payFromBalance } from '../../db/purchase/repository';
import { stockPurchase } from '../../db/stock/repository';
import { failureOf, furnish, type Furnished } from './furnished';

let base: Furnished;
beforeAll(async () => {
  base = await furnish();
  await base.topUp(100_000);
});
afterAll(() => base.drop());

async function stocked(): Promise<string> {
  const purchaseId = await base.place();
  const by = { actor: base.managerId, requestId: null };
  await base.inTrx((trx) => payFromBalance(trx, { purchaseId, commandId: null, by, detailOpenForMs: 60_000 }));
  return purchaseId;
}

describe('by constraint', () => {
  it('an order enters stock once', async () => {
    const id = await stocked();
    expect(
      await failureOf(base.inTrx((trx) => stockPurchase(trx, id, { actor: base.managerId, requestId: null }))),
    ).toMatchObject({
      constraint: 'commodities_once_per_purchase',
    });
  });

  it.each([
    ['total_fen = total_fen + 1', 'purchases_total'],
    ["state = 'stocked'", 'purchases_stocked_has_commodity'],
    ['quantity = 0, total_fen = 0', 'purchases_quantity_check'],
    ['quantity = 100001, total_fen = unit_price_fen * 100001', 'purchases_quantity_check'],
    ["state = 'lost'", 'purchases_state_check'],
  ])('no purchase with %s', async (set, constraint) => {
    const id = await base.place();
    expect(await failureOf(run(base.db, `update purchases set ${set} where id = :id`, { id }))).toMatchObject({
      constraint,
    });
  });

  it.each([
    ['allocated = 2', 'commodities_not_over_allocated'],
    ['held = 2', 'commodities_not_over_allocated'],
    ['held = -1', 'commodities_held_check'],
    ['purchase_id = null', 'commodities_purchased_from_order'],
  ])('no commodity of one piece with %s', async (set, constraint) => {
    const id = await stocked();
    expect(
      await failureOf(run(base.db, `update commodities set ${set} where purchase_id = :id`, { id })),
    ).toMatchObject({ constraint });
  });

  it('a validity belongs to a rights pack alone', async () => {
    const set = (days: string, id: string) =>
      failureOf(run(base.db, `update benefits set validity_days = ${days} where id = :id`, { id }));
    expect(await set('30', base.couponId)).toMatchObject({ constraint: 'benefits_only_rights_packs_expire' });
    expect(await set('null', base.rightsPackId)).toMatchObject({ constraint: 'benefits_only_rights_packs_expire' });
  });
});
