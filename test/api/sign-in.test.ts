import { createHash } from 'node:crypto';
import { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';

const password = 'mallflow-demo';

describe('signing in', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
  });
  afterAll(() => mallflow.stop());

  const signIn = (login: string, secret = password) =>
    mallflow.anonymous.post('/v1/sessions', { login, password: secret });
  const cookieOf = async (login: string) =>
    /^([^;]+)/.exec((await signIn(login)).headers.get('set-cookie') ?? '')?.[1] ?? '';

  describe('with login and password', () => {
    it('answers a token and the account with what it belongs to', async () => {
      const { status, headers, body } = await signIn('manager@demo');
      expect(status).toBe(201);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body.token).toMatch(/^[\w-]{43}$/);
      expect(body.account).toEqual({
        id: expect.stringMatching(/^acc_/),
        login: 'manager@demo',
        displayName: '王店长',
        roles: ['mall_manager'],
        enterpriseId: expect.stringMatching(/^ent_/),
        mallIds: [expect.stringMatching(/^mal_/)],
      });
      expect((await new HttpClient(mallflow.url, body.token as string).get('/v1/me')).body).toEqual(body.account);
    });

    it('names a member its mall and nobody an enterprise that is not theirs', async () => {
      expect((await signIn('member@demo')).body.account).toMatchObject({
        roles: ['member'],
        mallIds: [expect.anything()],
      });
      const { account } = (await signIn('operator@demo')).body;
      expect(Object.keys(account as object).sort()).toEqual(['displayName', 'id', 'login', 'roles']);
    });

    it('does not tell a wrong password from a login nobody has', async () => {
      const wrong = await signIn('manager@demo', 'not the password');
      const nobody = await signIn('nobody@demo', 'not the password');
      expect([wrong.status, wrong.body.code]).toEqual([401, 'SIGN_IN_FAILED']);
      const { requestId: _, ...told } = wrong.body;
      expect(nobody.body).toMatchObject(told);
      expect(Object.keys(nobody.body as object)).toEqual(Object.keys(wrong.body as object));
    });

    it('reads logins without regard to case, passwords with', async () => {
      expect((await signIn('Manager@DEMO')).status).toBe(201);
      expect((await signIn('manager@demo', 'Mallflow-Demo')).status).toBe(401);
    });

    it('leaves no token in the database, only its SHA-256', async () => {
      const { token } = (await signIn('member@demo')).body as { token: string };
      const sessions = await mallflow.database.owner<{ token_sha256: Buffer }>('sessions').select();
      const hashes = sessions.map(({ token_sha256: hash }) => hash.toString('hex'));
      expect(hashes).toContain(createHash('sha256').update(token).digest('hex'));
      for (const table of ['sessions', 'commands', 'audit_log', 'accounts'])
        expect(JSON.stringify(await mallflow.database.owner(table))).not.toContain(token);
      const accounts = await mallflow.database.owner<{ password_hash: string }>('accounts').select();
      for (const account of accounts) expect(account.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    });

    it('ends when it is signed out, and when its time is over', async () => {
      const [one, two] = [await mallflow.as('reviewer@demo'), await mallflow.as('reviewer@demo')];
      const out = await one.delete('/v1/sessions/current');
      expect([out.status, out.body]).toEqual([204, '']);
      expect(out.headers.get('set-cookie')).toMatch(/^mallflow=; .*Max-Age=0/);
      expect((await one.get('/v1/me')).status).toBe(401);
      expect((await two.get('/v1/me')).status).toBe(200);
      await mallflow.database.owner('sessions').update({ expires_at: new Date(Date.now() - 1_000) });
      const over = await two.get('/v1/me');
      expect([over.status, over.body.code]).toEqual([401, 'SIGN_IN_REQUIRED']);
    });

    it.each(['Bearer', 'Bearer x', 'Basic bWFuYWdlcg==', `Bearer ${'x'.repeat(43)}`, `Bearer ' or 1=1 --`])(
      'is not replaced by %s',
      async (authorization) => {
        const { status, body } = await mallflow.anonymous.get('/v1/me', { headers: { authorization } });
        expect([status, body.code]).toEqual([401, 'SIGN_IN_REQUIRED']);
      },
    );
  });

  describe('by cookie', () => {
    it('is kept from scripts and from other sites', async () => {
      const cookie = (await signIn('manager@demo')).headers.get('set-cookie') ?? '';
      expect(cookie.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Lax']);
      const secure = await startInstallation({ worker: false, environment: { MALLFLOW_COOKIE_SECURE: 'true' } });
      try {
        const reply = await secure.anonymous.post('/v1/sessions', { login: 'manager@demo', password });
        expect(reply.headers.get('set-cookie')).toMatch(/^__Host-mallflow=[\w-]{43}; .*; Secure$/);
      } finally {
        await secure.stop();
      }
    });

    const write = (cookie: string, headers: Record<string, string>) =>
      mallflow.anonymous.post('/v1/enterprises', { name: '' }, { headers: { cookie, ...headers } });

    it('serves reads and, from the same site, writes', async () => {
      const cookie = await cookieOf('operator@demo');
      expect((await mallflow.anonymous.get('/v1/me', { headers: { cookie } })).body.login).toBe('operator@demo');
      const sameSite: Record<string, string>[] = [
        { 'sec-fetch-site': 'same-origin', origin: mallflow.url },
        { 'sec-fetch-site': 'none' },
        { origin: mallflow.url },
        {},
      ];
      // 400: it got as far as the body, which is empty on purpose.
      for (const headers of sameSite) expect([headers, (await write(cookie, headers)).status]).toEqual([headers, 400]);
    });

    it.each([
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1' },
    ] as Record<string, string>[])('refuses writes from other sites, not reads: %j', async (headers) => {
      const cookie = await cookieOf('operator@demo');
      const refused = await write(cookie, headers);
      expect([refused.status, refused.body.code]).toEqual([403, 'ORIGIN_REFUSED']);
      expect((await mallflow.anonymous.get('/v1/me', { headers: { cookie, ...headers } })).status).toBe(200);
      const signOut = await mallflow.anonymous.delete('/v1/sessions/current', { headers: { cookie, ...headers } });
      expect(signOut.status).toBe(403);
      // A bearer token is never sent by itself: no site can borrow it.
      const bearer = await mallflow.as('operator@demo');
      expect((await bearer.post('/v1/enterprises', { name: '' }, { headers })).status).toBe(400);
    });

    it('cannot be started from another site: nobody is signed in to a stranger’s account', async () => {
      const headers = { 'sec-fetch-site': 'cross-site' };
      const reply = await mallflow.anonymous.post('/v1/sessions', { login: 'manager@demo', password }, { headers });
      expect([reply.status, reply.body.code, reply.headers.get('set-cookie')]).toEqual([403, 'ORIGIN_REFUSED', null]);
    });

    it('is found among other cookies, and no other cookie is taken for it', async () => {
      const cookie = await cookieOf('operator@demo');
      const among = { cookie: `a=b; ${cookie}; mallflow2=x` };
      expect((await mallflow.anonymous.get('/v1/me', { headers: among })).status).toBe(200);
      const other = { cookie: cookie.replace('mallflow=', 'mallflow2=') };
      expect((await mallflow.anonymous.get('/v1/me', { headers: other })).status).toBe(401);
    });
  });

  describe('and changing the password', () => {
    const change = (client: HttpClient, current: string, next: string) =>
      client.post('/v1/me/password', { current, next });

    it('ends every other sign-in, keeps this one, and only the new password works', async () => {
      const [here, elsewhere] = [await mallflow.as('operator2@demo'), await mallflow.as('operator2@demo')];
      expect((await change(here, password, 'a password of my own')).status).toBe(204);
      expect((await here.get('/v1/me')).status).toBe(200);
      expect((await elsewhere.get('/v1/me')).status).toBe(401);
      expect((await signIn('operator2@demo')).status).toBe(401);
      expect((await signIn('operator2@demo', 'a password of my own')).status).toBe(201);
      const { body } = await here.get('/v1/audit?limit=1');
      expect(body.items[0]).toMatchObject({ action: 'account.change_password', subjectId: body.items[0].actor });
    });

    it('is refused with the wrong current one, and nothing ends', async () => {
      const [here, elsewhere] = [await mallflow.as('manager2@demo'), await mallflow.as('manager2@demo')];
      const { status, body } = await change(here, 'not the password', 'a password of my own');
      expect([status, body.code, body.errors[0].path]).toEqual([422, 'PASSWORD_WRONG', '/current']);
      expect((await elsewhere.get('/v1/me')).status).toBe(200);
      expect((await signIn('manager2@demo')).status).toBe(201);
    });

    it('takes 10 to 128 characters', async () => {
      const here = await mallflow.as('manager2@demo');
      for (const next of ['ninechars', 'x'.repeat(129)])
        expect((await change(here, password, next)).body.errors[0].path).toBe('/next');
    });
  });
});

describe('guessing passwords', () => {
  let mallflow: Installation;
  beforeEach(async () => {
    const environment = { MALLFLOW_SIGN_IN_ATTEMPTS: '3', MALLFLOW_ADDRESS_ATTEMPTS: '12' };
    mallflow = await startInstallation({ worker: false, environment });
  });
  afterEach(() => mallflow.stop());

  const guess = (login: string, secret: string) => mallflow.anonymous.post('/v1/sessions', { login, password: secret });

  it('is slowed down per login, alike whether the login exists, and even with the right password', async () => {
    for (const login of ['manager@demo', 'nobody@demo']) {
      for (let n = 0; n < 3; n += 1) expect((await guess(login, 'wrong')).status).toBe(401);
      const { status, headers, body } = await guess(login, password);
      expect([login, status, body.code]).toEqual([login, 429, 'TOO_MANY_REQUESTS']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(1);
      // Other spellings of the login are the same login.
      expect((await guess(login.toUpperCase(), password)).status).toBe(429);
    }
    expect((await guess('manager2@demo', password)).status).toBe(201);
  });

  it('is slowed down per address, whatever the login', async () => {
    for (let n = 0; n < 12; n += 1) expect((await guess(`nobody${n}@demo`, 'wrong')).status).toBe(401);
    expect((await guess('nobody-else@demo', 'wrong')).status).toBe(429);
    expect((await guess('manager@demo', password)).status).toBe(429);
  });

  it('a sign-in that succeeds was no guess', async () => {
    for (let n = 0; n < 4; n += 1) {
      for (let wrong = 0; wrong < (n === 0 ? 2 : 1); wrong += 1) await guess('manager@demo', 'wrong');
      expect((await guess('manager@demo', password)).status).toBe(201);
    }
  });

  it('is slowed down behind a session, too: whoever found one cannot try out the password', async () => {
    const manager = await mallflow.as('manager@demo');
    const tryOut = (current: string) => manager.post('/v1/me/password', { current, next: 'a password of my own' });
    for (let n = 0; n < 3; n += 1) expect((await tryOut('wrong')).body.code).toBe('PASSWORD_WRONG');
    const { status, body } = await tryOut(password);
    expect([status, body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
  });

  it('cannot slip through many at once, nor by claiming another address', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => guess('manager@demo', 'wrong')));
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(5);
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    const claimed = await mallflow.anonymous.post('/v1/sessions', { login: 'manager@demo', password }, { headers });
    expect(claimed.status).toBe(429);
  });
});
