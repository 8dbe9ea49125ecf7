import { type HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { demoTenants, subStockRows } from '../support/sub-stock-rows';

const [own, other] = demoTenants;

describe('sections of a mall', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let stranger: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    manager = await mallflow.as('manager@demo');
    stranger = await mallflow.as('manager2@demo');
  });
  afterAll(() => mallflow.stop());

  const add = async (name: string) => {
    const { status, body } = await manager.post('/v1/mall-sections', { mallId: own.mallId, name });
    expect(status).toBe(201);
    return body;
  };
  const theDefault = async (client = manager) => {
    const { body } = await client.get('/v1/mall-sections');
    return body.items.find((section: { isDefault: boolean }) => section.isDefault);
  };

  it('begin with the default one, which can be renamed and not deleted', async () => {
    const section = await theDefault();
    expect(section).toMatchObject({ mallId: own.mallId, name: '默认分区', state: 'active', actions: ['edit'] });
    const refused = await manager.delete(`/v1/mall-sections/${section.id}`);
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'SECTION_IS_DEFAULT', allowed: ['edit'] }]);
    const renamed = await manager.patch(`/v1/mall-sections/${section.id}`, { name: '全部商品' });
    expect([renamed.status, renamed.body]).toMatchObject([200, { name: '全部商品', isDefault: true }]);
  });

  it('are added, renamed and deleted while they are empty', async () => {
    const section = await add(' 会员专享 ');
    expect(section).toMatchObject({ name: '会员专享', isDefault: false, state: 'active', actions: ['edit', 'delete'] });
    const { body } = await manager.patch(`/v1/mall-sections/${section.id}`, { name: '新春专区' });
    expect(body).toMatchObject({ id: section.id, name: '新春专区', mallId: own.mallId });
    const same = await manager.patch(`/v1/mall-sections/${section.id}`, { name: '新春专区' });
    expect(same.status).toBe(200);
    expect((await manager.delete(`/v1/mall-sections/${section.id}`)).status).toBe(204);
    const again = await manager.delete(`/v1/mall-sections/${section.id}`);
    expect([again.status, again.body.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('have names of their own', async () => {
    const [first, second] = [await add('饮品'), await add('零食')];
    for (const refused of [
      await manager.post('/v1/mall-sections', { mallId: own.mallId, name: '饮品' }),
      await manager.patch(`/v1/mall-sections/${second.id}`, { name: first.name }),
    ]) {
      expect([refused.status, refused.body.code]).toEqual([422, 'NAME_TAKEN']);
      expect(refused.body.errors).toMatchObject([{ path: '/name', code: 'NAME_TAKEN' }]);
    }
    expect((await stranger.post('/v1/mall-sections', { mallId: other.mallId, name: '饮品' })).status).toBe(201);
  });

  it('with listings stay, until the listings are void', async () => {
    const section = await add('实物');
    const { subStockId } = await subStockRows(mallflow.database.owner, own);
    const exchange = { kind: 'points', pointsPrice: 100 };
    const listing = await manager.post('/v1/listings', { subStockId, name: '帆布袋', sectionId: section.id, exchange });
    expect(listing.status).toBe(201);
    const refused = await manager.delete(`/v1/mall-sections/${section.id}`);
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'SECTION_NOT_EMPTY', allowed: ['edit'] }]);
    const { body } = await manager.get(`/v1/mall-sections?mallId=${own.mallId}&limit=1`);
    expect(body.items).toMatchObject([{ id: section.id, actions: ['edit'] }]);
    await manager.post(`/v1/listings/${listing.body.id}/void`);
    expect((await manager.delete(`/v1/mall-sections/${section.id}`)).status).toBe(204);
    expect((await manager.get(`/v1/listings/${listing.body.id}`)).body).toMatchObject({
      state: 'void',
      sectionId: null,
    });
  });

  it('are listed by mall, and another enterprise’s malls are not there', async () => {
    const { body } = await stranger.get(`/v1/mall-sections?mallId=${other.mallId}`);
    expect(body.items.map(({ mallId }: { mallId: string }) => mallId)).toEqual(expect.arrayContaining([other.mallId]));
    expect(body.items.every(({ mallId }: { mallId: string }) => mallId === other.mallId)).toBe(true);
    for (const path of ['mall-sections', 'listings', 'members', 'listing-candidates']) {
      const refused = await stranger.get(`/v1/${path}?mallId=${own.mallId}`);
      expect([path, refused.status, refused.body.code]).toEqual([path, 404, 'NOT_FOUND']);
    }
    const refused = await stranger.post('/v1/mall-sections', { mallId: own.mallId, name: '不是我的' });
    expect([refused.status, refused.body.code]).toEqual([422, 'REFERENCE_NOT_FOUND']);
    expect(refused.body.errors).toMatchObject([{ path: '/mallId' }]);
  });

  it('are told every fault of a request at once', async () => {
    const refused = await manager.post('/v1/mall-sections', { name: '名'.repeat(21), colour: 'red' });
    expect([refused.status, refused.body.errors.map(({ path }: { path: string }) => path).sort()]).toEqual([
      400,
      ['/colour', '/mallId', '/name'],
    ]);
  });

  it('answer a repeated key with what was added', async () => {
    const key = 'section-1';
    const body = { mallId: own.mallId, name: '一次' };
    const first = await manager.post('/v1/mall-sections', body, { key });
    const again = await manager.post('/v1/mall-sections', body, { key });
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });
});
