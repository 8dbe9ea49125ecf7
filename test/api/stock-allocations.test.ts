import { randomUUID } from 'node:crypto';
import { run } from '../../db/connection';
import { commodityRow, numbersOf, proposalOf, propose } from '../support/allocations';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { demoTenants } from '../support/sub-stock-rows';

const [own, other] = demoTenants;

let mallflow: Installation;
let manager: HttpClient;
let stranger: HttpClient;
beforeAll(async () => {
  mallflow = await startInstallation();
  manager = await mallflow.as('manager@demo');
  stranger = await mallflow.as('manager2@demo');
});
afterAll(() => mallflow.stop());

const commodity = (options: Parameters<typeof commodityRow>[1] = {}) => commodityRow(mallflow.database.owner, options);
const numbers = (id: string) => numbersOf(mallflow.database.owner, id);
const act = (id: string, name: 'confirm' | 'cancel') => manager.post(`/v1/stock-allocations/${id}/${name}`);
const texts = (allocation: Body) => (allocation.history as { text: string }[]).map(({ text }) => text);

describe('an allocation', () => {
  it('is proposed: the stock is held, and the answer shows everything there is to confirm', async () => {
    const id = await commodity();
    const terms = {
      quantity: 40,
      dailyLimit: 5,
      memberLimits: [{ period: 'day', count: 1 }],
      validFrom: '2026-01-01T00:00:00.000Z',
      validUntil: '2099-01-01T00:00:00.000Z',
      autoAward: false,
      remark: '双旦活动',
    };
    const proposed = await propose(manager, id, terms);
    expect(proposed).toEqual({
      id: expect.stringMatching(/^alo_[0-9a-z]{26}$/),
      processId: proposed.id.replace('alo_', 'prc_'),
      state: 'awaiting_confirmation',
      commodityId: id,
      mallId: own.mallId,
      ...terms,
      award: null,
      preview: { leftBefore: 100, leftAfter: 60 },
      expiresAt: expect.any(String),
      history: [expect.objectContaining({ from: null, to: 'awaiting_confirmation' })],
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      actions: ['confirm', 'cancel'],
    });
    expect(Date.parse(proposed.expiresAt as string) - Date.parse(proposed.createdAt as string)).toBe(30 * 60_000);
    expect(await numbers(id)).toEqual({ total: 100, allocated: 0, held: 40, left: 60 });
    const { stock } = (await manager.get(`/v1/commodities/${id}`)).body;
    expect(stock).toEqual({ total: 100, allocated: 0, held: 40, left: 60 });
    expect((await manager.get(`/v1/stock-allocations/${proposed.id}`)).body).toEqual(proposed);
  });

  it('is confirmed: what was held is the mall’s sub-stock, online, on the terms proposed', async () => {
    const id = await commodity({ category: 'coupon' });
    const award = { jumpLink: 'https://example.com/coupon' };
    const proposed = await propose(manager, id, { quantity: 100, award });
    const { status, body } = await act(proposed.id as string, 'confirm');
    expect([status, body.state, body.actions]).toEqual([200, 'confirmed', []]);
    expect(body.subStockId).toMatch(/^sub_/);
    const { body: subStock } = await manager.get(`/v1/sub-stocks/${body.subStockId}`);
    expect(subStock).toMatchObject({ state: 'online', commodityId: id, mallId: own.mallId, award, dailyLimit: -1 });
    expect(subStock.stock).toEqual({ allocated: 100, held: 0, consumed: 0, left: 100 });
    expect(await numbers(id)).toEqual({ total: 100, allocated: 100, held: 0, left: 0 });
  });

  it('is cancelled or confirmed once: repeating is answered 200 from the row, the other is refused', async () => {
    const id = await commodity();
    const [given, kept] = [await propose(manager, id), await propose(manager, id)];
    expect(await act(given.id as string, 'cancel')).toMatchObject({
      status: 200,
      body: { state: 'cancelled', actions: [] },
    });
    expect(await act(kept.id as string, 'confirm')).toMatchObject({ status: 200, body: { state: 'confirmed' } });
    const asked = jest.spyOn(mallflow.services.gateway, 'command');
    try {
      expect(await act(given.id as string, 'cancel')).toMatchObject({ status: 200, body: { state: 'cancelled' } });
      expect(await act(kept.id as string, 'confirm')).toMatchObject({ status: 200, body: { state: 'confirmed' } });
      for (const [allocation, name] of [
        [given, 'confirm'],
        [kept, 'cancel'],
      ] as const)
        expect(await act(allocation.id as string, name)).toMatchObject({
          ...{ status: 409, body: { code: 'WRONG_STATE', allowed: [] } },
        });
      expect(asked).not.toHaveBeenCalled();
    } finally {
      asked.mockRestore();
    }
    expect(await numbers(id)).toEqual({ total: 100, allocated: 10, held: 0, left: 90 });
  });

  it('tells its history in words, in both languages', async () => {
    const { id } = await propose(manager, await commodity());
    await act(id as string, 'confirm');
    const read = async (language: string) =>
      texts((await manager.get(`/v1/stock-allocations/${id}`, { headers: { 'accept-language': language } })).body);
    expect(await read('en')).toEqual([
      '王店长 proposed the allocation; its stock is held until it is confirmed',
      '王店长 confirmed it; the stock is the mall’s, online',
    ]);
    expect(await read('zh-CN')).toEqual([
      '王店长 提交了分配，库存已预占，等待确认',
      '王店长 确认分配，已进入产品子库存并上线',
    ]);
  });

  it('under one key happens once; the key takes no other body, and there must be one', async () => {
    const id = await commodity();
    const key = randomUUID();
    const first = await manager.post('/v1/stock-allocations', proposalOf(id), { key });
    const again = await manager.post('/v1/stock-allocations', proposalOf(id), { key });
    expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([201, first.body, 'true']);
    const reused = await manager.post('/v1/stock-allocations', proposalOf(id, { quantity: 9 }), { key });
    expect([reused.status, reused.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const keyless = await manager.post('/v1/stock-allocations', proposalOf(id), { key: null });
    expect([keyless.status, keyless.body.code]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
    expect(await numbers(id)).toMatchObject({ held: 10 });
  });

  it('of which there are too many at once: what there is is held, and not one piece more', async () => {
    const id = await commodity();
    const replies = await Promise.all(
      Array.from({ length: 24 }, () => manager.post('/v1/stock-allocations', proposalOf(id))),
    );
    const counted = (status: number) => replies.filter((reply) => reply.status === status).length;
    expect([counted(201), counted(422)]).toEqual([10, 14]);
    expect(await numbers(id)).toEqual({ total: 100, allocated: 0, held: 100, left: 0 });
  });
});

describe('what is refused', () => {
  const told = ({ status, body }: Reply) => [
    status,
    body.code,
    ((body.errors ?? []) as { path: string }[]).map(({ path }) => path),
  ];

  it.each<[string, Parameters<typeof commodityRow>[1], object, unknown[], object?]>([
    ['more than is left', {}, { quantity: 101 }, [422, 'STOCK_SHORT', ['/quantity']], { left: 100 }],
    [
      'a commodity that is offline',
      { state: 'offline' },
      {},
      [409, 'COMMODITY_OFFLINE', ['/commodityId']],
      { commodityState: 'offline' },
    ],
    [
      'one that is expired',
      { expiresAt: new Date(0) },
      {},
      [409, 'COMMODITY_OFFLINE', ['/commodityId']],
      { commodityState: 'expired' },
    ],
    [
      'its gate before its facts',
      { state: 'offline' },
      { quantity: 101 },
      [409, 'COMMODITY_OFFLINE', ['/commodityId']],
    ],
    ['a validity that is over', {}, { validUntil: '2020-01-01T00:00:00Z' }, [422, 'TIME_PAST', ['/validUntil']]],
    [
      'award settings of another category',
      {},
      { award: { jumpLink: 'https://a.example' } },
      [422, 'AWARD_MISMATCH', ['/award']],
    ],
    ['another tenant’s mall', {}, { mallId: other.mallId }, [422, 'REFERENCE_NOT_FOUND', ['/mallId']]],
    ['an unknown commodity', {}, { commodityId: 'com_none' }, [422, 'REFERENCE_NOT_FOUND', ['/commodityId']]],
    [
      'all that is not well formed',
      {},
      { quantity: 0, dailyLimit: 0, more: 1 },
      [400, 'VALIDATION_FAILED', ['/quantity', '/dailyLimit', '/more']],
    ],
  ])('%s', async (_, options, changes, expected, facts = {}) => {
    const id = await commodity(options);
    const asked = jest.spyOn(mallflow.services.gateway, 'create');
    try {
      const reply = await manager.post('/v1/stock-allocations', proposalOf(id, { ...changes }));
      expect(told(reply)).toEqual(expected);
      expect(reply.body).toMatchObject(facts);
      expect(asked).not.toHaveBeenCalled();
    } finally {
      asked.mockRestore();
    }
    expect(await numbers(id)).toMatchObject({ held: 0, allocated: 0 });
  });

  it('another tenant’s commodity, as if it did not exist', async () => {
    const theirs = await commodityRow(mallflow.database.owner, {}, other);
    expect(told(await manager.post('/v1/stock-allocations', proposalOf(theirs)))).toEqual([
      ...[422, 'REFERENCE_NOT_FOUND', ['/commodityId']],
    ]);
    const { id } = await propose(manager, await commodity());
    const replies = await Promise.all([
      stranger.get(`/v1/stock-allocations/${id}`),
      stranger.post(`/v1/stock-allocations/${id}/confirm`),
      stranger.post(`/v1/stock-allocations/${id}/cancel`),
      stranger.get(`/v1/stock-allocations?mallId=${own.mallId}`),
      manager.get(`/v1/stock-allocations?commodityId=${theirs}`),
    ]);
    for (const reply of replies) expect(told(reply)).toEqual([404, 'NOT_FOUND', []]);
  });

  it('to confirm what expired meanwhile; offline does not matter', async () => {
    const [expired, offline] = [await commodity(), await commodity()];
    const [late, fine] = [await propose(manager, expired), await propose(manager, offline)];
    await run(mallflow.database.owner, 'update commodities set expires_at = now() where id = :id', { id: expired });
    await run(mallflow.database.owner, `update commodities set state = 'offline' where id = :id`, { id: offline });
    const refused = await act(late.id as string, 'confirm');
    expect(told(refused)).toEqual([409, 'COMMODITY_OFFLINE', []]);
    expect(refused.body).toMatchObject({ commodityState: 'expired', allowed: ['cancel'] });
    expect((await manager.get(`/v1/stock-allocations/${late.id}`)).body.actions).toEqual(['cancel']);
    expect(await act(fine.id as string, 'confirm')).toMatchObject({ status: 200, body: { state: 'confirmed' } });
    expect(await act(late.id as string, 'cancel')).toMatchObject({ status: 200, body: { state: 'cancelled' } });
  });
});

it.each([
  [{ amountFen: 1, merchantName: '店', activityName: '活动' }, '/award/blessing', 'REQUIRED'],
  [{ pointsValue: '5', system: 'coral' }, '/award/pointsValue', 'TYPE'],
  [{ jumpLink: 'https://a.example', colour: 'red' }, '/award/colour', 'UNKNOWN_FIELD'],
])('award settings %j: the fault is told of the form they come nearest to', async (award, path, code) => {
  const { status, body } = await manager.post('/v1/stock-allocations', { award });
  expect(status).toBe(400);
  expect(body.errors).toContainEqual(expect.objectContaining({ path, code }));
});

describe('the list', () => {
  it('is filtered by state, commodity and mall, newest first, and knows no other filter', async () => {
    const id = await commodity();
    const [first, second] = [await propose(manager, id), await propose(manager, id)];
    await act(first.id as string, 'cancel');
    const ids = async (query: string) =>
      ((await manager.get(`/v1/stock-allocations?${query}`)).body.items as Body[]).map((item) => item.id as string);
    expect(await ids(`commodityId=${id}`)).toEqual([second.id, first.id]);
    expect(await ids(`commodityId=${id}&mallId=${own.mallId}&state=cancelled`)).toEqual([first.id]);
    const page = await manager.get(`/v1/stock-allocations?commodityId=${id}&limit=1`);
    expect(await ids(`commodityId=${id}&limit=1&cursor=${page.body.nextCursor}`)).toEqual([first.id]);
    for (const query of ['state=lost', 'q=x', 'limit=0', 'cursor=x'])
      expect([query, (await manager.get(`/v1/stock-allocations?${query}`)).status]).toEqual([query, 400]);
  });
});
