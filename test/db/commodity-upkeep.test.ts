import { run } from '../../db/connection';
import { commodityDeeds, listCommodities } from '../../db/stock/queries';
import { expireCommodities, increaseStock, shiftCommodity } from '../../db/stock/upkeep-repository';
import { maxStock } from '../../domain/stock/limits';
import type { CommodityState } from '../../domain/stock/states';
import { allAtOnce } from './furnished';
import { ownCommodities } from './own-commodities';

let base: Awaited<ReturnType<typeof ownCommodities>>;
beforeAll(async () => {
  base = await ownCommodities();
});
afterAll(() => base.drop());

const shift = (commodityId: string, act: 'take-offline' | 'bring-online') =>
  base.inTrx((trx) => shiftCommodity(trx, { commodityId, act, by: base.by }));
const increase = (commodityId: string, pieces: number) =>
  base.inTrx((trx) => increaseStock(trx, { commodityId, pieces, by: base.by }));
const expireAll = (batch: number) => base.inTrx((trx) => expireCommodities(trx, batch));
/** The clock passes its time; nobody has written it down. */
const pass = (id: string) =>
  run(base.owner, "update commodities set expires_at = now() - interval '1 second' where id = :id", { id });
const offline = async (total = 10): Promise<string> => {
  const id = await base.stocked(total);
  await shift(id, 'take-offline');
  return id;
};
const listed = async (state: CommodityState | null) => {
  const filter = { state, source: null, category: null, q: null };
  const { items } = await listCommodities(base.db, base.enterpriseId, filter, { limit: 200, after: null });
  return items.map(({ id }) => id);
};

describe('taking offline and bringing online', () => {
  it('is done once, told in the audit log, and leaves the numbers alone', async () => {
    const id = await base.stocked(10);
    await shift(id, 'bring-online');
    for (const act of ['take-offline', 'take-offline', 'bring-online'] as const) await shift(id, act);
    expect(await base.read(id)).toMatchObject({ state: 'online', total: 10 });
    expect(await base.audited(id)).toEqual([
      'commodity_add.open',
      'commodity_add.complete',
      'commodity.take-offline',
      'commodity.bring-online',
    ]);
    expect((await commodityDeeds(base.db, id)).map(({ act, actorName }) => [act, actorName])).toEqual([
      ['take-offline', '王店长'],
      ['bring-online', '王店长'],
    ]);
  });

  it('is not for drafts', async () => {
    const id = await base.draft();
    await expect(shift(id, 'take-offline')).rejects.toMatchObject({
      code: 'WRONG_STATE',
      facts: { state: 'draft', allowed: ['edit', 'complete', 'discard'] },
    });
    await expect(shift(id, 'bring-online')).rejects.toMatchObject({ code: 'WRONG_STATE' });
    expect((await base.read(id)).state).toBe('draft');
  });
});

describe('increasing', () => {
  it('adds to what is offline, and a movement says so', async () => {
    const id = await offline(10);
    await increase(id, 5);
    await increase(id, 1);
    expect(await base.read(id)).toMatchObject({ state: 'offline', total: 16 });
    expect((await base.movements(id)).map(({ quantity }) => quantity)).toEqual([10, 5, 1]);
  });

  it('is refused online, by its own code', async () => {
    const id = await base.stocked(10);
    await expect(increase(id, 5)).rejects.toMatchObject({
      code: 'COMMODITY_ONLINE',
      facts: { state: 'online', allowed: ['take-offline'] },
    });
    const draft = await base.draft();
    await expect(increase(draft, 5)).rejects.toMatchObject({ code: 'WRONG_STATE', facts: { state: 'draft' } });
    expect((await base.read(id)).total).toBe(10);
  });

  it('adds nothing to what was bought, online or offline', async () => {
    await base.topUp(1_000_000);
    const id = await base.purchased(3);
    await expect(increase(id, 1)).rejects.toMatchObject({ code: 'WRONG_STATE' });
    await shift(id, 'take-offline');
    await expect(increase(id, 1)).rejects.toMatchObject({
      code: 'WRONG_STATE',
      facts: { allowed: ['bring-online'] },
    });
    expect((await base.read(id)).total).toBe(3);
  });

  it('ends at the bound', async () => {
    const id = await offline(maxStock - 1);
    await expect(increase(id, 2)).rejects.toMatchObject({
      code: 'STOCK_LIMIT_REACHED',
      facts: { limit: maxStock, errors: [expect.objectContaining({ path: '/by' })] },
    });
    await increase(id, 1);
    expect((await base.read(id)).total).toBe(maxStock);
  });

  it('goes no further than the codes', async () => {
    const id = await base.draft({ category: 'cdk' });
    await base.withCodes(id, 'A', 'B', 'C');
    await base.complete(id, { totalStock: 2 });
    await shift(id, 'take-offline');
    await expect(increase(id, 2)).rejects.toMatchObject({ code: 'CODES_SHORT', facts: { codes: 3, needed: 4 } });
    await increase(id, 1);
    expect((await base.read(id)).total).toBe(3);
  });

  it('of several at once loses none', async () => {
    const id = await offline(10);
    const row = { sql: 'select id from commodities where id = :id for update', bindings: { id }, waiting: 4 };
    await allAtOnce(
      base,
      row,
      [1, 2, 3, 4].map((pieces) => () => increase(id, pieces)),
    );
    expect((await base.read(id)).total).toBe(20);
  });

  it('and bringing online at once: never both', async () => {
    const id = await offline(10);
    const row = { sql: 'select id from commodities where id = :id for update', bindings: { id }, waiting: 2 };
    const settled = await allAtOnce(base, row, [() => increase(id, 5), () => shift(id, 'bring-online')]);
    const added = settled[0]?.status === 'fulfilled' ? 5 : 0;
    expect(await base.read(id)).toMatchObject({ state: 'online', total: 10 + added });
    expect(await base.movements(id)).toHaveLength(added === 0 ? 1 : 2);
  });
});

describe('expiry', () => {
  it('is there at its time for every read and gate, before anybody wrote it down', async () => {
    const online = await base.stocked(10);
    const away = await offline(10);
    for (const id of [online, away]) {
      await pass(id);
      expect((await base.read(id)).state).toBe('expired');
      for (const act of ['take-offline', 'bring-online'] as const)
        await expect(shift(id, act)).rejects.toMatchObject({ facts: { state: 'expired', allowed: [] } });
      await expect(increase(id, 1)).rejects.toMatchObject({ code: 'WRONG_STATE', facts: { state: 'expired' } });
      expect(await listed('online')).not.toContain(id);
      expect(await listed('offline')).not.toContain(id);
      expect(await listed('expired')).toContain(id);
    }
    expect(await listed('online')).not.toHaveLength(0);
  });

  it('is written down a batch at a time, once, and nothing else is touched', async () => {
    await expireAll(1_000);
    const lasting = await base.stocked(1);
    const draft = await base.draft();
    const due = [await base.stocked(1), await offline(1), await base.stocked(1)];
    for (const id of [...due, draft]) await pass(id);
    expect([await expireAll(2), await expireAll(2), await expireAll(2)]).toEqual([2, 1, 0]);
    for (const id of due) {
      expect(await listed('expired')).toContain(id);
      expect((await base.audited(id)).at(-1)).toBe('commodity.expire');
      await expect(shift(id, 'bring-online')).rejects.toMatchObject({ code: 'WRONG_STATE' });
    }
    expect((await base.read(lasting)).state).toBe('online');
    expect((await base.read(draft)).state).toBe('draft');
  });

  it('leaves what somebody works on for the next round', async () => {
    const [busy, free] = [await base.stocked(1), await base.stocked(1)];
    for (const id of [busy, free]) await pass(id);
    await base.inTrx(async (trx) => {
      await run(trx, 'select 1 from commodities where id = :id for no key update', { id: busy });
      expect(await expireAll(10)).toBe(1);
    });
    expect(await expireAll(10)).toBe(1);
  });
});
