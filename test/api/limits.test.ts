import { connect, type AddressInfo, type Socket } from 'node:net';
import { z } from 'zod';
import { createHttpServer } from '../../api/http/server';
import { route, type AnyRoute } from '../../api/http/route';
import { eventually } from '../support/eventually';
import { type HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';

const state = z.strictObject({ state: z.literal('let go') });

/** Requests that stay in work until the test lets them go. */
class Gate {
  private waiting: (() => void)[] = [];

  get held(): number {
    return this.waiting.length;
  }

  letGo(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  private readonly handle = async () => {
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return { status: 200, body: { state: 'let go' } };
  };

  readonly routes: readonly AnyRoute[] = [
    route({
      method: 'get',
      path: '/v1/held',
      summary: 'A slow read',
      tag: 'test',
      access: 'open',
      idempotency: 'none',
      answers: { 200: state },
      handle: this.handle,
    }),
    route({
      method: 'post',
      path: '/v1/held',
      summary: 'A slow command',
      tag: 'test',
      access: 'open',
      idempotency: 'honoured',
      answers: { 200: state },
      handle: this.handle,
    }),
  ];
}

describe('limits', () => {
  const gate = new Gate();
  let mallflow: Installation;
  let manager: HttpClient;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    mallflow = await startInstallation({
      worker: false,
      environment: { MALLFLOW_MAX_REQUESTS: '4', MALLFLOW_MAX_COMMANDS: '2' },
      routes: (own) => [...own, ...gate.routes],
    });
    manager = await mallflow.as('manager@demo');
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(() => mallflow.stop());

  const hold = async (method: 'get' | 'post', count: number) => {
    const calls = Array.from({ length: count }, () => mallflow.anonymous[method]('/v1/held'));
    await eventually(
      () => Promise.resolve(gate.held),
      (held) => held >= count,
    );
    return calls;
  };

  it('more requests than can be worked on are refused at once, before anything else is looked at', async () => {
    const calls = await hold('get', 4);
    for (const client of [manager, mallflow.anonymous]) {
      const { status, headers, body } = await client.get('/v1/enterprises');
      expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'TOO_MANY_REQUESTS', '1']);
    }
    expect((await mallflow.anonymous.get('/healthz')).status).toBe(429);
    // The method comes first: what can never be served is not asked to come back.
    expect((await mallflow.anonymous.call('PUT', '/v1/purchases', {})).status).toBe(405);

    gate.letGo();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await manager.get('/v1/me')).status).toBe(200);
  });

  it('commands have a bound of their own, so that reads stay possible while they pile up', async () => {
    const calls = await hold('post', 2);
    const command = await manager.post('/v1/purchases', {});
    expect([command.status, command.body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect((await manager.get('/v1/purchases')).status).toBe(200);
    gate.letGo();
    await Promise.all(calls);
    expect((await manager.post('/v1/purchases', {})).status).toBe(400);
  });

  it('a client that hangs up gives its place back', async () => {
    const aborting = new AbortController();
    const gone = [1, 2, 3, 4].map(() => mallflow.anonymous.get('/v1/held', { signal: aborting.signal }));
    await eventually(
      () => Promise.resolve(gate.held),
      (held) => held >= 4,
    );
    aborting.abort();
    await Promise.allSettled(gone);
    gate.letGo();
    expect((await manager.get('/v1/me')).status).toBe(200);
  });

  it('clients that send slowly, head or body, keep nobody from being served', async () => {
    const open = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const socket = connect(Number(new URL(mallflow.url).port), '127.0.0.1', () => {
          socket.write(text, () => resolve());
        });
        socket.once('error', reject);
        sockets.push(socket);
      });
    const authorised = `Host: a\r\nAuthorization: Bearer ${manager.token ?? ''}\r\nIdempotency-Key: slow\r\n`;
    const body = 'Content-Type: application/json\r\nContent-Length: 60\r\n\r\n{"benefitId":';
    // Three times as many as may be worked on at once, of each kind.
    for (let n = 0; n < 12; n += 1) {
      await open('GET /v1/purchases HTTP/1.1\r\nHost: a\r\nX-Slow: ');
      await open(`POST /v1/sessions HTTP/1.1\r\nHost: a\r\n${body}`);
      await open(`POST /v1/purchases HTTP/1.1\r\n${authorised}${body}`);
    }
    await eventually(
      async () => (await mallflow.anonymous.get('/metrics')).body as string,
      (metrics) => /mallflow_http_in_flight\{kind="command"\} 0/.test(metrics),
    );
    for (let n = 0; n < 5; n += 1) {
      expect((await manager.get('/v1/purchases')).status).toBe(200);
      expect((await manager.post('/v1/purchases', {})).status).toBe(400);
    }
  });

  describe('a client that does not come to an end', () => {
    /** All that is answered until the other side hangs up, on a server that waits `ms` for each part. */
    const cutOff = async (times: { headMs: number; requestMs: number }, text: string) => {
      const server = createHttpServer(mallflow.api.listener, { ...times, checkEveryMs: 10 });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        return await new Promise<string>((resolve, reject) => {
          let answer = '';
          const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(text));
          socket.on('data', (chunk) => (answer += chunk.toString()));
          socket.once('close', () => resolve(answer)).once('error', reject);
          sockets.push(socket);
        });
      } finally {
        server.close();
      }
    };
    const head = 'POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';

    it.each([
      ['the head', { headMs: 100, requestMs: 60_000 }, `${head}X-Slow: `],
      ['the body', { headMs: 100, requestMs: 200 }, `${head}Content-Length: 60\r\n\r\n{"login":`],
    ])('of %s is answered 408 and cut off', async (_, times, text) => {
      expect(await cutOff(times, text)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    });
  });
});
