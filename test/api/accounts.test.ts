import { publishAgreement } from '../../db/seller/agreement-versions';
import { agreementFactsOf } from '../../db/seller/agreements';
import { mobileAbout } from '../../db/account/repository';
import { rows } from '../../db/connection';
import { HttpClient, type Body, type Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { sellerRows } from '../support/sellers';

let mallflow: Installation;
const password = 'a long password';

beforeAll(async () => {
  mallflow = await startInstallation({ worker: false });
});
afterAll(() => mallflow.stop());

const form = (login: string, changes: object = {}) => ({
  ...{ login, password, displayName: '云杉科技', mobile: '13800138000' },
  ...changes,
});
const register = (login: string, changes: object = {}) => mallflow.anonymous.post('/v1/accounts', form(login, changes));
const refusal = ({ status, body }: Reply) => [
  status,
  body.code,
  (body.errors as { path: string }[] | undefined)?.map(({ path }) => path),
];

interface MobileRow {
  readonly id: string;
  readonly keyId: string;
  readonly ciphertext: Buffer;
}

/** The mobile number of an account, as the one who holds the key reads it. */
async function mobileOf(login: string): Promise<string> {
  const [row] = await rows<MobileRow>(
    mallflow.database.db,
    'select id, mobile_key_id as "keyId", mobile_ciphertext as ciphertext from accounts where login = :login',
    { login },
  );
  return mallflow.services.vault.open(mobileAbout(row!.id), row!);
}

describe('registering an account', () => {
  it('gives one that has no role, can sign in, and tells its mobile number to nobody', async () => {
    const reply = await register('first-seller', { mobile: '+86 138-0013-8001' });
    expect([reply.status, reply.body]).toEqual([
      201,
      {
        ...{ id: expect.stringMatching(/^acc_/), login: 'first-seller', displayName: '云杉科技', roles: [] },
        ...{ state: 'active', actions: [], createdAt: expect.any(String), updatedAt: reply.body.createdAt },
      },
    ]);
    const account = await HttpClient.signIn(mallflow.url, 'first-seller', password);
    const me = await account.get('/v1/me');
    expect(me.body).toEqual({ id: reply.body.id, login: 'first-seller', displayName: '云杉科技', roles: [] });
    expect((await account.get('/v1/commodities')).status).toBe(403);
    expect(await mobileOf('first-seller')).toBe('13800138001');
    const stored = await rows<{ text: string }>(mallflow.database.db, `select accounts::text as text from accounts`);
    expect(JSON.stringify(stored)).not.toContain('13800138001');
    const operator = await mallflow.as('operator@demo');
    const audit = await operator.get(`/v1/audit?subjectId=${reply.body.id as string}`);
    expect(audit.body.items).toMatchObject([{ action: 'account.register', actor: reply.body.id }]);
  });

  it('takes a login once, in whatever case, and does not look at a key', async () => {
    const key = 'the-same-key';
    const once = () => mallflow.anonymous.post('/v1/accounts', form('taken-login'), { key });
    expect((await once()).status).toBe(201);
    expect(refusal(await once())).toEqual([422, 'LOGIN_TAKEN', ['/login']]);
    expect(refusal(await register('TAKEN-login'))).toEqual([422, 'LOGIN_TAKEN', ['/login']]);
    const crowd = await Promise.all(Array.from({ length: 4 }, () => register('crowded-login')));
    expect(crowd.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422]);
  });

  it.each([
    ['13800138000', '13800138000'],
    ['+8619912345678', '19912345678'],
    ['0086 16612345678', '16612345678'],
    ['１６６ １２３４ ５６７９', '16612345679'],
  ])('takes the mobile number %s', async (given, kept) => {
    const login = `mobile-${kept}-${given.length}`;
    expect((await register(login, { mobile: given })).status).toBe(201);
    expect(await mobileOf(login)).toBe(kept);
  });

  it.each([
    ['a mobile number of ten digits', { mobile: '1380013800' }, '/mobile'],
    ['one of twelve', { mobile: '138001380001' }, '/mobile'],
    ['one that begins with 12', { mobile: '12800138000' }, '/mobile'],
    ['one of another country', { mobile: '+85251234567' }, '/mobile'],
    ['no mobile number', { mobile: undefined }, '/mobile'],
    ['a short password', { password: '123456789' }, '/password'],
    ['an endless password', { password: 'x'.repeat(129) }, '/password'],
    ['a login with a space', { login: 'a login' }, '/login'],
    ['a login of two characters', { login: 'ab' }, '/login'],
    ['an empty name', { displayName: '  ' }, '/displayName'],
    ['a role', { roles: ['operator'] }, '/roles'],
    ['an enterprise', { enterpriseId: 'ent_1' }, '/enterpriseId'],
  ])('refuses %s', async (_, changes, path) => {
    expect(refusal(await register('never-there', changes))).toEqual([400, 'VALIDATION_FAILED', [path]]);
  });

  it('tells all faults at once, and repeats none of what was sent', async () => {
    const reply = await mallflow.anonymous.post('/v1/accounts', form('x', { mobile: '555-secret', password: 'short' }));
    expect(refusal(reply)).toEqual([400, 'VALIDATION_FAILED', ['/login', '/password', '/mobile']]);
    expect(JSON.stringify(reply.body)).not.toMatch(/555-secret|short"/);
  });

  it('is refused from other sites', async () => {
    const reply = await mallflow.anonymous.post('/v1/accounts', form('from-elsewhere'), {
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect([reply.status, reply.body.code]).toEqual([403, 'ORIGIN_REFUSED']);
  });
});

describe('registering in crowds', () => {
  it('is slowed down for an address, whatever becomes of the tries, and does not shut out those who sign in', async () => {
    const slow = await startInstallation({ worker: false, environment: { MALLFLOW_ADDRESS_ATTEMPTS: '3' } });
    try {
      const one = (n: number) => slow.anonymous.post('/v1/accounts', form(`crowd-${n}`));
      expect([(await one(1)).status, (await one(1)).status, (await one(2)).status]).toEqual([201, 422, 201]);
      const fourth = await one(3);
      expect([fourth.status, fourth.body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
      expect(Number(fourth.headers.get('retry-after'))).toBeGreaterThan(0);
      await HttpClient.signIn(slow.url, 'crowd-1', password);
    } finally {
      await slow.stop();
    }
  });
});

describe('the agreement of sellers', () => {
  let seller: HttpClient;
  let sellerId: string;
  let first: Body;

  const agree = (agreementVersion: unknown, changes: object = {}, as = seller) =>
    as.post(`/v1/sellers/${sellerId}/agreements`, { agreementVersion, accepted: true, ...changes });
  const publish = (version: string, signBy: Date | null) =>
    mallflow.database.db.transaction((trx) =>
      publishAgreement(trx, { version, title: '云市场服务商接入协议', text: `第 ${version} 版`, signBy }),
    );
  const facts = () => agreementFactsOf(mallflow.database.db, sellerId);
  const daysAhead = (days: number) => new Date(Date.now() + days * 86_400_000);

  beforeAll(async () => {
    await register('agreeing-seller');
    seller = await HttpClient.signIn(mallflow.url, 'agreeing-seller', password);
    first = (await seller.get('/v1/agreements/seller')).body;
    sellerId = await sellerRows(mallflow, seller);
  });

  it('is there from the start, with its hash', () => {
    expect(first).toEqual({
      ...{ version: '1.0', title: '云市场服务商接入协议', text: expect.stringContaining('平台认证费') },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('signed in the version of now asks for nothing; signing it again is 200 and changes nothing', async () => {
    const before = await facts();
    expect(before).toEqual({ signedVersion: '1.0', signedAt: expect.any(Date), newer: null, overdue: false });
    const again = await agree('1.0');
    expect([again.status, again.body]).toEqual([
      200,
      { agreementVersion: '1.0', sha256: first.sha256, signedAt: before.signedAt.toISOString() },
    ]);
  });

  it.each([
    ['not accepted', { accepted: false }, 422, 'AGREEMENT_NOT_ACCEPTED', ['/accepted']],
    ['without a word about it', { accepted: undefined }, 400, 'VALIDATION_FAILED', ['/accepted']],
    ['of no known version', { agreementVersion: '0.9' }, 422, 'AGREEMENT_OUTDATED', ['/agreementVersion']],
    ['with a number for a version', { agreementVersion: 1 }, 400, 'VALIDATION_FAILED', ['/agreementVersion']],
    ['with more than that', { sha256: 'x' }, 400, 'VALIDATION_FAILED', ['/sha256']],
  ])('is refused %s', async (_, changes, status, code, paths) => {
    expect(refusal(await agree('1.0', changes))).toEqual([status, code, paths]);
  });

  it('is one’s own to sign', async () => {
    for (const login of ['manager@demo', 'operator@demo']) {
      const reply = await agree('1.0', {}, await mallflow.as(login));
      expect([reply.status, reply.body.code]).toEqual([404, 'NOT_FOUND']);
    }
  });

  it('is asked for again by the date of a newer version, and the old one is refused from then on', async () => {
    await publish('1.1', null);
    expect((await facts()).newer).toBeNull();
    const [soon, later] = [daysAhead(7), daysAhead(30)];
    await publish('2.0', soon);
    await publish('2.1', later);
    expect(await facts()).toMatchObject({
      signedVersion: '1.0',
      newer: { version: '2.1', signBy: soon },
      overdue: false,
    });
    expect(refusal(await agree('1.0'))).toEqual([422, 'AGREEMENT_OUTDATED', ['/agreementVersion']]);
    expect((await agree('2.0')).body).toMatchObject({ code: 'AGREEMENT_OUTDATED', current: '2.1' });
    const signed = await agree('2.1');
    expect([signed.status, signed.body.agreementVersion]).toEqual([200, '2.1']);
    expect(await facts()).toMatchObject({ signedVersion: '2.1', newer: null, overdue: false });
    const signatures = await rows(
      mallflow.database.db,
      'select s.version, s.sha256 = v.sha256 as same from agreement_signatures s join agreement_versions v using (version) where seller_id = :sellerId order by v.sequence',
      { sellerId },
    );
    expect(signatures).toEqual([
      { version: '1.0', same: true },
      { version: '2.1', same: true },
    ]);
  });

  it('is overdue when the date has passed, until it is signed', async () => {
    await publish('3.0', new Date(Date.now() - 1_000));
    expect(await facts()).toMatchObject({ signedVersion: '2.1', newer: { version: '3.0' }, overdue: true });
    const twice = await Promise.all([agree('3.0'), agree('3.0')]);
    expect(twice.map(({ status }) => status)).toEqual([200, 200]);
    expect(await facts()).toMatchObject({ signedVersion: '3.0', newer: null, overdue: false });
    const operator = await mallflow.as('operator@demo');
    const audit = await operator.get(`/v1/audit?subjectId=${sellerId}`);
    expect(audit.body.items.map(({ action }: { action: string }) => action)).toEqual([
      'agreement.sign',
      'agreement.sign',
      // Of those who looked at what is another's, above.
      'access.refused',
      'access.refused',
    ]);
  });

  it.each([
    ['a version that was published', `update agreement_versions set title = 'x'`],
    ['a signature', `delete from agreement_signatures`],
  ])('lets nobody change %s', async (_, statement) => {
    await expect(rows(mallflow.database.db, statement)).rejects.toMatchObject({ code: '42501' });
  });
});
