import { processIdOf } from '../../domain/shared/ids';
import { allocationStates, type AllocationState } from '../../domain/stock/allocation-states';
import { caseById, caseEvents } from '../../db/case/queries';
import { hasEffect } from '../../db/command/repository';
import { rows, run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { allocationById, allocationOrigin, listAllocations } from '../../db/stock/allocation-queries';
import { subStockById } from '../../db/stock/sub-stock-queries';
import { numbersOf, type CommodityOptions } from '../support/allocations';
import { furnishStock, type AllocationAct, type StockRoom } from './stock-room';

let base: StockRoom;
beforeAll(async () => {
  base = await furnishStock();
});
afterAll(() => base.drop());

/** The room is there once the tests run. */
const { commodity, numbers, propose, act } = {
  commodity: (...args: Parameters<StockRoom['commodity']>) => base.commodity(...args),
  numbers: (commodityId: string) => numbersOf(base.owner, commodityId),
  propose: (...args: Parameters<StockRoom['propose']>) => base.propose(...args),
  act: (...args: Parameters<StockRoom['act']>) => base.act(...args),
};
const read = async (id: string) => (await allocationById(base.db, base.enterpriseId, id))!;
const history = async (id: string) => (await caseEvents(base.db, processIdOf(id))).map(({ act: name }) => name);

const reachedBy = { confirmed: 'confirm', cancelled: 'cancel', expired: 'expire' } as const;
async function bring(state: AllocationState, commodityId: string): Promise<string> {
  const id = await propose(commodityId);
  if (state !== 'awaiting_confirmation') await act(id, reachedBy[state]);
  return id;
}

describe('a proposal', () => {
  it('holds the stock, freezes its terms and opens its case', async () => {
    const commodityId = await commodity({ name: '保温杯' });
    await propose(commodityId, { quantity: 30 });
    const terms = {
      quantity: 20,
      dailyLimit: 3,
      memberLimits: [{ period: 'week', count: 2 }] as const,
      validFrom: '2026-01-01T00:00:00.000Z',
      validUntil: '2099-01-01T00:00:00.000Z',
      autoAward: false,
      remark: '备注',
    };
    const before = Date.now();
    const id = await propose(commodityId, terms);
    const row = await read(id);
    expect(row).toMatchObject({
      ...{
        state: 'awaiting_confirmation',
        commodityId,
        mallId: base.mallId,
        leftBefore: 70,
        leftAfter: 50,
        subStockId: null,
      },
      ...terms,
      ...{ validFrom: new Date(terms.validFrom), validUntil: new Date(terms.validUntil), award: null },
    });
    expect(Math.abs(row.expiresAt.getTime() - before - 60_000)).toBeLessThan(30_000);
    expect(await numbers(commodityId)).toEqual({ total: 100, allocated: 0, held: 50, left: 50 });
    expect(await caseById(base.db, processIdOf(id))).toMatchObject({
      ...{ kind: 'stock_allocation', title: '保温杯 × 20 → 星河积分商城', dueAt: row.expiresAt },
      ...{ stage: 'awaiting_confirmation', whoseTurn: 'manager' },
    });
    expect(await allocationOrigin(base.db, id)).toMatchObject({
      allocationId: id,
      enterpriseId: base.enterpriseId,
      proposedBy: base.managerId,
      terms: { commodityId, quantity: 20, memberLimits: terms.memberLimits, award: null },
    });
  });

  it('may take all that is left, and not one more', async () => {
    const commodityId = await commodity({ total: 5 });
    await expect(propose(commodityId, { quantity: 6 })).rejects.toMatchObject({
      code: 'STOCK_SHORT',
      facts: { left: 5, errors: [expect.objectContaining({ path: '/quantity' })] },
    });
    await propose(commodityId, { quantity: 5 });
    await expect(propose(commodityId, { quantity: 1 })).rejects.toMatchObject({
      code: 'STOCK_SHORT',
      facts: { left: 0 },
    });
  });

  it.each<[string, CommodityOptions, string]>([
    ['offline', { state: 'offline' }, 'offline'],
    ['expired', { state: 'expired' }, 'expired'],
    ['over since a moment ago', { expiresAt: new Date(Date.now() - 1_000) }, 'expired'],
    ['a draft', { state: 'draft', total: 0 }, 'draft'],
  ])('of a commodity that is %s is refused, and leaves nothing', async (_, options, commodityState) => {
    const commodityId = total(options) === 0 ? await draft() : await commodity(options);
    const id = newId('allocation');
    await expect(propose(commodityId, { id, quantity: 1 })).rejects.toMatchObject({
      code: 'COMMODITY_OFFLINE',
      facts: { commodityState },
    });
    expect(await allocationById(base.db, base.enterpriseId, id)).toBeUndefined();
    expect(await caseById(base.db, processIdOf(id))).toBeUndefined();
  });
  const total = (options: CommodityOptions) => options.total ?? 100;
  /** A draft has no stock and no movement. */
  async function draft(): Promise<string> {
    const commodityId = await commodity({ total: 1, state: 'offline' });
    await run(base.owner, `update commodities set total = 0, state = 'draft' where id = :commodityId`, { commodityId });
    return commodityId;
  }

  it('of another enterprise’s stock, or for its mall, names each id that is not there', async () => {
    const commodityId = await commodity();
    const pathsOf = async (work: Promise<unknown>) => {
      const error = (await work.catch((refusal: unknown) => refusal)) as { code: string; facts: { errors: object[] } };
      expect(error.code).toBe('REFERENCE_NOT_FOUND');
      return error.facts.errors.map((fault) => (fault as { path: string }).path);
    };
    expect(await pathsOf(propose(commodityId, { mallId: 'mal_none' }))).toEqual(['/mallId']);
    expect(await pathsOf(propose('com_none'))).toEqual(['/commodityId']);
    expect(await pathsOf(propose(commodityId, { enterpriseId: 'ent_other' }))).toEqual(['/commodityId', '/mallId']);
    expect(await numbers(commodityId)).toMatchObject({ held: 0 });
  });

  it('takes the award settings of its category alone', async () => {
    const points = await commodity({ category: 'points' });
    const award = { pointsValue: 5, system: 'coral' };
    expect((await read(await propose(points, { award }))).award).toEqual(award);
    await expect(propose(await commodity(), { award })).rejects.toMatchObject({
      code: 'AWARD_MISMATCH',
      facts: { errors: [expect.objectContaining({ path: '/award' })] },
    });
  });

  it('again gives the allocation that is there, wherever it stands by now', async () => {
    const commodityId = await commodity();
    const id = await bring('confirmed', commodityId);
    await propose(commodityId, { id, quantity: 50 });
    expect(await read(id)).toMatchObject({ state: 'confirmed', quantity: 10 });
    expect(await numbers(commodityId)).toEqual({ total: 100, allocated: 10, held: 0, left: 90 });
  });

  it('happens once when twenty propose it at the same time, and its claim has its effect', async () => {
    const commodityId = await commodity();
    const id = newId('allocation');
    const claim = await base.claim({ resourceId: id });
    await Promise.all(Array.from({ length: 20 }, () => propose(commodityId, { id, commandId: claim.id })));
    expect(await history(id)).toEqual(['open']);
    expect(await hasEffect(base.db, claim.id)).toBe(true);
    expect(await numbers(commodityId)).toMatchObject({ held: 10 });
  });
});

describe('confirming', () => {
  it('makes one sub-stock, online, on the terms proposed, with the movement that explains it', async () => {
    const commodityId = await commodity({ category: 'cdk' });
    const terms = { dailyLimit: 2, award: { jumpLink: 'https://example.com' }, remark: '备注' };
    const id = await propose(commodityId, terms);
    const claim = await base.claim();
    expect(await act(id, 'confirm', claim.id)).toEqual({ state: 'confirmed', dueAt: null });
    const { subStockId } = await read(id);
    expect(await subStockById(base.db, base.enterpriseId, subStockId!)).toMatchObject({
      ...{ state: 'online', commodityId, mallId: base.mallId, allocationId: id, allocated: 10, held: 0, consumed: 0 },
      ...terms,
    });
    expect(
      await rows(base.db, 'select kind, quantity, actor from stock_movements where sub_stock_id = :subStockId', {
        subStockId,
      }),
    ).toEqual([{ kind: 'allocated', quantity: 10, actor: base.managerId }]);
    expect(await numbers(commodityId)).toEqual({ total: 100, allocated: 10, held: 0, left: 90 });
    expect(await hasEffect(base.db, claim.id)).toBe(true);
    expect(await caseById(base.db, processIdOf(id))).toMatchObject({ state: 'completed', dueAt: null });
  });

  it('goes on while the commodity is offline: that blocks new allocations only', async () => {
    const commodityId = await commodity();
    const id = await propose(commodityId);
    await run(base.owner, `update commodities set state = 'offline' where id = :commodityId`, { commodityId });
    expect((await act(id, 'confirm')).state).toBe('confirmed');
    expect(await numbers(commodityId)).toMatchObject({ allocated: 10, held: 0 });
  });

  it.each([
    ['state', `update commodities set state = 'expired' where id = :commodityId`],
    ['time', `update commodities set expires_at = now() where id = :commodityId`],
  ])('what expired meanwhile (by its %s) is refused; it can still be cancelled', async (_, sql) => {
    const commodityId = await commodity();
    const id = await propose(commodityId);
    await run(base.owner, sql, { commodityId });
    await expect(act(id, 'confirm')).rejects.toMatchObject({
      code: 'COMMODITY_OFFLINE',
      facts: { commodityState: 'expired' },
    });
    expect(await read(id)).toMatchObject({ state: 'awaiting_confirmation', commodityExpired: true });
    expect((await act(id, 'cancel')).state).toBe('cancelled');
    expect(await numbers(commodityId)).toMatchObject({ held: 0, allocated: 0 });
  });
});

describe('every act in every state', () => {
  const outcome = { confirm: 'confirmed', cancel: 'cancelled', expire: 'expired' } as const;
  const acts = Object.keys(outcome) as AllocationAct[];
  it.each(allocationStates.flatMap((state) => acts.map((name) => [state, name] as const)))(
    '%s: %s',
    async (state, name) => {
      const commodityId = await commodity();
      const id = await bring(state, commodityId);
      const before = { row: await read(id), numbers: await numbers(commodityId), history: await history(id) };
      if (state !== 'awaiting_confirmation') {
        await expect(act(id, name)).rejects.toMatchObject({ code: 'WRONG_STATE', facts: { state, dueAt: null } });
        expect({ row: await read(id), numbers: await numbers(commodityId), history: await history(id) }).toEqual(
          before,
        );
        return;
      }
      expect((await act(id, name)).state).toBe(outcome[name]);
      expect(await history(id)).toEqual(['open', name]);
      const allocated = name === 'confirm' ? 10 : 0;
      expect(await numbers(commodityId)).toEqual({ total: 100, allocated, held: 0, left: 100 - allocated });
    },
  );

  it.each(acts)('the same %s again is done, not refused, and does nothing again', async (name) => {
    const commodityId = await commodity();
    const id = await propose(commodityId);
    const claim = await base.claim();
    const first = await act(id, name, claim.id);
    expect(await act(id, name, claim.id)).toEqual(first);
    expect(await history(id)).toEqual(['open', name]);
    expect(await numbers(commodityId)).toMatchObject({ held: 0, allocated: name === 'confirm' ? 10 : 0 });
  });

  it('of an allocation nobody knows is a fault, not a refusal', async () => {
    await expect(act('alo_none', 'confirm')).rejects.toThrow('no allocation alo_none');
    await expect(act('alo_none', 'cancel')).rejects.toThrow('no allocation alo_none');
  });
});

describe('reading', () => {
  const all = { limit: 200, after: null };
  const nothing = { state: null, commodityId: null, mallId: null };

  it('shows an enterprise its own alone, by state, commodity and mall, newest first', async () => {
    const commodityId = await commodity();
    const first = await bring('confirmed', commodityId);
    const second = await propose(commodityId);
    expect(await allocationById(base.db, 'ent_other', first)).toBeUndefined();
    expect((await listAllocations(base.db, 'ent_other', { ...nothing, commodityId }, all)).items).toEqual([]);
    const ids = async (filter: object) =>
      (await listAllocations(base.db, base.enterpriseId, { ...nothing, ...filter }, all)).items.map(({ id }) => id);
    expect(await ids({ commodityId })).toEqual([second, first]);
    expect(await ids({ commodityId, mallId: base.mallId })).toEqual([second, first]);
    expect(await ids({ commodityId, mallId: 'mal_other' })).toEqual([]);
    expect(await ids({ commodityId, state: 'confirmed' })).toEqual([first]);
    expect((await ids({})).slice(0, 2)).toEqual([second, first]);
  });

  it('turns pages that neither miss nor repeat', async () => {
    const commodityId = await commodity();
    const proposed: string[] = [];
    for (let n = 0; n < 5; n += 1) proposed.unshift(await propose(commodityId, { quantity: 1 }));
    const filter = { ...nothing, commodityId };
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const page = await listAllocations(base.db, base.enterpriseId, filter, { limit: 2, after });
      seen.push(...page.items.map(({ id }) => id));
      after = page.nextCursor;
      if (after === null) break;
    }
    expect(seen).toEqual(proposed);
  });
});
