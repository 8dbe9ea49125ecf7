import { run } from '../../db/connection';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { demoTenants, subStockRows, type GoodsOptions } from '../support/sub-stock-rows';

const [own, other] = demoTenants;
const points = { kind: 'points', pointsPrice: 100 } as const;
const mixed = { kind: 'points_and_cash', pointsPrice: 100, cashFen: 990 } as const;
const yesterday = new Date(Date.now() - 86_400_000);
const tomorrow = new Date(Date.now() + 86_400_000);
const nextWeek = new Date(Date.now() + 7 * 86_400_000);

describe('listings', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let stranger: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    manager = await mallflow.as('manager@demo');
    stranger = await mallflow.as('manager2@demo');
  });
  afterAll(() => mallflow.stop());

  const goods = async (options: GoodsOptions = {}, whose = own) =>
    (await subStockRows(mallflow.database.owner, whose, options)).subStockId;
  const post = (body: Record<string, unknown>) =>
    manager.post('/v1/listings', { name: '帆布袋', exchange: points, ...body });
  async function listed(options: GoodsOptions = {}, body: Record<string, unknown> = {}): Promise<Body> {
    const { status, body: listing } = await post({ subStockId: await goods(options), ...body });
    expect(status).toBe(201);
    return listing;
  }
  const act = (id: string, command: string) => manager.post(`/v1/listings/${id}/${command}`);
  const alter = (set: string, id: string) => run(mallflow.database.owner, `update ${set} where id = :id`, { id });
  function expectRefusal({ status, body }: Reply, expected: number, code: string, path?: string) {
    expect([status, body.code]).toEqual([expected, code]);
    if (path !== undefined) expect(body.errors).toMatchObject([{ path, code }]);
  }

  describe('are configured', () => {
    it('offline, into the default section, with the price as it was given', async () => {
      const subStockId = await goods();
      const { status, body } = await post({ subStockId });
      const sections = await manager.get('/v1/mall-sections');
      expect(status).toBe(201);
      expect(body).toMatchObject({
        ...{ state: 'offline', mallId: own.mallId, subStockId, name: '帆布袋', category: 'physical' },
        ...{ sectionId: sections.body.items[0].id, exchange: points, actions: ['bring-online', 'edit', 'void'] },
        ...{ strikePriceFen: null, saleFrom: null, saleUntil: null, rules: null, description: null, arrivalDays: null },
      });
      expect((await manager.get(`/v1/listings/${body.id}`)).body).toEqual(body);
    });

    it('with null for what is left out', async () => {
      const subStockId = await goods();
      const nothing = { sectionId: null, strikePriceFen: null, saleFrom: null, saleUntil: null, rules: null };
      expect((await post({ subStockId, ...nothing, description: null, arrivalDays: null })).status).toBe(201);
    });

    it('and may be shown only with what stands behind them', async () => {
      const subStockId = await goods();
      const { body: listing } = await post({ subStockId });
      const actions = async () => (await manager.get(`/v1/listings/${listing.id}`)).body.actions as string[];
      expect(await actions()).toContain('bring-online');
      await alter(`sub_stocks set state = 'offline'`, subStockId);
      expect(await actions()).toEqual(['edit', 'void']);
      await alter(`sub_stocks set state = 'online', valid_until = now()`, subStockId);
      expect(await actions()).toEqual(['edit', 'void']);
      expectRefusal(await post({ subStockId }), 422, 'TIME_PAST', '/subStockId');
    });

    it('with everything the page asks for', async () => {
      const { body: section } = await manager.post('/v1/mall-sections', { mallId: own.mallId, name: '秒杀' });
      const details = {
        ...{ name: '会员帆布袋', sectionId: section.id, exchange: mixed, strikePriceFen: 4_900 },
        ...{ saleFrom: tomorrow.toISOString(), saleUntil: nextWeek.toISOString() },
        ...{ rules: '每人一件', description: '帆布', arrivalDays: 3 },
      };
      expect(await listed({}, details)).toMatchObject(details);
    });

    it('a red packet for points and cash', async () => {
      expect(await listed({ category: 'wechat_red_packet' }, { exchange: mixed })).toMatchObject({ exchange: mixed });
    });

    it.each<[string, GoodsOptions, Record<string, unknown>, number, string, string]>([
      [
        'a red packet for points alone',
        { category: 'wechat_red_packet' },
        {},
        422,
        'RED_PACKET_NEEDS_CASH',
        '/exchange/kind',
      ],
      ['e-commerce goods', { purpose: 'e_commerce' }, {}, 422, 'NOT_LISTABLE', '/subStockId'],
      ['sub-stock that is offline', { state: 'offline' }, {}, 409, 'SUB_STOCK_OFFLINE', '/subStockId'],
      ['a sale that is over', {}, { saleUntil: yesterday.toISOString() }, 422, 'TIME_PAST', '/saleUntil'],
      ['an unknown section', {}, { sectionId: 'sec_none' }, 422, 'REFERENCE_NOT_FOUND', '/sectionId'],
    ])('but not %s', async (_, options, body, status, code, path) => {
      expectRefusal(await post({ subStockId: await goods(options), ...body }), status, code, path);
    });

    it('but not from what is another enterprise’s: sub-stock, section', async () => {
      expectRefusal(await post({ subStockId: await goods({}, other) }), 422, 'REFERENCE_NOT_FOUND', '/subStockId');
      expectRefusal(await post({ subStockId: 'sub_none' }), 422, 'REFERENCE_NOT_FOUND', '/subStockId');
      const sectionId = (await stranger.get('/v1/mall-sections')).body.items[0].id as string;
      expectRefusal(await post({ subStockId: await goods(), sectionId }), 422, 'REFERENCE_NOT_FOUND', '/sectionId');
    });

    it('but not with faults, which are all told at once', async () => {
      const refused = await post({
        exchange: { ...points, pointsPrice: 0, cashFen: 1 },
        arrivalDays: -1,
        colour: 'red',
      });
      expect(refused.status).toBe(400);
      expect(refused.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(
        ['/arrivalDays', '/colour', '/exchange/cashFen', '/exchange/pointsPrice', '/subStockId'].sort(),
      );
    });
  });

  describe('are brought online', () => {
    it('and taken offline, each as often as one likes', async () => {
      const { id } = await listed();
      for (const [command, state, actions] of [
        ['bring-online', 'online', ['take-offline']],
        ['bring-online', 'online', ['take-offline']],
        ['take-offline', 'offline', ['bring-online', 'edit', 'void']],
        ['take-offline', 'offline', ['bring-online', 'edit', 'void']],
      ] as const) {
        const { status, body } = await act(id, command);
        expect([status, body]).toMatchObject([200, { id, state, actions }]);
      }
    });

    it('leaving one audit row for each change and none for a repetition', async () => {
      const { id } = await listed();
      await act(id, 'bring-online');
      await act(id, 'bring-online');
      const operator = await mallflow.as('operator@demo');
      const { body } = await operator.get(`/v1/audit?subjectId=${id}`);
      expect(body.items.map(({ action }: Body) => action)).toEqual(['listing.bring-online', 'listing.add']);
    });

    it('but not while their sub-stock is offline', async () => {
      const { id, subStockId } = await listed();
      await alter(`sub_stocks set state = 'offline'`, subStockId);
      const refused = await act(id, 'bring-online');
      expectRefusal(refused, 409, 'SUB_STOCK_OFFLINE');
      expect(refused.body).toMatchObject({ state: 'offline', allowed: ['edit', 'void'] });
    });

    it.each([
      ['the validity of the sub-stock', `sub_stocks set valid_until = now()`, '/validUntil'],
      ['the commodity’s time', `commodities set expires_at = now()`, '/expiresAt'],
    ])('but not when %s is over', async (_, over, path) => {
      const { id, subStockId } = await listed();
      const behind = `(select commodity_id from sub_stocks where id = '${String(subStockId)}')`;
      await run(mallflow.database.owner, `update ${over} where id in ('${String(subStockId)}', ${behind})`);
      expectRefusal(await act(id, 'bring-online'), 422, 'TIME_PAST', path);
    });

    it('but not at a price their goods do not allow, however it came there', async () => {
      const { id } = await listed({ category: 'wechat_red_packet' }, { exchange: mixed });
      await alter(`listings set exchange_kind = 'points', cash_fen = null`, id);
      expectRefusal(await act(id, 'bring-online'), 422, 'RED_PACKET_NEEDS_CASH', '/exchange/kind');
    });
  });

  describe('are edited', () => {
    it('while they are offline; null takes a detail away, what is left out stays', async () => {
      const { id } = await listed({}, { strikePriceFen: 4_900, rules: '每人一件', saleFrom: yesterday.toISOString() });
      const { body: section } = await manager.post('/v1/mall-sections', { mallId: own.mallId, name: '换区' });
      const change = {
        exchange: mixed,
        sectionId: section.id,
        strikePriceFen: null,
        saleUntil: tomorrow.toISOString(),
      };
      const { status, body } = await manager.patch(`/v1/listings/${id}`, change);
      const stays = { name: '帆布袋', rules: '每人一件', saleFrom: yesterday.toISOString(), state: 'offline' };
      expect([status, body]).toMatchObject([200, { ...change, ...stays }]);
      const { body: pure } = await manager.patch(`/v1/listings/${id}`, { exchange: points, saleFrom: null });
      expect(pure).toMatchObject({ exchange: points, saleFrom: null, saleUntil: change.saleUntil, name: '帆布袋' });
    });

    it('not while they are online', async () => {
      const { id } = await listed();
      await act(id, 'bring-online');
      for (const refused of [await manager.patch(`/v1/listings/${id}`, { name: '新名' }), await act(id, 'void')]) {
        expectRefusal(refused, 409, 'LISTING_ONLINE');
        expect(refused.body).toMatchObject({ state: 'online', allowed: ['take-offline'] });
      }
      expect((await manager.get(`/v1/listings/${id}`)).body).toMatchObject({ name: '帆布袋', state: 'online' });
    });

    it.each<[string, GoodsOptions, Record<string, unknown>, number, string, string]>([
      [
        'a red packet to points alone',
        { category: 'wechat_red_packet' },
        { exchange: points },
        422,
        'RED_PACKET_NEEDS_CASH',
        '/exchange/kind',
      ],
      ['a sale to one that is over', {}, { saleUntil: yesterday.toISOString() }, 422, 'TIME_PAST', '/saleUntil'],
      ['a section to an unknown one', {}, { sectionId: 'sec_none' }, 422, 'REFERENCE_NOT_FOUND', '/sectionId'],
      [
        'a sale to one that ends before it begins',
        {},
        { saleFrom: nextWeek.toISOString() },
        422,
        'TIME_ORDER',
        '/saleUntil',
      ],
      ['nothing', {}, {}, 400, 'VALIDATION_FAILED', ''],
    ])('but not from %s', async (_, options, change, status, code, path) => {
      const { id } = await listed(options, { exchange: mixed, saleUntil: tomorrow.toISOString() });
      const refused = await manager.patch(`/v1/listings/${id}`, change);
      expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([status, code, path]);
    });

    it('also when a sale that was over before is not what is changed', async () => {
      const { id } = await listed();
      await alter(`listings set sale_until = now() - interval '1 day'`, id);
      expect((await manager.patch(`/v1/listings/${id}`, { name: '新名' })).status).toBe(200);
    });
  });

  it('are void for good: nothing leads back, but they are still there', async () => {
    const { id } = await listed();
    for (const time of [1, 2]) expect([time, (await act(id, 'void')).status]).toEqual([time, 200]);
    for (const refused of [
      await act(id, 'bring-online'),
      await act(id, 'take-offline'),
      await manager.patch(`/v1/listings/${id}`, { name: '新名' }),
    ]) {
      expectRefusal(refused, 409, 'WRONG_STATE');
      expect(refused.body).toMatchObject({ state: 'void', allowed: [] });
    }
    const { body } = await manager.get(`/v1/listings?mallId=${own.mallId}&state=void`);
    expect(body.items.map((listing: Body) => listing.id)).toContain(id);
    expect((await manager.get('/v1/listings?state=sold')).status).toBe(400);
  });

  describe('are chosen from sub-stock', () => {
    const names = async (query: string) => {
      const { status, body } = await manager.get(`/v1/listing-candidates?mallId=${own.mallId}&${query}`);
      expect(status).toBe(200);
      return body.items.map(({ name }: { name: string }) => name);
    };

    it('that is online, with what to price it by', async () => {
      const options = { name: '候选玻璃杯', allocated: 9, consumed: 2, expiresAt: nextWeek, validUntil: tomorrow };
      const { subStockId, commodityId } = await subStockRows(mallflow.database.owner, own, options);
      const { body } = await manager.get(`/v1/listing-candidates?mallId=${own.mallId}&name=玻璃杯`);
      expect(body.items).toMatchObject([
        {
          ...{ id: subStockId, subStockId, commodityId, mallId: own.mallId, name: '候选玻璃杯', state: 'online' },
          ...{ source: 'own', category: 'physical', priceFen: 2_900, left: 7, expiresAt: nextWeek.toISOString() },
          ...{ validFrom: null, validUntil: tomorrow.toISOString() },
        },
      ]);
    });

    it('by name, source and category', async () => {
      await goods({ name: '筛选 Coupon', category: 'coupon' });
      await goods({ name: '筛选码', category: 'cdk' });
      expect(await names('name=筛选')).toEqual(['筛选码', '筛选 Coupon']);
      expect(await names('name=筛选&category=coupon')).toEqual(['筛选 Coupon']);
      expect(await names('name=coupon&source=own')).toEqual(['筛选 Coupon']);
      expect(await names('name=筛选&source=purchased')).toEqual([]);
      for (const query of ['source=stolen', 'category=gold', 'price=1'])
        expect([query, (await manager.get(`/v1/listing-candidates?${query}`)).status]).toEqual([query, 400]);
    });

    it.each<[string, GoodsOptions]>([
      ['is offline', { state: 'offline' }],
      ['is for e-commerce', { purpose: 'e_commerce' }],
      ['is no longer valid', { validUntil: yesterday }],
      ['has expired', { expiresAt: yesterday }],
    ])('but not from what %s', async (what, options) => {
      await goods({ ...options, name: `不可选：${what}` });
      expect(await names('name=不可选')).toEqual([]);
    });
  });
});
