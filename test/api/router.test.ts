import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Express } from 'express';
import { z } from 'zod';
import type { Route } from '../../api/http/route';
import { startInstallation, type Installation } from '../support/installation';
import type { Body } from '../support/http-client';

/** The requests Express would route, read from its router rather than from our table. */
function routed(app: Express): string[] {
  return app.router.stack.flatMap(({ route }) =>
    route === undefined
      ? []
      : route.stack.filter(({ method }) => method !== undefined).map(({ method }) => `${method} ${route.path}`),
  );
}

const nameOf = (route: Route) => `${route.method} ${route.path}`;
const documented = (path: string) => path.replace(/:(\w+)/g, '{$1}');

/** The only open objects of the contract: first what a slow command gave, whatever it was, and its problem with its facts. */
const openByDesign = [
  'get /v1/operations/:id answer 200 /properties/problem',
  // What is asked of a second operator is as each command is; a case on file is all that is known of it.
  'get /v1/approvals answer 200 /properties/items/items/properties/details',
  'post /v1/approvals/:id/refuse answer 200 /properties/details',
  'get /v1/processes/:id/export answer 200 ',
];

/** Pointers of the object schemas that let an unknown member through. */
function openObjects(schema: Body, at = ''): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  const isOpen = schema.type === 'object' && schema.additionalProperties !== false;
  const below = Object.entries(schema).flatMap(([name, part]) => openObjects(part, `${at}/${name}`));
  return isOpen ? [at, ...below] : below;
}

describe('the routes', () => {
  let mallflow: Installation;
  let routes: Route[];
  let document: Body;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    routes = mallflow.api.routes as unknown as Route[];
    document = (await mallflow.anonymous.get('/openapi.json')).body;
  });
  afterAll(() => mallflow.stop());

  it('are in the router, in the table and in the document alike', () => {
    const table = routes.map(nameOf).sort();
    expect(routed(mallflow.api.app).sort()).toEqual(table);
    const inDocument = Object.entries(document.paths as object).flatMap(([path, item]) =>
      Object.keys(item as object).map((method) => `${method} ${path}`),
    );
    expect(inDocument.sort()).toEqual(routes.map((route) => `${route.method} ${documented(route.path)}`).sort());
    expect(new Set(table).size).toBe(table.length);
  });

  it('each say who may call them, and the document says the same', () => {
    for (const route of routes) {
      const operation = document.paths[documented(route.path)][route.method];
      if (typeof route.access === 'string') expect(['open', 'signed_in']).toContain(route.access);
      else expect(route.access.length).toBeGreaterThan(0);
      expect(operation['x-roles']).toEqual(route.access);
      expect(operation.security).toEqual(route.access === 'open' ? [] : [{ bearer: [] }, { cookie: [] }]);
    }
  });

  it('take and give nothing their schemas do not name', () => {
    const open = routes.flatMap((route) => {
      const schemas: [string, z.ZodType, 'input' | 'output'][] = [
        ...(route.query === undefined ? [] : [['query', route.query, 'input'] as [string, z.ZodType, 'input']]),
        ...(route.body === undefined ? [] : [['body', route.body, 'input'] as [string, z.ZodType, 'input']]),
        ...Object.entries(route.answers).flatMap(([status, schema]) =>
          schema === null ? [] : [[`answer ${status}`, schema, 'output'] as [string, z.ZodType, 'output']],
        ),
      ];
      return schemas.flatMap(([which, schema, io]) =>
        openObjects(z.toJSONSchema(schema, { io, unrepresentable: 'any' })).map(
          (at) => `${nameOf(route)} ${which} ${at}`,
        ),
      );
    });
    expect(open).toEqual(openByDesign);
  });

  it('under /v1 describe their query when they read, and every success they give', () => {
    for (const route of routes.filter(({ path }) => path.startsWith('/v1/'))) {
      if (route.method === 'get') expect([nameOf(route), route.query === undefined]).toEqual([nameOf(route), false]);
      const statuses = Object.keys(route.answers).map(Number);
      expect(statuses.length).toBeGreaterThan(0);
      for (const status of statuses) expect(Math.floor(status / 100)).toBe(2);
      // The bytes of a document are no JSON, nor is what is told as it happens.
      const bytes = ['get /v1/documents/:id', 'get /v1/events'].includes(nameOf(route));
      const bodyless = statuses.filter((status) => route.answers[status] === null && !bytes);
      expect([nameOf(route), ...bodyless]).toEqual([nameOf(route), ...bodyless.filter((status) => status === 204)]);
    }
  });

  it('ask for an Idempotency-Key wherever money can move, honour it on every other POST but the sign-in', () => {
    const required = [
      ...['/v1/purchases', '/v1/purchases/:id/pay', '/v1/enterprises/:id/top-ups', '/v1/members/:id/points'],
      ...['/v1/stock-allocations', '/v1/sub-stocks/:id/restock', '/v1/sub-stocks/:id/return'],
      ...['/v1/payments/:id/refunds', '/v1/sellers/:id/certification-fee/pay'],
    ];
    for (const route of routes) {
      const expected =
        // A channel knows no keys: its events have numbers of their own. Who registers has no account to bind one to.
        route.method !== 'post' ||
        ['/v1/sessions', '/v1/accounts'].includes(route.path) ||
        /^\/webhooks\//.test(route.path)
          ? 'none'
          : required.includes(route.path)
            ? 'required'
            : 'honoured';
      expect([nameOf(route), route.idempotency]).toEqual([nameOf(route), expected]);
    }
  });

  it.each(['GET /v1/redemptions', 'GET /v1/redemption-desk', 'POST /webhooks/bank/payments'])(
    '%s comes with a later issue: 404, and not in the document',
    async (call) => {
      const [method = '', path = ''] = call.split(' ');
      const operator = await mallflow.as('operator@demo');
      const reply = await operator.call(method, path, method === 'POST' ? {} : undefined);
      expect([reply.status, reply.body.code]).toEqual([404, 'NOT_FOUND']);
      expect(Object.keys(document.paths as object)).not.toContain(path.replace('prc_1', '{id}'));
    },
  );

  it('stand in docs/openapi.json as they are served (npm run openapi writes it)', () => {
    const committed: unknown = JSON.parse(readFileSync(join(__dirname, '..', '..', 'docs', 'openapi.json'), 'utf8'));
    expect(committed).toEqual(document);
  });
});
