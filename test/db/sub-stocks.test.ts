import { addListing, voidListing } from '../../db/mall/listing-repository';
import { listAudit } from '../../db/case/queries';
import { run, type Trx } from '../../db/connection';
import { newId } from '../../db/new-id';
import { listMovements, listSubStocks, subStockById, subStockEverKnown } from '../../db/stock/sub-stock-queries';
import {
  bringSubStockOnline,
  deleteSubStock,
  editSubStock,
  restockSubStock,
  returnFromSubStock,
  takeSubStockOffline,
  type SubStockDeed,
  type SubStockEdit,
} from '../../db/stock/sub-stock-repository';
import { numbersOf } from '../support/allocations';
import { furnishStock, type StockRoom } from './stock-room';

let base: StockRoom;
beforeAll(async () => {
  base = await furnishStock();
});
afterAll(() => base.drop());

const numbers = (commodityId: string) => numbersOf(base.owner, commodityId);
const offline = (id: string) => base.upon(id, takeSubStockOffline);
const online = (id: string) => base.upon(id, bringSubStockOnline);
const restock = (id: string, quantity: number) =>
  base.upon(id, (trx, deed) => restockSubStock(trx, { ...deed, quantity }));
const giveBack = (id: string, quantity: number) =>
  base.upon(id, (trx, deed) => returnFromSubStock(trx, { ...deed, quantity }));
const remove = (id: string) => base.upon(id, deleteSubStock);
const edit = (id: string, changes: SubStockEdit) =>
  base.upon(id, (trx, deed) => editSubStock(trx, { ...deed, edit: changes }));
const set = (id: string, sql: string) => run(base.owner, `update sub_stocks set ${sql} where id = :id`, { id });
const expire = (commodityId: string) =>
  run(base.owner, `update commodities set expires_at = now() where id = :commodityId`, { commodityId });

async function stocked(quantity = 10): Promise<{ id: string; commodityId: string }> {
  const commodityId = await base.commodity();
  const id = await base.allocate(commodityId, { quantity });
  await offline(id);
  return { id, commodityId };
}

const movements = async (id: string) =>
  (await listMovements(base.db, id, { limit: 200, after: null })).items.map(({ kind, quantity }) => [kind, quantity]);
const audited = async (subjectId: string) =>
  (await listAudit(base.db, { actor: null, subjectId }, { limit: 200, after: null })).items
    .map(({ action }) => action)
    .reverse();

describe('taking offline and bringing online', () => {
  it('again changes nothing, not even the audit', async () => {
    const id = await base.allocate(await base.commodity());
    await online(id);
    expect(await audited(id)).toEqual([]);
    await offline(id);
    const { state, updatedAt } = await base.subStock(id);
    expect(state).toBe('offline');
    await offline(id);
    expect((await base.subStock(id)).updatedAt).toEqual(updatedAt);
    await online(id);
    expect((await base.subStock(id)).state).toBe('online');
    expect(await audited(id)).toEqual(['sub_stock.take_offline', 'sub_stock.bring_online']);
  });

  it('does not bring online what expired; it may still go offline', async () => {
    const commodityId = await base.commodity();
    const id = await base.allocate(commodityId);
    await expire(commodityId);
    await offline(id);
    await expect(online(id)).rejects.toMatchObject({ code: 'COMMODITY_OFFLINE', facts: { commodityState: 'expired' } });
  });
});

describe('restocking', () => {
  it('draws from what is left, and leaves a movement', async () => {
    const { id, commodityId } = await stocked();
    await restock(id, 90);
    expect(await base.subStock(id)).toMatchObject({ allocated: 100, state: 'offline' });
    expect(await movements(id)).toEqual([
      ['restocked', 90],
      ['allocated', 10],
    ]);
    expect(await numbers(commodityId)).toEqual({ total: 100, allocated: 100, held: 0, left: 0 });
    await expect(restock(id, 1)).rejects.toMatchObject({
      code: 'STOCK_SHORT',
      facts: { left: 0, errors: [expect.objectContaining({ path: '/quantity' })] },
    });
    expect(await movements(id)).toHaveLength(2);
    expect(await audited(id)).toEqual(['sub_stock.take_offline', 'sub_stock.restock']);
  });

  it('does not touch what is held for a proposal', async () => {
    const { id, commodityId } = await stocked();
    await base.propose(commodityId, { quantity: 85 });
    await expect(restock(id, 6)).rejects.toMatchObject({ code: 'STOCK_SHORT', facts: { left: 5 } });
    await restock(id, 5);
  });

  it('goes on while the commodity is offline, and ends with its time', async () => {
    const { id, commodityId } = await stocked();
    await run(base.owner, `update commodities set state = 'offline' where id = :commodityId`, { commodityId });
    await restock(id, 1);
    await expire(commodityId);
    await expect(restock(id, 1)).rejects.toMatchObject({ code: 'COMMODITY_OFFLINE' });
    await giveBack(id, 11);
    expect(await numbers(commodityId)).toMatchObject({ allocated: 0, left: 100 });
  });
});

describe('returning', () => {
  it('gives back what is unused, and leaves a movement', async () => {
    const { id, commodityId } = await stocked();
    await giveBack(id, 4);
    expect(await base.subStock(id)).toMatchObject({ allocated: 6 });
    expect(await movements(id)).toEqual([
      ['returned', -4],
      ['allocated', 10],
    ]);
    expect(await numbers(commodityId)).toEqual({ total: 100, allocated: 6, held: 0, left: 94 });
    expect(await audited(id)).toEqual(['sub_stock.take_offline', 'sub_stock.return']);
  });

  it('leaves what is held or used', async () => {
    const { id } = await stocked();
    await set(id, 'held = 3, consumed = 4');
    await expect(giveBack(id, 4)).rejects.toMatchObject({ code: 'STOCK_SHORT', facts: { left: 3 } });
    await giveBack(id, 3);
    expect(await base.subStock(id)).toMatchObject({ allocated: 7, held: 3, consumed: 4 });
  });
});

describe('deleting', () => {
  it('gives back what is left; the row stays for its movements, and nobody sees it', async () => {
    const { id, commodityId } = await stocked();
    await set(id, 'consumed = 4');
    await remove(id);
    expect(await subStockById(base.db, base.enterpriseId, id)).toBeUndefined();
    expect(await subStockEverKnown(base.db, base.enterpriseId, id)).toMatchObject({
      ...{ state: 'deleted', allocated: 4, consumed: 4 },
    });
    expect(await movements(id)).toEqual([
      ['deleted', -6],
      ['allocated', 10],
    ]);
    expect(await numbers(commodityId)).toEqual({ total: 100, allocated: 4, held: 0, left: 96 });
    await remove(id);
    expect(await numbers(commodityId)).toMatchObject({ left: 96 });
    expect(await audited(id)).toEqual(['sub_stock.take_offline', 'sub_stock.delete']);
  });

  it('of what is empty leaves no movement of nothing', async () => {
    const { id } = await stocked();
    await giveBack(id, 10);
    await remove(id);
    expect(await movements(id)).toHaveLength(2);
  });

  it('is refused while something is held', async () => {
    const { id } = await stocked();
    await set(id, 'held = 1');
    await expect(remove(id)).rejects.toMatchObject({ code: 'SUB_STOCK_IN_USE' });
  });

  it('is refused until every listing of it is void', async () => {
    const { id } = await stocked();
    await online(id);
    const listingId = newId('listing');
    const plain = { strikePriceFen: null, saleFrom: null, saleUntil: null, rules: null, description: null };
    await base.inTrx((trx) =>
      addListing(trx, {
        ...{ id: listingId, enterpriseId: base.enterpriseId, subStockId: id, sectionId: null, name: '帆布袋' },
        ...{ ...plain, exchange: { kind: 'points', pointsPrice: 1 }, arrivalDays: null },
      }),
    );
    await offline(id);
    await expect(remove(id)).rejects.toMatchObject({
      code: 'SUB_STOCK_IN_USE',
      facts: { state: 'offline', allowed: ['edit', 'restock', 'return', 'bring-online'] },
    });
    await base.inTrx((trx) => voidListing(trx, listingId));
    await remove(id);
  });
});

describe('editing', () => {
  it('changes what is given and leaves the rest', async () => {
    const { id } = await stocked();
    const award = null;
    const memberLimits = [{ period: 'year', count: 1 }] as const;
    await edit(id, { dailyLimit: 7, memberLimits, autoAward: false, remark: '改', award });
    await edit(id, { validUntil: '2099-01-01T00:00:00.000Z', remark: undefined });
    expect(await base.subStock(id)).toMatchObject({
      ...{ dailyLimit: 7, memberLimits, autoAward: false, remark: '改', award, allocated: 10 },
      ...{ validFrom: null, validUntil: new Date('2099-01-01T00:00:00Z') },
    });
    await edit(id, { validUntil: null, remark: null });
    expect(await base.subStock(id)).toMatchObject({ validUntil: null, remark: null, dailyLimit: 7 });
    expect(await audited(id)).toEqual(['sub_stock.take_offline', ...Array<string>(3).fill('sub_stock.edit')]);
  });

  it('keeps the validity running forward, also against the end that stays', async () => {
    const { id } = await stocked();
    await edit(id, { validUntil: '2090-01-01T00:00:00.000Z' });
    const refusal = (changes: SubStockEdit) =>
      edit(id, changes).then(
        () => null,
        (error: unknown) => error,
      );
    expect(await refusal({ validFrom: '2090-01-01T00:00:00.000Z' })).toMatchObject({
      code: 'TIME_ORDER',
      facts: { errors: [expect.objectContaining({ path: '/validFrom' })] },
    });
    await edit(id, { validFrom: '2080-01-01T00:00:00.000Z' });
    expect(await refusal({ validUntil: '2079-01-01T00:00:00.000Z' })).toMatchObject({
      code: 'TIME_ORDER',
      facts: { errors: [expect.objectContaining({ path: '/validUntil' })] },
    });
    expect(await refusal({ validUntil: '2020-01-01T00:00:00.000Z' })).toMatchObject({
      code: 'TIME_PAST',
      facts: { errors: [expect.objectContaining({ path: '/validUntil' })] },
    });
  });

  it('takes the award settings of its category alone', async () => {
    const id = await base.allocate(await base.commodity({ category: 'coupon' }));
    await offline(id);
    const award = { jumpLink: 'https://example.com/a' };
    await edit(id, { award });
    expect((await base.subStock(id)).award).toEqual(award);
    await expect(edit(id, { award: { pointsValue: 1, system: 'coral' } })).rejects.toMatchObject({
      code: 'AWARD_MISMATCH',
      facts: { errors: [expect.objectContaining({ path: '/award' })] },
    });
  });
});

describe('what is online', () => {
  it.each<[string, (id: string) => Promise<void>]>([
    ['restock', (id) => restock(id, 1)],
    ['return', (id) => giveBack(id, 1)],
    ['edit', (id) => edit(id, { dailyLimit: 1 })],
    ['delete', remove],
  ])('takes no %s', async (_, work) => {
    const commodityId = await base.commodity();
    const id = await base.allocate(commodityId);
    const before = await base.subStock(id);
    await expect(work(id)).rejects.toMatchObject({
      code: 'SUB_STOCK_ONLINE',
      facts: { state: 'online', allowed: ['take-offline'] },
    });
    expect(await base.subStock(id)).toEqual(before);
    expect(await numbers(commodityId)).toMatchObject({ allocated: 10 });
  });
});

describe('what is deleted or another enterprise’s', () => {
  const works: readonly [string, (trx: Trx, deed: SubStockDeed) => Promise<void>][] = [
    ['take-offline', takeSubStockOffline],
    ['bring-online', bringSubStockOnline],
    ['restock', (trx, deed) => restockSubStock(trx, { ...deed, quantity: 1 })],
    ['return', (trx, deed) => returnFromSubStock(trx, { ...deed, quantity: 1 })],
    ['edit', (trx, deed) => editSubStock(trx, { ...deed, edit: { dailyLimit: 1 } })],
  ];
  it.each(works)('is not there for %s', async (_, work) => {
    const { id } = await stocked();
    const by = { actor: base.managerId, requestId: null };
    const elsewhere = base.inTrx((trx) => work(trx, { subStockId: id, enterpriseId: 'ent_other', by }));
    await expect(elsewhere).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await remove(id);
    await expect(base.upon(id, work)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('reading', () => {
  it('shows an enterprise its own alone, by mall, commodity and state, newest first, without the deleted', async () => {
    const commodityId = await base.commodity();
    const first = await base.allocate(commodityId);
    const second = await base.allocate(commodityId);
    const third = await base.allocate(commodityId);
    await offline(first);
    await offline(second);
    await remove(second);
    const ids = async (filter: object, of = base.enterpriseId) => {
      const nothing = { state: null, mallId: null, commodityId: null };
      const page = await listSubStocks(base.db, of, { ...nothing, ...filter }, { limit: 200, after: null });
      return page.items.map(({ id }) => id);
    };
    expect(await ids({ commodityId })).toEqual([third, first]);
    expect(await ids({ commodityId, mallId: base.mallId })).toEqual([third, first]);
    expect(await ids({ commodityId, mallId: 'mal_other' })).toEqual([]);
    expect(await ids({ commodityId, state: 'offline' })).toEqual([first]);
    expect(await ids({ commodityId }, 'ent_other')).toEqual([]);
    expect((await ids({})).slice(0, 2)).toEqual([third, first]);
    expect(await subStockEverKnown(base.db, 'ent_other', first)).toBeUndefined();
  });
});
