import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { createApi } from '../../api/app';
import { composeServices } from '../../api/compose';
import { parseEnvironment } from '../../config/env';
import { eventually } from '../support/eventually';
import { startInstallation, type Installation } from '../support/installation';

describe('what stands beside the business routes', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
  });
  afterAll(() => mallflow.stop());

  describe('health', () => {
    it('says that the process is up', async () => {
      const { status, body } = await mallflow.anonymous.get('/healthz');
      expect([status, body]).toEqual([200, { state: 'up' }]);
    });

    it('says that requests can be served, and names what is there', async () => {
      // The first look connects to Temporal, which a busy machine may not manage in the second it is given.
      await eventually(
        async () => {
          const { status, body } = await mallflow.anonymous.get('/readyz');
          return [status, body];
        },
        (found) => isDeepStrictEqual(found, [200, { state: 'ready', postgres: 'up', temporal: 'up' }]),
      );
    });

    it('stays ready without Temporal, and says so: reads go on', async () => {
      const alone = await startInstallation({ worker: false, environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
      try {
        const { status, body } = await alone.anonymous.get('/readyz');
        expect([status, body]).toEqual([200, { state: 'ready', postgres: 'up', temporal: 'down' }]);
        expect((await (await alone.as('manager@demo')).get('/v1/purchases')).status).toBe(200);
      } finally {
        await alone.stop();
      }
    });

    /** An API beside the installation's own, in another role or at another database. */
    async function readinessWith(environment: Record<string, string>) {
      const config = parseEnvironment({ NODE_ENV: 'test', MALLFLOW_LOG_LEVEL: 'silent', ...environment });
      const services = composeServices(config, process.env);
      const server = createServer(createApi(services).listener);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`);
        return [response.status, await response.json()];
      } finally {
        server.closeAllConnections();
        server.close();
        await services.db.destroy();
        await services.temporal.connection.close();
      }
    }

    it('is not ready in a database role that could rewrite the ledger', async () => {
      const owner = mallflow.database.url;
      const found = await readinessWith({ APP_DATABASE_URL: owner });
      expect(found).toMatchObject([503, { state: 'not_ready', postgres: 'too_powerful' }]);
    });

    it('is not ready without Postgres', async () => {
      const found = await readinessWith({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
      expect(found).toMatchObject([503, { state: 'not_ready', postgres: 'down' }]);
    });
  });

  it('metrics are in the format of Prometheus and count what was answered, by route and not by id', async () => {
    await (await mallflow.as('manager@demo')).get('/v1/purchases/pur_unique_id');
    const { status, headers, body } = await mallflow.anonymous.get('/metrics');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    expect(body).toMatch(/mallflow_http_request_seconds_count\{route="\/v1\/purchases\/:id",status="404"\} 1\n/);
    expect(body).not.toContain('pur_unique_id');
    expect(body).toMatch(/mallflow_http_in_flight\{kind="all"\} \d/);
  });

  describe('the documentation', () => {
    it('is a page whose parts all come from here, so that it works offline', async () => {
      const page = await mallflow.anonymous.get('/docs');
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      const parts = [...(page.body as string).matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
      expect(parts.length).toBeGreaterThanOrEqual(3);
      for (const part of parts) {
        expect(part).toMatch(/^\/docs\/[\w.-]+$/);
        const { status, headers, body } = await mallflow.anonymous.get(part);
        expect([part, status]).toEqual([part, 200]);
        expect(headers.get('content-type')).toMatch(part.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
        expect((body as string).length).toBeGreaterThan(50);
      }
    });

    it('loads nothing the security policy forbids', async () => {
      const page = await mallflow.anonymous.get('/docs');
      expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'(;|$)/);
      expect(page.body).not.toMatch(/<script>|<script [^>]*>[^<]/); // inline code
      expect((await mallflow.anonymous.get('/docs/start.js')).body).toContain("url: '/openapi.json'");
    });

    it('is the document itself, as JSON', async () => {
      const { status, headers, body } = await mallflow.anonymous.get('/openapi.json');
      expect([status, body.openapi]).toEqual([200, '3.1.0']);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
    });
  });

  it('HEAD is answered wherever GET is: the same head, no body', async () => {
    const manager = await mallflow.as('manager@demo');
    for (const path of ['/healthz', '/docs', '/openapi.json', '/v1/purchases', '/v1/me']) {
      const get = await manager.get(path);
      const head = await manager.call('HEAD', path, undefined);
      expect([path, head.status, head.body]).toEqual([path, 200, '']);
      for (const name of ['content-type', 'content-length'])
        expect([path, head.headers.get(name)]).toEqual([path, get.headers.get(name)]);
    }
    expect((await mallflow.anonymous.call('HEAD', '/v1/purchases', undefined)).status).toBe(401);
    expect((await manager.call('HEAD', '/v1/purchases/pur_1/pay', undefined)).status).toBe(405);
  });

  it('every answer carries the security headers, refusals and pages alike', async () => {
    for (const path of ['/healthz', '/docs', '/v1/me', '/nothing']) {
      const { headers } = await mallflow.anonymous.get(path);
      expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
      expect([path, headers.get('x-frame-options')]).toEqual([path, 'SAMEORIGIN']);
      expect([path, headers.get('content-security-policy')]).toEqual([
        path,
        expect.stringMatching(/default-src 'self'/),
      ]);
      expect([path, headers.get('strict-transport-security')]).toEqual([path, expect.stringMatching(/max-age=/)]);
      expect([path, headers.get('referrer-policy')]).toEqual([path, 'no-referrer']);
      expect([path, headers.get('x-powered-by')]).toEqual([path, null]);
    }
  });

  it('a method no route knows is told what the path takes', async () => {
    for (const method of ['OPTIONS', 'PATCH', 'TRACE', 'PROPFIND']) {
      const response = await exchange(mallflow.url, method, '/v1/purchases');
      expect([method, response.status, response.allow]).toEqual([method, 405, 'HEAD, POST, GET']);
    }
  });
});

/** fetch refuses some methods by itself. */
function exchange(url: string, method: string, path: string) {
  return new Promise<{ status: number | undefined; allow: string | undefined }>((resolve, reject) => {
    request(url + path, { method })
      .once('response', (response) => resolve({ status: response.resume().statusCode, allow: response.headers.allow }))
      .once('error', reject)
      .end();
  });
}
