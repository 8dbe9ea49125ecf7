import { firstRow, run } from '../../db/connection';
import { allocationById, listAllocations } from '../../db/stock/allocation-queries';
import { increaseStock, shiftCommodity } from '../../db/stock/upkeep-repository';
import {
  bringSubStockOnline,
  deleteSubStock,
  editSubStock,
  restockSubStock,
  returnFromSubStock,
  takeSubStockOffline,
} from '../../db/stock/sub-stock-repository';
import { numbersOf } from '../support/allocations';
import { eventually } from '../support/eventually';
import { allAtOnce } from './furnished';
import { furnishStock, type StockRoom } from './stock-room';

/** Whoever comes first: nothing is allocated twice, nothing is lost, and who comes second finds what is left. */
let base: StockRoom;
beforeAll(async () => {
  base = await furnishStock();
});
afterAll(() => base.drop());

const numbers = (commodityId: string) => numbersOf(base.owner, commodityId);
const by = () => ({ actor: base.managerId, requestId: null });
const codes = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
  outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'done' : (outcome.reason as { code?: string }).code));
const count = <T>(items: readonly T[], one: T) => items.filter((item) => item === one).length;

/** All wait for the row of the commodity (or sub-stock), then go at once. */
function raced(row: string, works: readonly (() => Promise<unknown>)[], waiting = works.length) {
  const table = row.startsWith('com_') ? 'commodities' : row.startsWith('sub_') ? 'sub_stocks' : 'stock_allocations';
  const sql = `select id from ${table} where id = :id for no key update`;
  return allAtOnce(base, { sql, bindings: { id: row }, waiting }, works);
}

const restock = (id: string, quantity: number) => () =>
  base.upon(id, (trx, deed) => restockSubStock(trx, { ...deed, quantity }));
const giveBack = (id: string, quantity: number) => () =>
  base.upon(id, (trx, deed) => returnFromSubStock(trx, { ...deed, quantity }));
async function offlineSubStock(commodityId: string): Promise<string> {
  const id = await base.allocate(commodityId);
  await base.upon(id, takeSubStockOffline);
  return id;
}

it('200 proposals at once hold what there is and not one piece more', async () => {
  const commodityId = await base.commodity({ total: 1_000 });
  const proposals = Array.from({ length: 200 }, () => () => base.propose(commodityId, { quantity: 7 }));
  const outcomes = codes(await raced(commodityId, proposals, 6));
  expect([count(outcomes, 'done'), count(outcomes, 'STOCK_SHORT')]).toEqual([142, 58]);
  expect(await numbers(commodityId)).toEqual({ total: 1_000, allocated: 0, held: 994, left: 6 });
  // Each was shown what was left when it was its turn: no two saw the same.
  const all = { state: null, mallId: null, commodityId };
  const { items } = await listAllocations(base.db, base.enterpriseId, all, { limit: 200, after: null });
  expect(items.map(({ leftBefore }) => leftBefore).sort((a, b) => b - a)).toEqual(
    Array.from({ length: 142 }, (_, n) => 1_000 - 7 * n),
  );
});

it('restocks and proposals share what is left', async () => {
  const commodityId = await base.commodity({ total: 60 });
  const subStocks = await Promise.all([1, 2, 3, 4].map(() => offlineSubStock(commodityId)));
  const works = subStocks.flatMap((id) => [restock(id, 6), () => base.propose(commodityId, { quantity: 6 })]);
  const outcomes = codes(await raced(commodityId, works, 6));
  expect([count(outcomes, 'done'), count(outcomes, 'STOCK_SHORT')]).toEqual([3, 5]);
  expect(await numbers(commodityId)).toMatchObject({ total: 60, left: 2 });
});

it('increases and proposals: nothing of either is lost', async () => {
  const commodityId = await base.commodity({ total: 20 });
  const shift = (act: 'take-offline' | 'bring-online') =>
    base.inTrx((trx) => shiftCommodity(trx, { commodityId, act, by: by() }));
  const increases = async () => {
    for (let n = 0; n < 8; n += 1) {
      await shift('take-offline');
      await base.inTrx((trx) => increaseStock(trx, { commodityId, pieces: 20, by: by() }));
      await shift('bring-online');
    }
  };
  const proposals = async () => {
    const told: unknown[] = [];
    for (let n = 0; n < 12; n += 1)
      told.push(...codes(await Promise.allSettled([base.propose(commodityId, { quantity: 3 })])));
    return told;
  };
  const [told] = await Promise.all([Promise.all([1, 2, 3, 4].map(proposals)), increases()]);
  const outcomes = told.flat();
  for (const outcome of outcomes) expect(['done', 'COMMODITY_OFFLINE', 'STOCK_SHORT']).toContain(outcome);
  const held = 3 * count(outcomes, 'done');
  expect(held).toBeGreaterThan(0);
  expect(await numbers(commodityId)).toEqual({ total: 180, allocated: 0, held, left: 180 - held });
});

it('a sub-stock that comes online first is edited no more', async () => {
  const id = await offlineSubStock(await base.commodity());
  const edit = () => base.upon(id, (trx, deed) => editSubStock(trx, { ...deed, edit: { dailyLimit: 9 } }));
  const outcomes = codes(await raced(id, [() => base.upon(id, bringSubStockOnline), edit]));
  expect(outcomes[0]).toBe('done');
  expect(['done', 'SUB_STOCK_ONLINE']).toContain(outcomes[1]);
  const { state, dailyLimit } = await base.subStock(id);
  expect([state, dailyLimit]).toEqual(['online', outcomes[1] === 'done' ? 9 : -1]);
});

it('a confirmation, cancellations and the clock: one of them ends the allocation', async () => {
  for (let round = 0; round < 3; round += 1) {
    const commodityId = await base.commodity();
    const id = await base.propose(commodityId);
    const acts = (['confirm', 'cancel', 'expire', 'confirm', 'cancel', 'expire'] as const).map(
      (name) => () => base.act(id, name),
    );
    const outcomes = codes(await raced(id, acts));
    expect([count(outcomes, 'done'), count(outcomes, 'WRONG_STATE')]).toEqual([1, 5]);
    const { state, subStockId } = (await allocationById(base.db, base.enterpriseId, id))!;
    const allocated = state === 'confirmed' ? 10 : 0;
    expect(subStockId === null).toBe(allocated === 0);
    expect(await numbers(commodityId)).toEqual({ total: 100, allocated, held: 0, left: 100 - allocated });
  }
});

it('returns and a deletion give back each piece once', async () => {
  for (let round = 0; round < 3; round += 1) {
    const commodityId = await base.commodity();
    const id = await offlineSubStock(commodityId);
    const works = [
      giveBack(id, 4),
      () => base.upon(id, deleteSubStock),
      giveBack(id, 4),
      () => base.upon(id, deleteSubStock),
    ];
    const outcomes = codes(await raced(id, works));
    expect([outcomes[1], outcomes[3]]).toEqual(['done', 'done']);
    for (const outcome of [outcomes[0], outcomes[2]]) expect(['done', 'NOT_FOUND']).toContain(outcome);
    expect(await numbers(commodityId)).toEqual({ total: 100, allocated: 0, held: 0, left: 100 });
  }
});

it('many returns take no more than there is', async () => {
  const commodityId = await base.commodity();
  const id = await offlineSubStock(commodityId);
  const outcomes = codes(
    await raced(
      id,
      Array.from({ length: 6 }, () => giveBack(id, 3)),
    ),
  );
  expect([count(outcomes, 'done'), count(outcomes, 'STOCK_SHORT')]).toEqual([3, 3]);
  expect(await numbers(commodityId)).toMatchObject({ allocated: 1, left: 99 });
});

it('everything at once upon one commodity comes to an end: nobody waits in a circle', async () => {
  const commodityId = await base.commodity({ total: 500 });
  const subStocks = await Promise.all([1, 2, 3].map(() => offlineSubStock(commodityId)));
  const proposed = await Promise.all(Array.from({ length: 12 }, () => base.propose(commodityId)));
  const works = [
    ...proposed.map((id, at) => () => base.act(id, at % 2 === 0 ? 'confirm' : 'cancel')),
    ...subStocks.flatMap((id) => [restock(id, 5), giveBack(id, 3), restock(id, 2)]),
    ...Array.from({ length: 12 }, () => () => base.propose(commodityId)),
  ];
  expect(new Set(codes(await raced(commodityId, works, 6)))).toEqual(new Set(['done']));
  expect(await numbers(commodityId)).toEqual({ total: 500, allocated: 30 + 60 + 12, held: 120, left: 278 });
});

/** Starts `work` while the commodity is being changed, so that it waits for that, and gives its outcome. */
async function meanwhile(commodityId: string, change: string, work: () => Promise<unknown>): Promise<unknown> {
  const gate = await base.owner.transaction();
  await run(gate, `update commodities set ${change} where id = :commodityId`, { commodityId });
  const outcome = Promise.allSettled([work()]);
  const waiting = () =>
    firstRow<{ n: number }>(
      base.owner,
      `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
  await eventually(waiting, (row) => row?.n === 1);
  await gate.commit();
  return codes(await outcome)[0];
}

it('a commodity that is just being taken offline is not allocated', async () => {
  const commodityId = await base.commodity();
  expect(await meanwhile(commodityId, `state = 'offline'`, () => base.propose(commodityId))).toBe('COMMODITY_OFFLINE');
  expect(await numbers(commodityId)).toMatchObject({ held: 0 });
});

it('a commodity that is just expiring is neither confirmed nor restocked', async () => {
  const commodityId = await base.commodity();
  const subStockId = await offlineSubStock(commodityId);
  const allocationId = await base.propose(commodityId);
  const over = 'expires_at = now()';
  expect(await meanwhile(commodityId, over, restock(subStockId, 5))).toBe('COMMODITY_OFFLINE');
  await run(base.owner, 'update commodities set expires_at = null where id = :commodityId', { commodityId });
  expect(await meanwhile(commodityId, over, () => base.act(allocationId, 'confirm'))).toBe('COMMODITY_OFFLINE');
  expect(await numbers(commodityId)).toMatchObject({ allocated: 10, held: 10 });
});
