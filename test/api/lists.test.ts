import type { HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { purchaseRows } from '../support/purchases';
import { demoTenants, subStockRows } from '../support/sub-stock-rows';

interface Item {
  readonly id?: string;
  readonly at?: string;
  readonly state?: string;
}

const cursorOf = (key: string) => Buffer.from(key).toString('base64url');

const [{ mallId }] = demoTenants;

/** Every list of the contract, with who reads it and what it is sorted by. */
const lists = [
  ['manager', '/v1/malls'],
  ['manager', '/v1/benefits'],
  ['manager', '/v1/enterprise-balance/entries'],
  ['manager', '/v1/commodities'],
  ['manager', '/v1/purchases'],
  ['manager', '/v1/stock-allocations'],
  ['manager', '/v1/sub-stocks'],
  ['manager', '/v1/mall-sections'],
  ['manager', '/v1/listing-candidates'],
  ['manager', '/v1/listings'],
  ['manager', `/v1/malls/${mallId}/shelf`],
  ['manager', '/v1/members'],
  ['manager', '/v1/members/mem_01demo00000000000000000003/points'],
  ['operator', '/v1/processes'],
  ['operator', '/v1/audit'],
  ['operator', '/v1/enterprises'],
] as const;

describe('lists', () => {
  let mallflow: Installation;
  let clients: Record<'manager' | 'operator', HttpClient>;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    clients = { manager: await mallflow.as('manager@demo'), operator: await mallflow.as('operator@demo') };
    for (let n = 0; n < 7; n += 1) await purchaseRows(mallflow, { paid: n % 2 === 0 });
    for (let n = 0; n < 4; n += 1) await showSomething(n);
  });
  afterAll(() => mallflow.stop());

  /** One more of everything a mall shows. */
  async function showSomething(n: number) {
    const { subStockId } = await subStockRows(mallflow.database.owner, demoTenants[0]);
    const { manager } = clients;
    await manager.post('/v1/mall-sections', { mallId, name: `专区 ${n}` });
    const exchange = { kind: 'points', pointsPrice: 1 };
    const { body } = await manager.post('/v1/listings', { subStockId, name: '帆布袋', exchange });
    await manager.post(`/v1/listings/${body.id}/bring-online`);
    await manager.post('/v1/members', { mallId, externalId: `u-${n}`, displayName: '小李' });
    await manager.post('/v1/members/mem_01demo00000000000000000003/points', { delta: 1, reason: '活动' });
  }

  async function walk(client: HttpClient, path: string, limit: number, between?: () => Promise<unknown>) {
    const found: Item[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ limit: String(limit), ...(cursor === null ? {} : { cursor }) });
      const { status, body }: Reply = await client.get(`${path}?${query.toString()}`);
      expect(status).toBe(200);
      expect((body.items as Item[]).length).toBeLessThanOrEqual(limit);
      found.push(...(body.items as Item[]));
      cursor = body.nextCursor as string | null;
      await between?.();
    } while (cursor !== null);
    return found;
  }

  describe.each(lists)('as %s: GET %s', (who, path) => {
    const refused = async (query: string) => {
      const { status, body } = await clients[who].get(`${path}?${query}`);
      return [status, [...new Set(body.errors?.map((fault: { path: string }) => fault.path))]];
    };

    it('walks page by page through what it shows at once, without gap or repetition', async () => {
      const { body } = await clients[who].get(`${path}?limit=200`);
      const items = body.items as Item[];
      expect(items.length).toBeGreaterThan(0);
      expect(body.nextCursor).toBeNull();
      expect(await walk(clients[who], path, 1)).toEqual(items);
      expect(await walk(clients[who], path, 3)).toEqual(items);
    });

    it('is sorted newest first', async () => {
      const { body } = await clients[who].get(path);
      const keys = (body.items as Item[]).map(({ id, at }) => at ?? id ?? '');
      expect(keys).toEqual([...keys].sort().reverse());
    });

    it('takes limits from 1 to 200', async () => {
      expect((await clients[who].get(`${path}?limit=1`)).body.items).toHaveLength(1);
      for (const limit of ['0', '201', '-1', '1.5', '1e2', '', 'all', '9007199254740993'])
        expect([limit, await refused(`limit=${limit}`)]).toEqual([limit, [400, ['/limit']]]);
    });

    it('refuses a cursor it did not give', async () => {
      const foreign = /\/(?:audit|entries|points)$/.test(path)
        ? cursorOf('pur_01hzzzzzzzzzzzzzzzzzzzzzzz')
        : cursorOf('17');
      for (const cursor of ['', 'x', 'null', foreign, cursorOf("pur_'; drop"), cursorOf('\0'), 'x'.repeat(65)])
        expect([cursor, await refused(`cursor=${cursor}`)]).toEqual([cursor, [400, ['/cursor']]]);
    });

    it('refuses filters it does not know, and one given twice, by name', async () => {
      expect(await refused('colour=red')).toEqual([400, ['/colour']]);
      expect(await refused('limit=1&limit=2')).toEqual([400, ['/limit']]);
      expect(await refused('limit=0&colour=red&cursor=x')).toEqual([400, ['/limit', '/cursor', '/colour']]);
    });
  });

  it.each([
    ['manager', '/v1/benefits?kind=points', '/kind'],
    ['manager', '/v1/benefits?q=', '/q'],
    ['manager', `/v1/benefits?q=${'x'.repeat(101)}`, '/q'],
    ['manager', '/v1/benefits?q=%00', '/q'],
    ['manager', '/v1/purchases?state=lost', '/state'],
    ['manager', '/v1/commodities?source=free', '/source'],
    ['manager', '/v1/commodities?category=cake', '/category'],
    ['manager', '/v1/commodities?state=gone', '/state'],
    ['manager', '/v1/listings?state=sold', '/state'],
    ['manager', '/v1/listing-candidates?source=found', '/source'],
    ['manager', '/v1/listing-candidates?category=cake', '/category'],
    ['manager', '/v1/listing-candidates?name=', '/name'],
    ['manager', '/v1/members?mallId=%00', '/mallId'],
    ['operator', '/v1/processes?kind=redemption_of_sins', '/kind'],
    ['operator', '/v1/processes?state=done', '/state'],
    ['operator', '/v1/processes?whoseTurn=mine', '/whoseTurn'],
    ['operator', '/v1/processes?overdue=yes', '/overdue'],
    ['operator', '/v1/processes?stuck=1', '/stuck'],
    ['operator', "/v1/processes?stage='x", '/stage'],
    ['operator', '/v1/audit?actor=', '/actor'],
  ] as const)('an unknown value of a filter is refused, not ignored: as %s %s', async (who, path, at) => {
    const { status, body } = await clients[who].get(path);
    expect([status, body.errors[0].path]).toEqual([400, at]);
  });

  it('stay stable while rows are added: a walk shows what was there when it began', async () => {
    const before = (await clients.manager.get('/v1/purchases?limit=200')).body.items as Item[];
    const found = await walk(clients.manager, '/v1/purchases', 2, () => purchaseRows(mallflow));
    expect(found).toEqual(before);
    const after = (await clients.manager.get('/v1/purchases?limit=200')).body.items as Item[];
    expect(after.slice(-before.length)).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
  });

  it('keep their filters from page to page', async () => {
    const all = (await clients.manager.get('/v1/purchases?limit=200')).body.items as Item[];
    const { body } = await clients.manager.get('/v1/purchases?state=stocked&limit=2');
    const next = await clients.manager.get(`/v1/purchases?state=stocked&limit=2&cursor=${body.nextCursor}`);
    const shown = [...(body.items as Item[]), ...(next.body.items as Item[])];
    expect(shown.map(({ state }) => state)).toEqual(['stocked', 'stocked', 'stocked', 'stocked']);
    expect(shown).toEqual(all.filter(({ state }) => state === 'stocked'));
    expect(next.body.nextCursor).toBeNull();
  });
});
