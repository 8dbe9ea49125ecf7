import { HttpClient, type Body } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { demoTenants } from '../support/sub-stock-rows';

const [own, other] = demoTenants;
const password = 'a long password';

describe('members', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let count = 0;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    manager = await mallflow.as('manager@demo');
  });
  afterAll(() => mallflow.stop());

  const post = (body: Record<string, unknown> = {}) => {
    count += 1;
    return manager.post('/v1/members', { mallId: own.mallId, externalId: `u-${count}`, displayName: '小李', ...body });
  };
  async function added(body: Record<string, unknown> = {}): Promise<Body> {
    const { status, body: member } = await post(body);
    expect(status).toBe(201);
    return member;
  }
  const adjust = (id: string, delta: number, key?: string) =>
    manager.post(`/v1/members/${id}/points`, { delta, reason: '活动' }, key === undefined ? {} : { key });

  it('are added without an account, with no points', async () => {
    const member = await added({ externalId: ' crm-77 ' });
    expect(member).toMatchObject({
      ...{ mallId: own.mallId, externalId: 'crm-77', displayName: '小李', login: null, state: 'active' },
      ...{ points: 0, heldPoints: 0, availablePoints: 0, actions: ['points'] },
    });
    expect((await manager.get(`/v1/members/${member.id}`)).body).toEqual(member);
    const { body } = await manager.get(`/v1/members?mallId=${own.mallId}&limit=1`);
    expect(body.items).toEqual([member]);
  });

  it('with login and password sign in as members of their mall', async () => {
    const member = await added({ login: 'li@shop', password });
    expect(member).toMatchObject({ login: 'li@shop' });
    const session = await mallflow.anonymous.post('/v1/sessions', { login: 'li@shop', password });
    const account = { roles: ['member'], mallIds: [own.mallId], memberId: member.id, displayName: '小李' };
    expect([session.status, session.body.account]).toMatchObject([201, account]);
    const client = new HttpClient(mallflow.url, session.body.token as string);
    expect((await client.get('/v1/me')).body).toEqual(session.body.account);
    expect((await client.get('/v1/malls')).body.items).toMatchObject([{ id: own.mallId }]);
    expect((await client.get(`/v1/members/${member.id}/points`)).status).toBe(200);
    expect((await client.get(`/v1/malls/${own.mallId}/shelf`)).status).toBe(200);
  });

  it('of the demo have points, and a manager is no member', async () => {
    for (const login of ['member@demo', 'member2@demo']) {
      const client = await mallflow.as(login);
      const { memberId } = (await client.get('/v1/me')).body;
      const { body } = await client.get(`/v1/members/${memberId}/points`);
      expect(body).toMatchObject({ points: 10_000, heldPoints: 0, availablePoints: 10_000, nextCursor: null });
      expect(body.items).toMatchObject([{ kind: 'points_adjustment', delta: 10_000 }]);
    }
    expect((await manager.get('/v1/me')).body).not.toHaveProperty('memberId');
  });

  it.each<[string, Record<string, unknown>, number, string, string]>([
    ['twice under one name', { externalId: 'u-1' }, 422, 'NAME_TAKEN', '/externalId'],
    ['with a login somebody has', { login: 'Manager@demo', password }, 422, 'LOGIN_TAKEN', '/login'],
    ['in another enterprise’s mall', { mallId: other.mallId }, 422, 'REFERENCE_NOT_FOUND', '/mallId'],
    ['with a login alone', { login: 'half@shop' }, 400, 'VALIDATION_FAILED', '/password'],
    ['with a password alone', { password }, 400, 'VALIDATION_FAILED', '/login'],
  ])('are not added %s', async (_, body, status, code, path) => {
    await post({ externalId: 'u-1' });
    const refused = await post(body);
    expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([status, code, path]);
  });

  it('that are refused leave no account behind', async () => {
    await added({ externalId: 'there' });
    expect((await post({ externalId: 'there', login: 'ghost@shop', password })).status).toBe(422);
    expect(await added({ login: 'ghost@shop', password })).toMatchObject({ login: 'ghost@shop' });
  });

  describe('have points', () => {
    it('given and taken by hand, with the reason to be read', async () => {
      const { id } = await added();
      const given = await adjust(id, 500);
      expect([given.status, given.body]).toMatchObject([200, { points: 500, heldPoints: 0, availablePoints: 500 }]);
      const { body } = await adjust(id, -120);
      expect(body).toMatchObject({ points: 380, availablePoints: 380, nextCursor: null });
      expect(body.items).toMatchObject([
        { delta: -120, kind: 'points_adjustment', reason: '活动' },
        { delta: 500, kind: 'points_adjustment', reason: '活动' },
      ]);
      expect((await manager.get(`/v1/members/${id}/points`)).body).toEqual(body);
      const first = await manager.get(`/v1/members/${id}/points?limit=1`);
      const second = await manager.get(`/v1/members/${id}/points?limit=1&cursor=${first.body.nextCursor}`);
      expect([...first.body.items, ...second.body.items]).toEqual(body.items);
    });

    it('never fewer than none: what is missing is told', async () => {
      const { id } = await added();
      await adjust(id, 30);
      const refused = await adjust(id, -50);
      expect([refused.status, refused.body]).toMatchObject([422, { code: 'POINTS_SHORT', missingPoints: 20 }]);
      expect((await manager.get(`/v1/members/${id}`)).body).toMatchObject({ points: 30 });
    });

    it('once for each key', async () => {
      const { id } = await added();
      const first = await adjust(id, 30, 'points-1');
      const again = await adjust(id, 30, 'points-1');
      expect([again.status, again.body]).toEqual([200, first.body]);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect((await adjust(id, 31, 'points-1')).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
      const without = await manager.post(`/v1/members/${id}/points`, { delta: 1, reason: '活动' }, { key: null });
      expect([without.status, without.body.code]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
      expect((await manager.get(`/v1/members/${id}`)).body).toMatchObject({ points: 30 });
    });

    it.each([
      [{ delta: 0, reason: '活动' }, ['/delta']],
      [{ delta: 1.5, reason: ' ' }, ['/delta', '/reason']],
      [{ delta: 100_000_001 }, ['/delta', '/reason']],
    ])('not by %j', async (body, paths) => {
      const { id } = await added();
      const refused = await manager.post(`/v1/members/${id}/points`, body);
      const told = refused.body.errors.map(({ path }: { path: string }) => path);
      expect([refused.status, told]).toEqual([400, paths]);
    });

    it('that other members do not see', async () => {
      const { id } = await added();
      const neighbour = await mallflow.as('member@demo');
      const { status, body } = await neighbour.get(`/v1/members/${id}/points`);
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    });
  });
});
