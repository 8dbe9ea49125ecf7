import { randomUUID } from 'node:crypto';
import { run } from '../../db/connection';
import { allocate, commodityRow, numbersOf, type CommodityOptions } from '../support/allocations';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { demoTenants } from '../support/sub-stock-rows';

const [own, other] = demoTenants;

let mallflow: Installation;
let manager: HttpClient;
beforeAll(async () => {
  mallflow = await startInstallation();
  manager = await mallflow.as('manager@demo');
});
afterAll(() => mallflow.stop());

const numbers = (id: string) => numbersOf(mallflow.database.owner, id);
const send = (id: string, name: string, body?: object, key?: string | null) =>
  manager.post(`/v1/sub-stocks/${id}/${name}`, body, key === undefined ? {} : { key });
const edit = (id: string, changes: object) => manager.call('PATCH', `/v1/sub-stocks/${id}`, changes);
const read = async (id: string): Promise<Body> => (await manager.get(`/v1/sub-stocks/${id}`)).body;
const movements = async (id: string) =>
  ((await manager.get(`/v1/sub-stocks/${id}/movements`)).body.items as Body[]).map(({ kind, quantity }) => [
    kind,
    quantity,
  ]);
const told = ({ status, body }: Reply) => [
  status,
  body.code,
  ((body.errors ?? []) as { path: string }[]).map(({ path }) => path),
];

/** A sub-stock of ten pieces, through its allocation; offline unless said otherwise. */
async function stocked(state: 'online' | 'offline' = 'offline', options: CommodityOptions = {}) {
  const commodityId = await commodityRow(mallflow.database.owner, options);
  const { id } = await allocate(manager, commodityId);
  if (state === 'offline') await send(id as string, 'take-offline');
  return { id: id as string, commodityId };
}

describe('a sub-stock', () => {
  it('is online at first, and shows what it has and what may be done with it', async () => {
    const { id, commodityId } = await stocked('online');
    expect(await read(id)).toEqual({
      id: expect.stringMatching(/^sub_[0-9a-z]{26}$/),
      state: 'online',
      processId: expect.stringMatching(/^prc_/),
      allocationId: expect.stringMatching(/^alo_/),
      commodityId,
      mallId: own.mallId,
      dailyLimit: -1,
      memberLimits: [],
      validFrom: null,
      validUntil: null,
      autoAward: true,
      remark: null,
      award: null,
      stock: { allocated: 10, held: 0, consumed: 0, left: 10 },
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      actions: ['take-offline'],
    });
  });

  it('goes offline and online; repeating is answered 200 and changes nothing', async () => {
    const { id } = await stocked('online');
    const first = await send(id, 'take-offline');
    expect(first).toMatchObject({ status: 200, body: { state: 'offline' } });
    expect(first.body.actions).toEqual(['edit', 'restock', 'return', 'delete', 'bring-online']);
    expect(await send(id, 'take-offline')).toMatchObject({ status: 200, body: first.body });
    expect(await send(id, 'bring-online')).toMatchObject({ status: 200, body: { state: 'online' } });
    expect(await send(id, 'bring-online')).toMatchObject({ status: 200, body: { state: 'online' } });
  });

  it('is restocked, edited, returned and deleted, and its movements tell it all', async () => {
    const { id, commodityId } = await stocked();
    expect((await send(id, 'restock', { quantity: 40 })).body.stock).toEqual({
      allocated: 50,
      held: 0,
      consumed: 0,
      left: 50,
    });
    expect((await send(id, 'return', { quantity: 5 })).body.stock.left).toBe(45);
    const changes = { dailyLimit: 3, memberLimits: [{ period: 'month', count: 2 }], remark: '改', autoAward: false };
    expect(await edit(id, changes)).toMatchObject({ status: 200, body: { state: 'offline', ...changes } });
    expect(await numbers(commodityId)).toEqual({ total: 100, allocated: 45, held: 0, left: 55 });
    const list = (await manager.get(`/v1/sub-stocks/${id}/movements`)).body;
    expect(list.items[0]).toEqual({
      id: expect.stringMatching(/^\d+$/),
      at: expect.any(String),
      kind: 'returned',
      quantity: -5,
      actor: own.accountId,
      actorName: '王店长',
    });
    const page = (await manager.get(`/v1/sub-stocks/${id}/movements?limit=1`)).body;
    const rest = (await manager.get(`/v1/sub-stocks/${id}/movements?cursor=${page.nextCursor}`)).body;
    expect([...page.items, ...rest.items]).toEqual(list.items);
    expect(await movements(id)).toEqual([
      ['returned', -5],
      ['restocked', 40],
      ['allocated', 10],
    ]);
    expect((await manager.delete(`/v1/sub-stocks/${id}`)).status).toBe(204);
    expect(await numbers(commodityId)).toEqual({ total: 100, allocated: 0, held: 0, left: 100 });
  });

  it('that is deleted is not there, but to be deleted again', async () => {
    const { id, commodityId } = await stocked();
    for (let time = 0; time < 2; time += 1) expect((await manager.delete(`/v1/sub-stocks/${id}`)).status).toBe(204);
    const replies = await Promise.all([
      manager.get(`/v1/sub-stocks/${id}`),
      manager.get(`/v1/sub-stocks/${id}/movements`),
      edit(id, { dailyLimit: 1 }),
      ...['take-offline', 'bring-online'].map((name) => send(id, name)),
      ...['restock', 'return'].map((name) => send(id, name, { quantity: 1 })),
    ]);
    for (const reply of replies) expect(told(reply)).toEqual([404, 'NOT_FOUND', []]);
    expect((await manager.get(`/v1/sub-stocks?commodityId=${commodityId}`)).body.items).toEqual([]);
  });

  it.each(['restock', 'return'])('under one key is a subject of one %s', async (name) => {
    const { id, commodityId } = await stocked();
    expect(told(await send(id, name, { quantity: 3 }, null))).toEqual([400, 'IDEMPOTENCY_KEY_MISSING', []]);
    const key = randomUUID();
    const first = await send(id, name, { quantity: 3 }, key);
    const again = await send(id, name, { quantity: 3 }, key);
    expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([200, first.body, 'true']);
    expect(told(await send(id, name, { quantity: 4 }, key))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED', []]);
    expect(await numbers(commodityId)).toMatchObject({ allocated: name === 'restock' ? 13 : 7 });
  });
});

describe('what is refused', () => {
  const plain = { quantity: 1 };
  it.each<[string, (id: string) => Promise<Reply>]>([
    ['restock', (id) => send(id, 'restock', plain)],
    ['return', (id) => send(id, 'return', plain)],
    ['edit', (id) => edit(id, { dailyLimit: 1 })],
    ['delete', (id) => manager.delete(`/v1/sub-stocks/${id}`)],
  ])('%s of what is online', async (_, work) => {
    const { id, commodityId } = await stocked('online');
    const reply = await work(id);
    expect(told(reply)).toEqual([409, 'SUB_STOCK_ONLINE', []]);
    expect(reply.body.allowed).toEqual(['take-offline']);
    expect(await numbers(commodityId)).toMatchObject({ allocated: 10 });
  });

  it('more than is left, of the commodity or of the sub-stock', async () => {
    const { id } = await stocked();
    for (const [name, quantity, left] of [
      ['restock', 91, 90],
      ['return', 11, 10],
    ] as const) {
      const reply = await send(id, name, { quantity });
      expect([...told(reply), reply.body.left]).toEqual([422, 'STOCK_SHORT', ['/quantity'], left]);
    }
  });

  it.each<[string, object, unknown[]]>([
    ['a validity that is over', { validUntil: '2020-01-01T00:00:00Z' }, [422, 'TIME_PAST', ['/validUntil']]],
    ['one that ends before it begins', { validFrom: '2099-01-01T00:00:00Z' }, [422, 'TIME_ORDER', ['/validFrom']]],
    [
      'award settings of another category',
      { award: { jumpLink: 'https://a.example' } },
      [422, 'AWARD_MISMATCH', ['/award']],
    ],
    ['a daily limit of nothing', { dailyLimit: 0 }, [400, 'VALIDATION_FAILED', ['/dailyLimit']]],
    ['an edit of nothing', {}, [400, 'VALIDATION_FAILED', ['']]],
    ['an edit of the quantity', { dailyLimit: 1, quantity: 5 }, [400, 'VALIDATION_FAILED', ['/quantity']]],
  ])('%s', async (_, changes, expected) => {
    const { id } = await stocked();
    expect((await edit(id, { validUntil: '2098-01-01T00:00:00Z' })).status).toBe(200);
    const before = await read(id);
    expect(told(await edit(id, changes))).toEqual(expected);
    expect(await read(id)).toEqual(before);
  });

  it('to delete what is listed, until the listing is void; or what is held', async () => {
    const { id } = await stocked('online');
    const exchange = { kind: 'points', pointsPrice: 100 };
    const { body: listing } = await manager.post('/v1/listings', { subStockId: id, name: '帆布袋', exchange });
    await send(id, 'take-offline');
    const refused = await manager.delete(`/v1/sub-stocks/${id}`);
    expect(told(refused)).toEqual([409, 'SUB_STOCK_IN_USE', []]);
    expect(refused.body.allowed).toEqual(['edit', 'restock', 'return', 'bring-online']);
    expect((await read(id)).actions).toEqual(refused.body.allowed);
    expect((await manager.post(`/v1/listings/${listing.id}/void`)).status).toBe(200);
    await run(mallflow.database.owner, 'update sub_stocks set held = 1 where id = :id', { id });
    expect(told(await manager.delete(`/v1/sub-stocks/${id}`))).toEqual([409, 'SUB_STOCK_IN_USE', []]);
    await run(mallflow.database.owner, 'update sub_stocks set held = 0 where id = :id', { id });
    expect((await manager.delete(`/v1/sub-stocks/${id}`)).status).toBe(204);
  });

  it('more of what expired, and to show it; what is left can go back', async () => {
    const { id, commodityId } = await stocked();
    await run(mallflow.database.owner, 'update commodities set expires_at = now() where id = :commodityId', {
      commodityId,
    });
    expect((await read(id)).actions).toEqual(['edit', 'return', 'delete']);
    for (const [name, body] of [
      ['bring-online', undefined],
      ['restock', plain],
    ] as const) {
      const reply = await send(id, name, body);
      expect([...told(reply), reply.body.commodityState]).toEqual([409, 'COMMODITY_OFFLINE', [], 'expired']);
    }
    expect((await send(id, 'return', { quantity: 10 })).status).toBe(200);
    expect(await numbers(commodityId)).toMatchObject({ allocated: 0 });
  });

  it('nothing while the commodity is merely offline: its sub-stocks go on', async () => {
    const { id, commodityId } = await stocked();
    await run(mallflow.database.owner, `update commodities set state = 'offline' where id = :commodityId`, {
      commodityId,
    });
    expect((await send(id, 'restock', plain)).status).toBe(200);
    expect((await send(id, 'bring-online')).status).toBe(200);
  });

  it('another tenant’s, as if it did not exist', async () => {
    const { id } = await stocked();
    const stranger = await mallflow.as('manager2@demo');
    const replies = await Promise.all([
      stranger.get(`/v1/sub-stocks/${id}`),
      stranger.get(`/v1/sub-stocks/${id}/movements`),
      stranger.delete(`/v1/sub-stocks/${id}`),
      stranger.call('PATCH', `/v1/sub-stocks/${id}`, { dailyLimit: 1 }),
      ...['take-offline', 'bring-online'].map((name) => stranger.post(`/v1/sub-stocks/${id}/${name}`)),
      ...['restock', 'return'].map((name) => stranger.post(`/v1/sub-stocks/${id}/${name}`, plain)),
      manager.get(`/v1/sub-stocks?mallId=${other.mallId}`),
      manager.get('/v1/sub-stocks?commodityId=com_none'),
    ]);
    for (const reply of replies) expect(told(reply)).toEqual([404, 'NOT_FOUND', []]);
  });
});

it('the list is filtered by mall, commodity and state, newest first, and knows no other filter', async () => {
  const { id: first, commodityId } = await stocked();
  const { id: second } = await allocate(manager, commodityId);
  const ids = async (query: string) =>
    ((await manager.get(`/v1/sub-stocks?${query}`)).body.items as Body[]).map((item) => item.id as string);
  expect((await ids(`mallId=${own.mallId}`)).slice(0, 2)).toEqual([second, first]);
  expect(await ids(`mallId=${own.mallId}&commodityId=${commodityId}&state=offline`)).toEqual([first]);
  const page = (await manager.get(`/v1/sub-stocks?commodityId=${commodityId}&limit=1`)).body;
  expect(await ids(`commodityId=${commodityId}&cursor=${page.nextCursor}`)).toEqual([first]);
  for (const query of ['state=deleted', 'q=x', 'limit=0'])
    expect([query, (await manager.get(`/v1/sub-stocks?${query}`)).status]).toEqual([query, 400]);
});
