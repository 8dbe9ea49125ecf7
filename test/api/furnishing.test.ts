import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';

/** How an operator furnishes an empty installation. */
describe('furnishing', () => {
  let mallflow: Installation;
  let operator: HttpClient;
  let operatorId: string;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    operator = await mallflow.as('operator@demo');
    operatorId = (await operator.get('/v1/me')).body.id as string;
  });
  afterAll(() => mallflow.stop());

  const auditOf = async (subjectId: string) =>
    (await operator.get(`/v1/audit?subjectId=${subjectId}`)).body.items as Body[];
  const newEnterprise = async (name = '新企业') => (await operator.post('/v1/enterprises', { name })).body;
  const staff = { login: 'new@test', password: 'long enough', displayName: '新人', roles: ['reviewer'] };
  const refusedAt = async (path: string, body: unknown) => {
    const reply = await operator.post(path, body);
    return [reply.status, reply.body.code, reply.body.errors?.map((fault: { path: string }) => fault.path)];
  };

  it('an enterprise is added with an empty balance, listed first, and audited', async () => {
    const { status, headers, body } = await operator.post('/v1/enterprises', { name: ' 北辰百货 ' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^ent_[0-9a-z]{26}$/),
      state: 'active',
      name: '北辰百货',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      actions: expect.any(Array),
    });
    expect((await operator.get('/v1/enterprises?limit=1')).body.items).toEqual([body]);
    expect(await auditOf(body.id as string)).toEqual([
      {
        at: expect.any(String),
        actor: operatorId,
        action: 'enterprise.add',
        subjectId: body.id,
        reason: null,
        requestId: headers.get('x-request-id'),
      },
    ]);
  });

  it('a top-up raises the balance by what came in, with its reason in the audit log', async () => {
    const { id } = await newEnterprise();
    const path = `/v1/enterprises/${id}/top-ups`;
    const first = await operator.post(path, { amountFen: 500, reason: '银行转账 8812' });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ enterpriseId: id, amountFen: 500, reason: '银行转账 8812', balanceFen: 500 });
    expect((await operator.post(path, { amountFen: 250, reason: '银行转账 8813' })).body.balanceFen).toBe(750);
    const audit = await auditOf(id as string);
    expect(audit.map(({ action, reason }) => [action, reason])).toEqual([
      ['enterprise.top_up', '银行转账 8813'],
      ['enterprise.top_up', '银行转账 8812'],
      ['enterprise.add', null],
    ]);
  });

  it('a top-up repeated under its key is booked once', async () => {
    const { id } = await newEnterprise();
    const send = () =>
      operator.post(`/v1/enterprises/${id}/top-ups`, { amountFen: 100, reason: 'once' }, { key: 'transfer-1' });
    const [first, second] = [await send(), await send()];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect((await auditOf(id as string)).filter(({ action }) => action === 'enterprise.top_up')).toHaveLength(1);
  });

  it('a top-up has bounds, a reason, and an enterprise', async () => {
    const { id } = await newEnterprise();
    const path = `/v1/enterprises/${id}/top-ups`;
    expect(await refusedAt(path, { amountFen: 100_000_000_001, reason: 'x' })).toEqual([
      400,
      'VALIDATION_FAILED',
      ['/amountFen'],
    ]);
    expect(await refusedAt(path, { amountFen: 1, reason: '  ' })).toEqual([400, 'VALIDATION_FAILED', ['/reason']]);
    const nowhere = await operator.post('/v1/enterprises/ent_nothing/top-ups', { amountFen: 1, reason: 'x' });
    expect([nowhere.status, nowhere.body.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('an enterprise has at most three malls, however many are added at once', async () => {
    const { id } = await newEnterprise();
    const replies = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => operator.post('/v1/malls', { enterpriseId: id, name: `商城 ${n}` })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 201, 422, 422]);
    const refused = replies.find(({ status }) => status === 422)?.body;
    expect(refused).toMatchObject({ code: 'MALL_LIMIT_REACHED', limit: 3, errors: [{ path: '/enterpriseId' }] });
    const [added] = replies.filter(({ status }) => status === 201);
    expect(added?.body).toMatchObject({ id: expect.stringMatching(/^mal_/), enterpriseId: id });
    expect(await auditOf(added?.body.id as string)).toMatchObject([{ action: 'mall.add', actor: operatorId }]);
  });

  it('a mall needs an enterprise that is there', async () => {
    const body = { enterpriseId: 'ent_nothing', name: '商城' };
    expect(await refusedAt('/v1/malls', body)).toEqual([422, 'REFERENCE_NOT_FOUND', ['/enterpriseId']]);
  });

  it('staff are added with their roles and can sign in; a manager sees the own enterprise alone', async () => {
    const { id: enterpriseId } = await newEnterprise();
    await operator.post('/v1/malls', { enterpriseId, name: '新商城' });
    const { status, body } = await operator.post('/v1/accounts/staff', {
      login: 'manager@new',
      password: 'long enough',
      displayName: '赵店长',
      roles: ['mall_manager'],
      enterpriseId,
    });
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^acc_/),
        state: 'active',
        login: 'manager@new',
        displayName: '赵店长',
        roles: ['mall_manager'],
        enterpriseId,
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
        actions: expect.any(Array),
      },
    ]);
    const signedIn = await mallflow.anonymous.post('/v1/sessions', { login: 'manager@new', password: 'long enough' });
    expect(signedIn.body.account).toMatchObject({ id: body.id, enterpriseId, mallIds: [expect.anything()] });
    expect(await auditOf(body.id as string)).toMatchObject([{ action: 'account.add_staff', actor: operatorId }]);
  });

  it('a login is taken once, whatever its case', async () => {
    expect((await operator.post('/v1/accounts/staff', { ...staff, login: 'Once@test' })).status).toBe(201);
    const again = await refusedAt('/v1/accounts/staff', { ...staff, login: 'once@TEST' });
    expect(again).toEqual([422, 'LOGIN_TAKEN', ['/login']]);
  });

  it.each([
    ['a manager without an enterprise', { roles: ['mall_manager'] }, '/enterpriseId'],
    ['a reviewer with one', { enterpriseId: 'ent_1' }, '/enterpriseId'],
    ['a role twice', { roles: ['reviewer', 'reviewer'] }, '/roles'],
    ['no role', { roles: [] }, '/roles'],
    ['a role that is not given to staff', { roles: ['seller'] }, '/roles/0'],
    ['a short password', { password: 'ninechars' }, '/password'],
    ['a login with a space', { login: 'a b c' }, '/login'],
    ['a blank name', { displayName: '  ' }, '/displayName'],
  ])('staff are refused by shape: %s', async (_, change, at) => {
    expect(await refusedAt('/v1/accounts/staff', { ...staff, ...change })).toEqual([400, 'VALIDATION_FAILED', [at]]);
  });

  it('staff of an enterprise that is not there are refused by fact', async () => {
    const body = { ...staff, login: 'lost@test', roles: ['mall_manager'], enterpriseId: 'ent_nothing' };
    expect(await refusedAt('/v1/accounts/staff', body)).toEqual([422, 'REFERENCE_NOT_FOUND', ['/enterpriseId']]);
  });

  describe('benefits', () => {
    const coupon = { name: '洗车券', kind: 'coupon', priceFen: 900, validity: null, exchangeNotes: '到店出示。' };

    it('are offered to every manager as they were entered', async () => {
      const pack = { ...coupon, name: '洗车权益包', kind: 'rights_pack', validity: { days: 90 } };
      const added = await operator.post('/v1/benefits', pack);
      expect([added.status, added.body]).toEqual([201, expect.objectContaining({ ...pack, refundable: false })]);
      const manager = await mallflow.as('manager@demo');
      expect((await manager.get('/v1/benefits?q=洗车权益')).body.items).toEqual([added.body]);
      expect(await auditOf(added.body.id as string)).toMatchObject([{ action: 'benefit.add', actor: operatorId }]);
    });

    it('are found by kind and by part of the name', async () => {
      const manager = await mallflow.as('manager@demo');
      const { body } = await manager.get('/v1/benefits?kind=direct_top_up&q=话费');
      expect((body.items as Body[]).map(({ kind, name }) => [kind, name])).toEqual([
        ['direct_top_up', '手机话费 50 元直充'],
      ]);
      expect((await manager.get('/v1/benefits?kind=coupon&q=话费')).body.items).toEqual([]);
    });

    it.each([
      ['a coupon with a validity', { validity: { days: 1 } }, '/validity'],
      ['a direct top-up with one', { kind: 'direct_top_up', validity: { days: 1 } }, '/validity'],
      ['a rights pack without', { kind: 'rights_pack' }, '/validity'],
      ['a rights pack for ever', { kind: 'rights_pack', validity: { days: 3_651 } }, '/validity/days'],
      ['points, which are never sold there', { kind: 'points' }, '/kind'],
      ['a free one', { priceFen: 0 }, '/priceFen'],
      ['no notes', { exchangeNotes: '' }, '/exchangeNotes'],
    ])('are refused by shape: %s', async (_, change, at) => {
      const found = await refusedAt('/v1/benefits', { ...coupon, ...change });
      expect(found).toEqual([400, 'VALIDATION_FAILED', [at]]);
    });
  });
});
