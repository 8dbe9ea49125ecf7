import { firstRow, run } from '../../db/connection';
import { failureOf } from './furnished';
import { furnishStock, type StockRoom } from './stock-room';

/** What the tables refuse although the code forgot. */
let base: StockRoom;
beforeAll(async () => {
  base = await furnishStock();
});
afterAll(() => base.drop());

describe('allocations', () => {
  it.each<[string, string, string]>([
    ['another state', `state = 'lost'`, 'stock_allocations_state_check'],
    ['no quantity', 'quantity = 0, left_after = left_before', 'stock_allocations_quantity_check'],
    ['a preview that does not add up', 'left_after = left_after + 1', 'stock_allocations_preview'],
    ['a preview below nothing', 'left_before = 0, left_after = -quantity', 'stock_allocations_preview'],
    ['a daily limit of nothing', 'daily_limit = 0', 'stock_allocations_daily_limit_check'],
    ['a validity that runs back', `valid_from = now(), valid_until = now()`, 'stock_allocations_validity'],
    ['a confirmation without sub-stock', `state = 'confirmed'`, 'stock_allocations_confirmed'],
  ])('take no %s', async (_, change, constraint) => {
    const id = await base.propose(await base.commodity());
    const failed = await failureOf(run(base.owner, `update stock_allocations set ${change} where id = :id`, { id }));
    expect(failed).toEqual({ code: '23514', constraint });
  });
});

describe('sub-stocks', () => {
  it.each<[string, string, string]>([
    ['another state', `state = 'lost'`, 'sub_stocks_state_check'],
    ['more held than there is', 'held = 11', 'sub_stocks_not_overdrawn'],
    ['more used than there is', 'consumed = 6, held = 5', 'sub_stocks_not_overdrawn'],
    ['a daily limit of nothing', 'daily_limit = 0', 'sub_stocks_daily_limit_check'],
    ['an end with something left', `state = 'deleted'`, 'sub_stocks_deleted_is_empty'],
    ['an end with something held', `state = 'deleted', held = 10`, 'sub_stocks_deleted_is_empty'],
  ])('take no %s', async (_, change, constraint) => {
    const id = await base.allocate(await base.commodity());
    const failed = await failureOf(run(base.owner, `update sub_stocks set ${change} where id = :id`, { id }));
    expect(failed).toEqual({ code: '23514', constraint });
  });

  it('come once of one allocation', async () => {
    const id = await base.allocate(await base.commodity());
    const copy = `insert into sub_stocks select (jsonb_populate_record(s, '{"id": "sub_copy"}')).* from sub_stocks s
                   where id = :id`;
    expect(await failureOf(run(base.owner, copy, { id }))).toEqual({
      code: '23505',
      constraint: 'sub_stocks_allocation_id_key',
    });
    expect(await firstRow(base.db, `select id from sub_stocks where id = 'sub_copy'`)).toBeUndefined();
  });
});
