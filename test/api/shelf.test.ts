import { run } from '../../db/connection';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { demoTenants, subStockRows, type GoodsOptions } from '../support/sub-stock-rows';

const [own, other] = demoTenants;
const shelfPath = `/v1/malls/${own.mallId}/shelf`;
const yesterday = new Date(Date.now() - 86_400_000);
const tomorrow = new Date(Date.now() + 86_400_000);

describe('the shelf', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let member: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    manager = await mallflow.as('manager@demo');
    member = await mallflow.as('member@demo');
  });
  afterAll(() => mallflow.stop());

  async function online(options: GoodsOptions = {}, body: Record<string, unknown> = {}): Promise<Body> {
    const { subStockId } = await subStockRows(mallflow.database.owner, own, options);
    const exchange = { kind: 'points', pointsPrice: 10_000 };
    const listing = await manager.post('/v1/listings', { subStockId, name: '帆布袋', exchange, ...body });
    const { status, body: shown } = await manager.post(`/v1/listings/${listing.body.id}/bring-online`);
    expect(status).toBe(200);
    return shown;
  }
  const alter = (set: string, id: string) => run(mallflow.database.owner, `update ${set} where id = :id`, { id });
  const on = async (client: HttpClient, id: string): Promise<Body> => {
    const { status, body } = await client.get(`${shelfPath}?limit=200`);
    expect(status).toBe(200);
    return body.items.find((item: Body) => item.id === id);
  };

  it('shows what is online under the listing’s id, to members and managers alike, and nothing else', async () => {
    const listing = await online({}, { strikePriceFen: 4_900, description: '帆布' });
    const shown = await on(member, listing.id);
    const { takenDown: _, ...told } = listing;
    expect(shown).toEqual({ ...told, actions: [], redemptionNote: '每人限兑一件', redeemable: true });
    expect(await on(manager, listing.id)).toEqual(shown);
    await manager.post(`/v1/listings/${listing.id}/take-offline`);
    expect(await on(member, listing.id)).toBeUndefined();
    await manager.post(`/v1/listings/${listing.id}/void`);
    expect(await on(member, listing.id)).toBeUndefined();
  });

  it('shows the images its commodity was added with', async () => {
    const { imageId, subStockId } = await subStockRows(mallflow.database.owner, own);
    const exchange = { kind: 'points', pointsPrice: 1 };
    const { body: listing } = await manager.post('/v1/listings', { subStockId, name: '帆布袋', exchange });
    expect(listing).toMatchObject({ coverUrl: `/images/${imageId}`, detailUrl: `/images/${imageId}` });
    await manager.post(`/v1/listings/${listing.id}/bring-online`);
    expect(await on(member, listing.id)).toMatchObject({ coverUrl: `/images/${imageId}` });
  });

  it('goes on showing a listing whose sub-stock was taken offline, and says why it is not redeemable', async () => {
    const listing = await online();
    await alter(`sub_stocks set state = 'offline'`, listing.subStockId);
    expect(await on(member, listing.id)).toMatchObject({ redeemable: false, reason: 'SUB_STOCK_OFFLINE' });
    await alter(`sub_stocks set state = 'online'`, listing.subStockId);
    expect(await on(member, listing.id)).toMatchObject({ redeemable: true });
  });

  it.each<[string, GoodsOptions, Record<string, unknown>, string | null]>([
    ['SOLD_OUT', { allocated: 3, consumed: 3 }, {}, null],
    ['NOT_YET_VALID', { validFrom: tomorrow }, {}, null],
    ['EXPIRED', {}, {}, `sub_stocks set valid_until = now()`],
    ['SALE_NOT_OPEN', {}, { saleFrom: tomorrow.toISOString() }, null],
    ['SALE_OVER', {}, { saleFrom: yesterday.toISOString(), saleUntil: tomorrow.toISOString() }, 'sale'],
  ])('says %s', async (reason, options, body, later) => {
    const listing = await online(options, body);
    if (later === 'sale') await alter('listings set sale_until = now()', listing.id);
    else if (later !== null) await alter(later, listing.subStockId);
    for (const client of [member, manager])
      expect(await on(client, listing.id)).toMatchObject({ redeemable: false, reason });
  });

  it('counts the points of the member who looks, and nobody’s when the manager looks', async () => {
    const { body: me } = await member.get('/v1/me');
    const dear = await online({}, { exchange: { kind: 'points_and_cash', pointsPrice: 10_001, cashFen: 1 } });
    expect(await on(member, dear.id)).toMatchObject({ redeemable: false, reason: 'POINTS_SHORT' });
    expect(await on(manager, dear.id)).toMatchObject({ redeemable: true });
    await manager.post(`/v1/members/${me.memberId}/points`, { delta: 1, reason: '补一分' });
    expect(await on(member, dear.id)).toMatchObject({ redeemable: true });
    expect(await on(await mallflow.as('member2@demo'), dear.id)).toMatchObject({ reason: 'POINTS_SHORT' });
  });

  it('can be seen section by section', async () => {
    const { body: section } = await manager.post('/v1/mall-sections', { mallId: own.mallId, name: '专区' });
    const listing = await online({}, { sectionId: section.id });
    const { body } = await member.get(`${shelfPath}?sectionId=${section.id}`);
    expect(body).toMatchObject({ items: [{ id: listing.id, sectionId: section.id }], nextCursor: null });
    expect((await member.get(`${shelfPath}?sectionId=sec_none`)).body.items).toEqual([]);
    expect((await member.get(`${shelfPath}?colour=red`)).status).toBe(400);
  });

  it('of another mall is not there, for members and managers', async () => {
    for (const client of [member, manager])
      for (const mallId of [other.mallId, 'mal_none']) {
        const { status, body } = await client.get(`/v1/malls/${mallId}/shelf`);
        expect([mallId, status, body.code]).toEqual([mallId, 404, 'NOT_FOUND']);
      }
  });
});
