import { randomUUID } from 'node:crypto';
import { claimCommand } from '../../db/command/repository';
import { newId } from '../../db/new-id';
import { newAccount } from '../support/accounts';
import { type HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { purchaseRows } from '../support/purchases';

/** Who calls, in the order of the columns. The stranger manages another enterprise; the purchase is the manager's. */
const callers = ['manager', 'stranger', 'member', 'seller', 'reviewer', 'operator', 'no role', 'anonymous'] as const;

/**
 * Written by hand from the contract, not derived from the routes: method, path as in the route table, then the expected
 * status of each caller. Writes send a body with an unknown field, so that whoever may call is answered 400 and nothing
 * happens; whoever may not must be turned away before the body is looked at. Signing out comes last: it ends them all.
 */
const expected = `
  GET    /healthz                       200 200 200 200 200 200 200 200
  GET    /readyz                        200 200 200 200 200 200 200 200
  GET    /metrics                       200 200 200 200 200 200 200 200
  GET    /openapi.json                  200 200 200 200 200 200 200 200
  GET    /docs                          200 200 200 200 200 200 200 200
  GET    /docs/:name                    200 200 200 200 200 200 200 200
  POST   /v1/sessions                   400 400 400 400 400 400 400 400
  GET    /v1/me                         200 200 200 200 200 200 200 401
  POST   /v1/me/password                400 400 400 400 400 400 400 401
  GET    /v1/operations/:id             200 404 404 404 404 404 404 401
  GET    /v1/malls                      200 200 200 403 403 403 403 401
  GET    /v1/benefits                   200 200 403 403 403 403 403 401
  GET    /v1/enterprise-balance         200 200 403 403 403 403 403 401
  GET    /v1/enterprise-balance/entries 200 200 403 403 403 403 403 401
  GET    /v1/commodities                200 200 403 403 403 403 403 401
  GET    /v1/commodities/:id            200 404 403 403 403 403 403 401
  POST   /v1/images                     415 415 403 403 403 403 403 401
  GET    /images/:name                  200 200 200 200 200 200 200 200
  POST   /v1/purchases                  400 400 403 403 403 403 403 401
  GET    /v1/purchases                  200 200 403 403 403 403 403 401
  GET    /v1/purchases/:id              200 404 403 403 403 403 403 401
  POST   /v1/purchases/:id/pay          400 404 403 403 403 403 403 401
  POST   /v1/purchases/:id/cancel       400 404 403 403 403 403 403 401
  POST   /v1/purchases/:id/close        400 404 403 403 403 403 403 401
  GET    /v1/processes                  403 403 403 403 403 200 403 401
  GET    /v1/processes/counts           403 403 403 403 403 200 403 401
  GET    /v1/processes/:id              403 403 403 403 403 200 403 401
  GET    /v1/audit                      403 403 403 403 403 200 403 401
  GET    /v1/enterprises                403 403 403 403 403 200 403 401
  POST   /v1/enterprises                403 403 403 403 403 400 403 401
  POST   /v1/enterprises/:id/top-ups    403 403 403 403 403 400 403 401
  POST   /v1/malls                      403 403 403 403 403 400 403 401
  POST   /v1/accounts/staff             403 403 403 403 403 400 403 401
  POST   /v1/benefits                   403 403 403 403 403 400 403 401
  DELETE /v1/sessions/current           204 204 204 204 204 204 204 401
`;

const matrix = expected
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/))
  .map(([method = '', path = '', ...statuses]) => ({ method, path, statuses: statuses.map(Number) }));

const codeOf: Readonly<Record<number, string>> = {
  400: 'VALIDATION_FAILED',
  401: 'SIGN_IN_REQUIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  415: 'UNSUPPORTED_TYPE',
};

describe('who may call what', () => {
  let mallflow: Installation;
  let clients: HttpClient[];
  /** What `:id` stands for on each path: the manager's own, where it belongs to somebody. */
  let ids: Record<string, string>;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    const demo = ['manager@demo', 'manager2@demo', 'member@demo', 'reviewer@demo', 'operator@demo'];
    const [manager, stranger, member, reviewer, operator] = await Promise.all(demo.map((login) => mallflow.as(login)));
    const seller = await newAccount(mallflow, { login: 'seller@test', roles: ['seller'] });
    const noRole = await newAccount(mallflow, { login: 'nobody@test', roles: [] });
    clients = [manager, stranger, member, seller, reviewer, operator, noRole, mallflow.anonymous] as HttpClient[];

    const { id, commodityId } = await purchaseRows(mallflow, { paid: true });
    const { body: me } = await clients[0]!.get('/v1/me');
    const operationId = newId('command');
    await claimCommand(mallflow.database.db, {
      id: operationId,
      accountId: me.id as string,
      route: `POST /v1/purchases/${id}/pay`,
      key: null,
      bodySha256: Buffer.alloc(32),
      workflowId: null,
      resourceId: id,
      updateId: randomUUID(),
      leaseMs: 0,
    });
    await mallflow.services.images.put('open.png', Buffer.from('bytes'));
    ids = {
      '/docs/:name': 'start.js',
      '/images/:name': 'open.png',
      '/v1/operations/:id': operationId,
      '/v1/commodities/:id': commodityId ?? '',
      '/v1/processes/:id': id.replace('pur_', 'prc_'),
      '/v1/enterprises/:id/top-ups': me.enterpriseId as string,
    };
    for (const rest of ['', '/pay', '/cancel', '/close']) ids[`/v1/purchases/:id${rest}`] = id;
  });
  afterAll(() => mallflow.stop());

  it('is written down for every route, and for nothing else', () => {
    const routes = mallflow.api.routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(matrix.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(routes.sort());
    for (const { statuses } of matrix) expect(statuses).toHaveLength(callers.length);
  });

  it.each(matrix)('$method $path', async ({ method, path, statuses }) => {
    const concrete = path.replace(':id', ids[path] ?? '').replace(':name', ids[path] ?? '');
    const body = method === 'POST' ? { noSuchField: true } : undefined;
    const replies = await Promise.all(
      clients.map((client) => client.call(method, concrete, body, { key: method === 'POST' ? randomUUID() : null })),
    );
    expect(replies.map(({ status }) => status)).toEqual(statuses);
    for (const { status, body: answer } of replies) if (status >= 400) expect(answer.code).toBe(codeOf[status]);
  });
});
