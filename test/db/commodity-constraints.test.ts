import { rows, run } from '../../db/connection';
import { recordMovement } from '../../db/stock/movements';
import { failureOf } from './furnished';
import { ownCommodities } from './own-commodities';

let base: Awaited<ReturnType<typeof ownCommodities>>;
let draftId: string;
let stockId: string;
beforeAll(async () => {
  base = await ownCommodities();
  draftId = await base.draft({ category: 'cdk' });
  stockId = await base.stocked(3, { category: 'coupon', awardTemplateId: 'tpl_01template0000000000000003' });
  await base.withCodes(draftId, 'A');
});
afterAll(() => base.drop());

describe('by constraint', () => {
  it.each([
    ["purpose = 'gift', category = 'physical'", 'commodities_purpose'],
    ["category = 'voucher'", 'commodities_category'],
    ["purpose = 'e_commerce'", 'commodities_e_commerce_is_physical'],
    ['award_template_id = null', 'commodities_own_has_first_step'],
    ['cover_image_id = null', 'commodities_own_has_first_step'],
    ['detail_image_id = null', 'commodities_own_has_first_step'],
    ['added_by = null', 'commodities_own_has_first_step'],
    ['draft_expires_at = null', 'commodities_own_has_first_step'],
  ])('no own commodity with %s', async (set, constraint) => {
    const change = run(base.db, `update commodities set ${set} where id = :stockId`, { stockId });
    expect(await failureOf(change)).toMatchObject({ constraint });
  });

  it.each(['draft', 'discarded'])('nothing %s has stock', async (state) => {
    const change = run(base.db, 'update commodities set state = :state where id = :stockId', { state, stockId });
    expect(await failureOf(change)).toMatchObject({ constraint: 'commodities_draft_has_no_stock' });
  });

  it('a commodity has a code once', async () => {
    const again = run(
      base.db,
      `insert into commodity_codes (commodity_id, key_id, ciphertext, fingerprint)
       select commodity_id, 'k9', ciphertext, fingerprint from commodity_codes where commodity_id = :draftId`,
      { draftId },
    );
    expect(await failureOf(again)).toMatchObject({ constraint: 'commodity_codes_once' });
  });

  it.each([
    ['added', 0, null, 'stock_movements_quantity_check'],
    ['added', -1, null, 'stock_movements_direction'],
    ['increased', 1, 'sub_1', 'stock_movements_level'],
    ['allocated', 1, null, 'stock_movements_level'],
    ['returned', 1, 'sub_1', 'stock_movements_direction'],
    ['restocked', -1, 'sub_1', 'stock_movements_direction'],
  ] as const)('no movement %s of %d of %s', async (kind, quantity, subStockId, constraint) => {
    const move = { commodityId: stockId, subStockId, kind, quantity, by: base.by };
    expect(await failureOf(base.inTrx((trx) => recordMovement(trx, move)))).toMatchObject({ constraint });
  });
});

it.each([
  'update commodity_codes set key_id = key_id',
  'delete from commodity_codes',
  'update stock_movements set quantity = quantity',
  'delete from stock_movements',
])('the product may not: %s', async (sql) => {
  expect(await failureOf(rows(base.db, sql))).toMatchObject({ code: '42501' });
});
