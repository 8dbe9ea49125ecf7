import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { z } from 'zod';
import { route, type AnyRoute } from '../../api/http/route';
import { errorCatalogue } from '../../domain/shared/errors';
import { startInstallation, type Installation } from '../support/installation';

const open = { method: 'get', tag: 'test', summary: 'of the tests', access: 'open', idempotency: 'none' } as const;
const promise = z.strictObject({ state: z.literal('fine') });

/** Routes that break what the ground promises. */
const broken: readonly AnyRoute[] = [
  route({
    ...open,
    path: '/v1/broken',
    answers: { 200: promise },
    handle: () => Promise.reject(new Error('secret detail of the inside')),
  }),
  route({
    ...open,
    path: '/v1/busy',
    answers: { 200: promise },
    handle: () => Promise.reject(Object.assign(new Error('serialization'), { code: '40001' })),
  }),
  route({
    ...open,
    path: '/v1/says-more',
    answers: { 200: promise },
    handle: () => Promise.resolve({ status: 200, body: { state: 'fine', surplus: 1 } }),
  }),
  route({
    ...open,
    path: '/v1/says-other',
    answers: { 200: promise },
    handle: () => Promise.resolve({ status: 201, body: { state: 'fine' } }),
  }),
];

function rawExchange(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(text));
    socket.on('data', (data) => (answer += data.toString()));
    socket.once('close', () => resolve(answer)).once('error', reject);
  });
}

describe('problem documents', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false, routes: (own) => [...own, ...broken] });
  });
  afterAll(() => mallflow.stop());

  it('have the members of the contract and the media type of RFC 9457', async () => {
    const { status, headers, body } = await mallflow.anonymous.get('/v1/purchases/pur_1?a=b');
    expect(status).toBe(401);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toEqual({
      type: '/docs/errors#SIGN_IN_REQUIRED',
      title: 'sign in required',
      status: 401,
      detail: errorCatalogue.SIGN_IN_REQUIRED.en,
      code: 'SIGN_IN_REQUIRED',
      instance: '/v1/purchases/pur_1',
      requestId: headers.get('x-request-id'),
    });
  });

  it('name a page that explains every code', async () => {
    const page = (await mallflow.anonymous.get('/docs/errors')).body as string;
    for (const code of Object.keys(errorCatalogue)) expect(page).toContain(`id="${code}"`);
  });

  it.each([
    [undefined, 'en'],
    ['zh-CN', 'zh'],
    ['zh', 'zh'],
    ['zh-TW, en;q=0.1', 'zh'],
    ['en;q=0.5, zh-CN', 'zh'],
    ['en-GB, zh;q=0.5', 'en'],
    ['fr', 'en'],
    ['*', 'en'],
    ['%%%', 'en'],
  ] as const)('speak to Accept-Language %s in %s', async (accepted, language) => {
    const headers: Record<string, string> = accepted === undefined ? {} : { 'accept-language': accepted };
    for (const path of ['/v1/me', '/nothing/here']) {
      const { body } = await mallflow.anonymous.get(path, { headers });
      expect(body.detail).toBe(errorCatalogue[body.code as keyof typeof errorCatalogue][language]);
    }
  });

  it('carry a request id of our own: a caller’s could collide, or tell something personal', async () => {
    const given = randomUUID();
    const reply = await mallflow.anonymous.get('/v1/me', { headers: { 'x-request-id': given } });
    expect(reply.body.requestId).toBe(reply.headers.get('x-request-id'));
    expect(reply.body.requestId).not.toBe(given);
  });

  it.each([
    '/nothing/here',
    '/v1',
    '/v1/purchases/',
    '/V1/purchases',
    '/v1/%zz',
    '/../etc/passwd',
    '/docs/package.json',
  ])('also answer the path %s: 404', async (path) => {
    const { status, headers, body } = await mallflow.anonymous.get(path);
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body.requestId).toMatch(/^[\w-]{8,64}$/);
  });

  it.each([
    ['a header that is none', 'GET /healthz HTTP/1.1\r\nHost: a\r\nno header\r\n\r\n', 400],
    ['a method that is none', 'BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['two lengths', 'POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}', 400],
    ['too large a header', `GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, 431],
  ])('never leak a stack or a page: %s', async (_, text, status) => {
    const answer = await rawExchange(mallflow.url, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).not.toMatch(/<html|<pre|node:internal|\n\s+at /i);
    expect((await mallflow.anonymous.get('/healthz')).status).toBe(200);
  });

  it('hide a fault of ours: 500 with the requestId and nothing of the inside', async () => {
    const { status, headers, body } = await mallflow.anonymous.get('/v1/broken');
    expect([status, body.code, body.requestId]).toEqual([500, 'INTERNAL', headers.get('x-request-id')]);
    expect(JSON.stringify(body)).not.toMatch(/secret|inside|at /);
  });

  it('say when to come back: Retry-After on 503', async () => {
    const { status, headers, body } = await mallflow.anonymous.get('/v1/busy');
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'TRY_AGAIN', '2']);
  });

  it('stand in for an answer that breaks its own schema, in tests', async () => {
    for (const path of ['/v1/says-more', '/v1/says-other']) {
      const { status, body } = await mallflow.anonymous.get(path);
      expect([path, status, body.code]).toEqual([path, 500, 'INTERNAL']);
    }
  });
});

describe('where answers are not held against their schemas, behind a trusted proxy', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    const environment = { MALLFLOW_CHECK_ANSWERS: 'false', MALLFLOW_TRUST_PROXY: '1' };
    mallflow = await startInstallation({ worker: false, routes: () => broken, environment });
  });
  afterAll(() => mallflow.stop());

  it('an answer that says more than it promised is given', async () => {
    expect((await mallflow.anonymous.get('/v1/says-more')).body).toEqual({ state: 'fine', surplus: 1 });
  });

  it('the request id of the proxy is taken over if it is a UUID, else one is made', async () => {
    const idFor = async (given: string) =>
      (await mallflow.anonymous.get('/v1/broken', { headers: { 'x-request-id': given } })).body.requestId as string;
    const given = randomUUID();
    expect(await idFor(given)).toBe(given);
    for (const strange of ['short', 'from-the-proxy-1', '{"a":1}aaaaaaa', `${given}${given}`]) {
      expect(await idFor(strange)).toMatch(/^[0-9a-f-]{36}$/);
      expect(await idFor(strange)).not.toBe(given);
    }
  });
});
