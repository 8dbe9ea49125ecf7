import { firstRow, run, type Trx } from '../../db/connection';
import { listingById, listListings, shelfOf } from '../../db/mall/listing-queries';
import {
  addListing,
  bringOnline,
  editListing,
  takeOffline,
  voidListing,
  type NewListing,
} from '../../db/mall/listing-repository';
import { addMall } from '../../db/mall/repository';
import { listSections, sectionById } from '../../db/mall/section-queries';
import { addSection, deleteSection, renameSection } from '../../db/mall/section-repository';
import { newId } from '../../db/new-id';
import { eventually } from '../support/eventually';
import { subStockRows, type GoodsOptions } from '../support/sub-stock-rows';
import { failureOf, furnish, type Furnished } from './furnished';

let base: Furnished;
let mallId: string;
beforeAll(async () => {
  base = await furnish();
  mallId = await newMall();
});
afterAll(() => base.drop());

const newMall = () =>
  base.inTrx((trx) => addMall(trx, { enterpriseId: base.enterpriseId, name: '星河积分商城', limit: 100 }));

async function newSection(): Promise<string> {
  const id = newId('section');
  await base.inTrx((trx) => addSection(trx, { id, mallId, name: id.slice(-20) }));
  return id;
}

const newGoods = (options: GoodsOptions = {}) =>
  subStockRows(base.owner, { enterpriseId: base.enterpriseId, mallId, accountId: base.managerId }, options);

async function listingOf(change: Partial<NewListing> = {}): Promise<NewListing> {
  return {
    id: newId('listing'),
    enterpriseId: base.enterpriseId,
    subStockId: change.subStockId ?? (await newGoods()).subStockId,
    sectionId: null,
    name: '帆布袋',
    exchange: { kind: 'points', pointsPrice: 100 },
    strikePriceFen: null,
    saleFrom: null,
    saleUntil: null,
    rules: null,
    description: null,
    arrivalDays: null,
    ...change,
  };
}

async function listed(change: Partial<NewListing> = {}): Promise<string> {
  const listing = await listingOf(change);
  await base.inTrx((trx) => addListing(trx, listing));
  return listing.id;
}

const stateOf = async (id: string) => (await listingById(base.db, base.enterpriseId, id))?.state;

/** `second` begins while `first` is done but not committed, and must wait for it; what came of `second`. */
async function inTurn<R>(first: (trx: Trx) => Promise<unknown>, second: () => Promise<R>, by = base.db): Promise<R> {
  const trx = await by.transaction();
  try {
    await first(trx);
    const outcome = second();
    // Whatever it comes to is looked at below.
    outcome.catch(() => undefined);
    const blocked = () =>
      firstRow<{ n: number }>(
        base.owner,
        `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
    await eventually(blocked, (found) => found?.n === 1);
    await trx.commit();
    return await outcome;
  } finally {
    if (!trx.isCompleted()) await trx.rollback();
  }
}

describe('a mall', () => {
  it('starts with one section, the default one', async () => {
    const page = await listSections(base.db, [await newMall()], { limit: 10, after: null });
    expect(page.items).toEqual([expect.objectContaining({ name: '默认分区', isDefault: true, isEmpty: true })]);
  });
});

describe('a section', () => {
  it('has a name of its own in its mall, and may have that of another mall’s', async () => {
    const [id, elsewhere] = [await newSection(), await newMall()];
    await base.inTrx((trx) => renameSection(trx, { id, name: '会员专享' }));
    const again = base.inTrx((trx) => addSection(trx, { id: newId('section'), mallId, name: '会员专享' }));
    await expect(again).rejects.toMatchObject({ code: 'NAME_TAKEN', facts: { errors: [{ path: '/name' }] } });
    await base.inTrx((trx) => addSection(trx, { id: newId('section'), mallId: elsewhere, name: '会员专享' }));
  });

  it('is deleted under a listing that is void, which stays without one', async () => {
    const sectionId = await newSection();
    const id = await listed({ sectionId });
    const remove = () => base.inTrx((trx) => deleteSection(trx, sectionId));
    await expect(remove()).rejects.toMatchObject({ code: 'SECTION_NOT_EMPTY' });
    expect(await sectionById(base.db, base.enterpriseId, sectionId)).toMatchObject({ isEmpty: false });
    await base.inTrx((trx) => voidListing(trx, id));
    expect(await sectionById(base.db, base.enterpriseId, sectionId)).toMatchObject({ isEmpty: true });
    await remove();
    expect(await listingById(base.db, base.enterpriseId, id)).toMatchObject({ state: 'void', sectionId: null });
    await expect(remove()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const rename = base.inTrx((trx) => renameSection(trx, { id: sectionId, name: '新名' }));
    await expect(rename).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('into which a listing is just being put is not deleted', async () => {
    const sectionId = await newSection();
    const listing = await listingOf({ sectionId });
    const deleted = inTurn(
      (trx) => addListing(trx, listing),
      () => base.inTrx((trx) => deleteSection(trx, sectionId)),
    );
    await expect(deleted).rejects.toMatchObject({ code: 'SECTION_NOT_EMPTY' });
    expect(await stateOf(listing.id)).toBe('offline');
  });

  it('that is just being deleted takes no listing any more, new or moved', async () => {
    const moved = await listed();
    const listing = await listingOf();
    const attempts = [
      (sectionId: string) => base.inTrx((trx) => addListing(trx, { ...listing, sectionId })),
      (sectionId: string) => base.inTrx((trx) => editListing(trx, moved, { sectionId })),
    ];
    for (const attempt of attempts) {
      const sectionId = await newSection();
      const put = inTurn(
        (trx) => deleteSection(trx, sectionId),
        () => attempt(sectionId),
      );
      await expect(put).rejects.toMatchObject({
        code: 'REFERENCE_NOT_FOUND',
        facts: { errors: [{ path: '/sectionId' }] },
      });
    }
  });
});

describe('a listing', () => {
  it('brought online while it is being voided finds it void', async () => {
    const id = await listed();
    const online = inTurn(
      (trx) => voidListing(trx, id),
      () => base.inTrx((trx) => bringOnline(trx, id)),
    );
    await expect(online).rejects.toMatchObject({ code: 'WRONG_STATE', facts: { state: 'void', allowed: [] } });
    expect(await stateOf(id)).toBe('void');
  });

  it('voided or edited while it is being brought online finds it online', async () => {
    for (const change of [voidListing, (trx: Trx, id: string) => editListing(trx, id, { name: '新名' })]) {
      const id = await listed();
      const changed = inTurn(
        (trx) => bringOnline(trx, id),
        () => base.inTrx<unknown>((trx) => change(trx, id)),
      );
      await expect(changed).rejects.toMatchObject({ code: 'LISTING_ONLINE', facts: { allowed: ['take-offline'] } });
      expect(await listingById(base.db, base.enterpriseId, id)).toMatchObject({ state: 'online', name: '帆布袋' });
    }
  });

  it('does not come online while its sub-stock is being taken offline', async () => {
    const { subStockId } = await newGoods();
    const id = await listed({ subStockId });
    const online = inTurn(
      (trx) => run(trx, `update sub_stocks set state = 'offline' where id = :subStockId`, { subStockId }),
      () => base.inTrx((trx) => bringOnline(trx, id)),
      base.owner,
    );
    await expect(online).rejects.toMatchObject({ code: 'SUB_STOCK_OFFLINE', facts: { allowed: ['edit', 'void'] } });
    expect(await stateOf(id)).toBe('offline');
  });

  it('tells a repeated command that nothing was left to do', async () => {
    const id = await listed();
    for (const act of [bringOnline, takeOffline, voidListing]) {
      expect(await base.inTrx((trx) => act(trx, id))).toBe(true);
      expect(await base.inTrx((trx) => act(trx, id))).toBe(false);
    }
  });

  it('for which two ask at once comes online once', async () => {
    const id = await listed();
    const again = inTurn(
      (trx) => bringOnline(trx, id),
      () => base.inTrx((trx) => bringOnline(trx, id)),
    );
    expect(await again).toBe(false);
  });
});

describe('by constraint, even when the code forgets,', () => {
  it.each([
    [
      'has two default sections',
      `insert into mall_sections (id, mall_id, name, is_default) values ('s', :mallId, 'x', true)`,
      'mall_sections_one_default',
    ],
    ['is in an unknown state', `update listings set state = 'sold'`, 'listings_state_check'],
    ['costs nothing', 'update listings set points_price = 0', 'listings_points_price_check'],
    ['costs too many points', 'update listings set points_price = 100000001', 'listings_points_price_check'],
    ['costs no cash', `update listings set exchange_kind = 'points_and_cash', cash_fen = 0`, 'listings_cash_fen_check'],
    [
      'costs too much cash',
      `update listings set exchange_kind = 'points_and_cash', cash_fen = 10000001`,
      'listings_cash_fen_check',
    ],
    ['takes cash unsaid', 'update listings set cash_fen = 1', 'listings_cash_goes_with_kind'],
    ['has no section', 'update listings set section_id = null', 'listings_have_section'],
    ['has its section deleted', 'delete from mall_sections', 'listings_have_section'],
    ['ends before it begins', `update listings set sale_from = now(), sale_until = now()`, 'listings_sale'],
  ])('nothing %s', async (_, statement, constraint) => {
    const id = await listed();
    // One row each, so that what fails is what the case is about.
    const one = statement.startsWith('update') ? `${statement} where id = :id` : statement;
    expect(await failureOf(base.inTrx((trx) => run(trx, one, { id, mallId })))).toMatchObject({ constraint });
  });
});

describe('what malls show', () => {
  it('is of the malls asked for alone, newest first over all of them', async () => {
    const [first, second] = [await newMall(), await newMall()];
    const ids: string[] = [];
    for (const mall of [first, second, first, second, first]) {
      const whose = { enterpriseId: base.enterpriseId, mallId: mall, accountId: base.managerId };
      const { subStockId } = await subStockRows(base.owner, whose);
      ids.unshift(await listed({ subStockId }));
    }
    const page = await listListings(base.db, [first, second], { state: null }, { limit: 3, after: null });
    expect(page.items.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const rest = await listListings(base.db, [first, second], { state: null }, { limit: 3, after: page.nextCursor });
    expect([rest.items.map(({ id }) => id), rest.nextCursor]).toEqual([ids.slice(3), null]);
    const own = await listListings(base.db, [second], { state: 'offline' }, { limit: 10, after: null });
    expect(own.items.map(({ id }) => id)).toEqual([ids[1], ids[3]]);
    expect((await listListings(base.db, [first], { state: 'void' }, { limit: 10, after: null })).items).toEqual([]);
  });

  it('on a shelf is found without looking at anything that is not there', async () => {
    const sectionId = await newSection();
    const { subStockId } = await newGoods();
    const ids = [await listed({ subStockId, sectionId }), await listed({ subStockId, sectionId })];
    for (const id of ids) await base.inTrx((trx) => bringOnline(trx, id));
    await listed({ subStockId, sectionId });
    const shelf = { mallId, sectionId, memberId: null };
    const page = await shelfOf(base.db, shelf, { limit: 10, after: null });
    expect(page.items.map(({ id }) => id)).toEqual([...ids].reverse());
    expect(page.items[0]).toMatchObject({ left: 10, subStockState: 'online', availablePoints: null });
  });
});
