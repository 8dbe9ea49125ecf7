import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { coupon, purchaseRows } from '../support/purchases';

interface Fault {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

const faults = (reply: Reply) => (reply.body.errors as Fault[]).map(({ path, code }) => [path, code]);

const benefit = {
  name: '加油券',
  kind: 'rights_pack',
  priceFen: 100,
  validity: { days: 30 },
  exchangeNotes: '自入库起 30 天内有效。',
};

describe('bodies', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let operator: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    manager = await mallflow.as('manager@demo');
    operator = await mallflow.as('operator@demo');
  });
  afterAll(() => mallflow.stop());

  describe('are strict', () => {
    it('an unknown field is refused and named by its JSON Pointer, at any depth', async () => {
      const body = { ...benefit, colour: 'red', 'a/b~c': 1, validity: { days: 30, hours: 2 } };
      const reply = await operator.post('/v1/benefits', body);
      expect([reply.status, reply.body.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(faults(reply).sort()).toEqual([
        ['/a~1b~0c', 'UNKNOWN_FIELD'],
        ['/colour', 'UNKNOWN_FIELD'],
        ['/validity/hours', 'UNKNOWN_FIELD'],
      ]);
    });

    it('all faults of a body are told at once', async () => {
      const body = { name: '', kind: 'cake', priceFen: 0, validity: { days: 0 }, extra: true };
      const reply = await operator.post('/v1/benefits', body);
      expect(faults(reply).sort()).toEqual([
        ['/exchangeNotes', 'REQUIRED'],
        ['/extra', 'UNKNOWN_FIELD'],
        ['/kind', 'NOT_ALLOWED'],
        ['/name', 'TOO_SMALL'],
        ['/priceFen', 'TOO_SMALL'],
        ['/validity/days', 'TOO_SMALL'],
      ]);
      for (const { message } of reply.body.errors as Fault[]) expect(message).toMatch(/\S/);
    });

    it('nothing is nested without end', async () => {
      const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
      const reply = await manager.post('/v1/purchases', deep);
      expect([reply.status, reply.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    });

    it('a field named __proto__ or constructor is as unknown as any other', async () => {
      for (const name of ['__proto__', 'constructor']) {
        const reply = await manager.post(
          '/v1/purchases',
          `{"benefitId":"${coupon.id}","quantity":1,"${name}":{"a":1}}`,
        );
        expect([reply.status, faults(reply)]).toEqual([400, [[`/${name}`, 'UNKNOWN_FIELD']]]);
      }
    });

    it.each(['[]', '[{}]', '"text"', '1', 'true', 'null'])('%s is no object', async (json) => {
      const reply = await manager.post('/v1/purchases', json);
      expect([reply.status, faults(reply)]).toEqual([400, [['', 'TYPE']]]);
    });

    it('a command without fields takes no body, or an empty one, and nothing else', async () => {
      const { id } = await purchaseRows(mallflow);
      const reply = await manager.post(`/v1/purchases/${id}/cancel`, { reason: 'changed my mind' });
      expect([reply.status, faults(reply)]).toEqual([400, [['/reason', 'UNKNOWN_FIELD']]]);
    });

    it('an unknown member of the query is refused on writes, too', async () => {
      const reply = await manager.post('/v1/purchases?dryRun=true', { benefitId: coupon.id, quantity: 1 });
      expect([reply.status, faults(reply)]).toEqual([400, [['/dryRun', 'UNKNOWN_FIELD']]]);
    });
  });

  describe('numbers', () => {
    const wrong = ['1.5', '"1e3"', '"1"', '-1', '0', '9007199254740992', '1e400', '"NaN"', 'null', 'true', '[1]'];

    it.each(wrong)('%s is no quantity', async (text) => {
      const reply = await manager.post('/v1/purchases', `{"benefitId":"${coupon.id}","quantity":${text}}`);
      expect([reply.status, reply.body.errors[0].path]).toEqual([400, '/quantity']);
    });

    it.each(wrong)('%s is no amount of money', async (text) => {
      const { body: me } = await manager.get('/v1/me');
      const path = `/v1/enterprises/${me.enterpriseId}/top-ups`;
      const before = (await manager.get('/v1/enterprise-balance')).body;
      const reply = await operator.post(path, `{"reason":"transfer","amountFen":${text}}`);
      expect([reply.status, reply.body.errors[0].path]).toEqual([400, '/amountFen']);
      expect((await manager.get('/v1/enterprise-balance')).body).toEqual(before);
    });

    it.each(['NaN', 'Infinity', '01', '1.', '0x10'])('%s is not JSON at all', async (text) => {
      const reply = await manager.post('/v1/purchases', `{"benefitId":"${coupon.id}","quantity":${text}}`);
      expect([reply.status, faults(reply)]).toEqual([400, [['', 'JSON']]]);
    });

    it('their bounds are part of the shape: 100,000 pieces pass it, one more does not', async () => {
      const within = await manager.post('/v1/purchases', { benefitId: 'ben_nothing', quantity: 100_000 });
      expect([within.status, within.body.code]).toEqual([422, 'REFERENCE_NOT_FOUND']);
      const beyond = await manager.post('/v1/purchases', { benefitId: 'ben_nothing', quantity: 100_001 });
      expect([beyond.status, faults(beyond)]).toEqual([400, [['/quantity', 'TOO_LARGE']]]);
    });
  });

  describe('bytes', () => {
    const order = JSON.stringify({ benefitId: 'ben_nothing', quantity: 1 });
    const padded = (length: number) => order.replace('{', `{${' '.repeat(length - order.length)}`);
    const send = (body: string | Uint8Array, type: string | null, more: Record<string, string> = {}) =>
      fetch(`${mallflow.url}/v1/purchases`, {
        method: 'POST',
        body: Buffer.from(body),
        headers: {
          authorization: `Bearer ${manager.token ?? ''}`,
          'idempotency-key': 'bytes',
          ...(type === null ? {} : { 'content-type': type }),
          ...more,
        },
      });

    it('up to the limit are read, one more is 413 and the limit is told', async () => {
      expect((await manager.post('/v1/purchases', padded(262_144))).status).toBe(422);
      const reply = await manager.post('/v1/purchases', padded(262_145));
      expect([reply.status, reply.body.code, reply.body.limitBytes]).toEqual([413, 'TOO_LARGE', 262_144]);
    });

    it('that come in pieces of unannounced length are counted, too', async () => {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const sending = request(`${mallflow.url}/v1/purchases`, {
          method: 'POST',
          headers: { authorization: `Bearer ${manager.token ?? ''}`, 'content-type': 'application/json' },
        });
        sending.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
        for (let piece = 0; piece < 300; piece += 1) sending.write(' '.repeat(1_000));
        sending.end(order);
      });
      expect(status).toBe(413);
    });

    it.each(['text/plain', 'application/jsonx', 'application/problem+json', 'application/x-www-form-urlencoded', null])(
      'of type %s are 415, and what is taken is told',
      async (type) => {
        const response = await send(order, type);
        const { code, accepted } = (await response.json()) as { code: string; accepted: string };
        expect([response.status, code, accepted]).toEqual([415, 'UNSUPPORTED_TYPE', 'application/json']);
      },
    );

    it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
      'of type %s are read',
      async (type) => expect((await send(order, type)).status).toBe(422),
    );

    it('that are compressed are 415: they could unpack to anything', async () => {
      const response = await send(gzipSync(order), 'application/json', { 'content-encoding': 'gzip' });
      expect(response.status).toBe(415);
    });

    it('that are not UTF-8, or carry NUL characters, are 400', async () => {
      const latin1 = Buffer.concat([
        Buffer.from('{"benefitId":"'),
        Buffer.from([0xe9]),
        Buffer.from('","quantity":1}'),
      ]);
      expect((await send(latin1, 'application/json')).status).toBe(400);
      const nul = await manager.post('/v1/purchases', { benefitId: 'ben_\0', quantity: 1 });
      expect([nul.status, faults(nul)]).toEqual([400, [['/benefitId', 'FORMAT']]]);
      const half = await operator.post('/v1/enterprises', '{"name":"half of a character: \\ud83d"}');
      expect([half.status, faults(half)]).toEqual([400, [['/name', 'FORMAT']]]);
      expect((await operator.post('/v1/enterprises', '{"name":"a whole one: \\ud83d\\ude00"}')).status).toBe(201);
    });
  });
});
