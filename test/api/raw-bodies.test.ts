import { connect, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Request } from 'express';
import { z } from 'zod';
import { readBytes, ReadingRoom } from '../../api/http/read-bytes';
import { commandRequest, rawRoute, route } from '../../api/http/route';
import { createHttpServer } from '../../api/http/server';
import type { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';

const limitBytes = 2_000;

/** Answers what it was given: once through a command, so that keys count. */
const echo = rawRoute({
  method: 'post',
  path: '/v1/echo',
  summary: 'Tells what came',
  tag: 'test',
  access: ['mall_manager'],
  idempotency: 'honoured',
  raw: { contentTypes: ['text/plain', 'image/png'], limitBytes },
  answers: { 200: z.strictObject({ contentType: z.string(), bytes: z.int() }) },
  handle: (call) =>
    call.services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: 'echo',
      work: () => Promise.resolve(),
      render: () => Promise.resolve({ contentType: call.body.contentType, bytes: call.body.bytes.length }),
    }),
});

const stream = route({
  method: 'get',
  path: '/stream',
  summary: 'Answers in pieces',
  tag: 'test',
  access: 'open',
  idempotency: 'none',
  answers: { 200: null },
  handle: () =>
    Promise.resolve({
      status: 200,
      raw: { contentType: 'text/plain', content: Readable.from([Buffer.from('one '), Buffer.from('two')]) },
    }),
});

describe('raw bodies', () => {
  let mallflow: Installation;
  let manager: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false, routes: (own) => [...own, echo, stream] });
    manager = await mallflow.as('manager@demo');
  });
  afterAll(() => mallflow.stop());

  const send = (body: string | Buffer, type: string, more: { key?: string; headers?: Record<string, string> } = {}) =>
    manager.post('/v1/echo', body, { ...more, headers: { 'content-type': type, ...more.headers } });

  it.each(['text/plain', 'image/png', 'TEXT/Plain; charset=UTF-8', 'text/plain;charset="utf-8"'])(
    'of type %s reach the route as they came',
    async (type) => {
      const bytes = Buffer.from([0, 255, 13, 10, 0]);
      const reply = await send(bytes, type);
      expect([reply.status, reply.body]).toEqual([200, { contentType: type.toLowerCase().split(';')[0], bytes: 5 }]);
    },
  );

  it.each(['application/json', 'text/html', 'text/plain; charset=gbk', 'image/png, text/plain', ''])(
    'of type %s are 415, and what is taken is told',
    async (type) => {
      const reply = await send('text', type);
      expect([reply.status, reply.body.code, reply.body.accepted]).toEqual([
        415,
        'UNSUPPORTED_TYPE',
        'text/plain, image/png',
      ]);
    },
  );

  it('that are compressed are 415', async () => {
    expect((await send('text', 'text/plain', { headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
  });

  it('up to the limit are read, one more is 413 and the limit is told', async () => {
    expect((await send('x'.repeat(limitBytes), 'text/plain')).status).toBe(200);
    for (const bytes of [limitBytes + 1, 3_000_000]) {
      const reply = await send('x'.repeat(bytes), 'text/plain');
      expect([reply.status, reply.body.code, reply.body.limitBytes]).toEqual([413, 'TOO_LARGE', limitBytes]);
      expect((await manager.get('/v1/me')).status).toBe(200);
    }
  });

  it('are bound to their key byte by byte', async () => {
    const key = 'raw-1';
    expect((await send('one', 'text/plain', { key })).headers.get('idempotent-replayed')).toBeNull();
    expect((await send('one', 'text/plain', { key })).headers.get('idempotent-replayed')).toBe('true');
    const other = await send('onE', 'text/plain', { key });
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  /** Sends the head, then piece after piece until the other side hangs up; all that was answered, and how much it took. */
  const sendOnAndOn = async (head: string, piece: Buffer | null) => {
    const server = createHttpServer(mallflow.api.listener, { headMs: 200, requestMs: 400, checkEveryMs: 10 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      return await new Promise<{ answer: string; sentBytes: number }>((resolve) => {
        let answer = '';
        const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
        const push = (): void => {
          while (piece !== null && !socket.destroyed && socket.bytesWritten < 200_000_000 && socket.write(piece));
        };
        socket.write(head, push);
        socket.on('drain', push).on('data', (chunk) => (answer += chunk.toString()));
        socket.on('error', () => undefined);
        socket.once('close', () => resolve({ answer, sentBytes: socket.bytesWritten }));
      });
    } finally {
      server.close();
    }
  };
  const headOf = (length: string) =>
    `POST /v1/echo HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${manager.token ?? ''}\r\nContent-Type: text/plain\r\n${length}\r\n\r\n`;

  it.each([
    ['a length far too large', 'Content-Length: 1000000000', Buffer.alloc(65_536)],
    [
      'no length',
      'Transfer-Encoding: chunked',
      Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_538, '\r\n')]),
    ],
  ])('that announce %s are refused and then cut off, not read to their end', async (_, length, piece) => {
    const { answer, sentBytes } = await sendOnAndOn(headOf(length), piece);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(sentBytes).toBeLessThan(50_000_000);
  });

  it('that come too slowly are answered 408 and cut off', async () => {
    const { answer } = await sendOnAndOn(`${headOf('Content-Length: 60')}begun`, null);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that are unfinished fill only so much memory together, and give it back', async () => {
    const room = new ReadingRoom(10);
    const body = () => Object.assign(new Readable({ read: () => undefined }), { headers: {} });
    const read = (source: Readable) => readBytes(source as unknown as Request, 100, room);
    const [first, second, third] = [body(), body(), body()];
    const unfinished = read(first);
    first.push(Buffer.alloc(8));
    const refused = read(second);
    second.push(Buffer.alloc(3));
    await expect(refused).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    first.push(null);
    expect((await unfinished).length).toBe(8);
    const after = read(third);
    third.push(Buffer.alloc(10));
    third.push(null);
    expect((await after).length).toBe(10);
  });

  it('of an answer are sent in pieces, and not at all where only the head is asked for', async () => {
    const { status, body } = await manager.get('/stream');
    expect([status, body]).toEqual([200, 'one two']);
    const head = await manager.call('HEAD', '/stream', undefined);
    expect([head.status, head.body]).toEqual([200, '']);
  });
});
