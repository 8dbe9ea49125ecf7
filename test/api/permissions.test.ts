import { randomUUID } from 'node:crypto';
import { claimCommand } from '../../db/command/repository';
import { newId } from '../../db/new-id';
import { onboardingIdOf } from '../../domain/shared/ids';
import { newAccount } from '../support/accounts';
import { type HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { merchantIdRows } from '../support/merchants';
import { exceptionRow, paymentRows } from '../support/payments';
import { purchaseRows } from '../support/purchases';
import { accountIdOf, createForms, formSubjects, noticeOf, reviewRows } from '../support/reviews';
import { documentOf, sellerRows, verificationRows } from '../support/sellers';
import { demoTenants, subStockRows } from '../support/sub-stock-rows';

/** Who calls, in the order of the columns. The stranger manages another enterprise; the purchase is the manager's. */
const callers = ['manager', 'stranger', 'member', 'seller', 'reviewer', 'operator', 'no role', 'anonymous'] as const;

/**
 * Written by hand from the contract, not derived from the routes: method, path as in the route table, then the expected
 * status of each caller. Writes send an unknown field (DELETE in its query), so that whoever may call is answered 400 and
 * nothing happens; whoever may not must be turned away before that is looked at. Signing out comes last: it ends them all.
 */
const expected = `
  GET    /healthz                           200 200 200 200 200 200 200 200
  GET    /readyz                            200 200 200 200 200 200 200 200
  GET    /metrics                           200 200 200 200 200 200 200 200
  GET    /openapi.json                      200 200 200 200 200 200 200 200
  GET    /docs                              200 200 200 200 200 200 200 200
  GET    /docs/:name                        200 200 200 200 200 200 200 200
  POST   /v1/sessions                       400 400 400 400 400 400 400 400
  POST   /v1/accounts                       400 400 400 400 400 400 400 400
  GET    /v1/me                             200 200 200 200 200 200 200 401
  POST   /v1/me/password                    400 400 400 400 400 400 400 401
  GET    /v1/operations/:id                 200 404 404 404 404 404 404 401
  GET    /v1/malls                          200 200 200 403 403 403 403 401
  GET    /v1/benefits                       200 200 403 403 403 403 403 401
  GET    /v1/enterprise-balance             200 200 403 403 403 403 403 401
  GET    /v1/enterprise-balance/entries     200 200 403 403 403 403 403 401
  GET    /v1/commodities                    200 200 403 403 403 403 403 401
  GET    /v1/commodities/:id                200 404 403 403 403 403 403 401
  POST   /v1/images                         415 415 403 415 403 403 403 401
  GET    /images/:name                      200 200 200 200 200 200 200 200
  GET    /v1/agreements/seller              200 200 200 200 200 200 200 401
  POST   /v1/sellers/:id/agreements         404 404 404 400 404 404 404 401
  POST   /v1/seller-onboardings             400 400 400 400 400 400 400 401
  GET    /v1/seller-onboardings             200 200 200 200 200 200 200 401
  GET    /v1/seller-onboardings/:id         404 404 404 200 404 200 404 401
  GET    /v1/sellers/:id/readiness          404 404 404 200 404 200 404 401
  POST   /v1/sellers/:id/verification       404 404 404 400 404 404 404 401
  GET    /v1/sellers/:id/verification       404 404 404 200 404 200 404 401
  POST   /v1/sellers/:id/verification/transfer-amount 404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/verification/withdraw 404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/company-information 404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/certification-fee/defer 404 404 404 400 404 404 404 401
  POST   /webhooks/identity/scans           401 401 401 401 401 401 401 401
  GET    /v1/sellers/:id/certification-fee  404 404 404 200 404 200 404 401
  POST   /v1/sellers/:id/certification-fee/pay 404 404 404 400 404 404 404 401
  GET    /v1/sellers/:id/merchant-ids       404 404 404 200 404 200 404 401
  POST   /v1/sellers/:id/merchant-ids       404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/merchant-ids/:channel/verify-account 404 404 404 400 404 404 404 401
  POST   /v1/sellers/:id/merchant-ids/:channel/resubmit 404 404 404 400 404 404 404 401
  POST   /v1/documents                      415 415 415 415 415 415 415 401
  GET    /v1/documents/:id                  404 404 404 200 404 404 404 401
  POST   /v1/purchases                      400 400 403 403 403 403 403 401
  GET    /v1/purchases                      200 200 403 403 403 403 403 401
  GET    /v1/purchases/:id                  200 404 403 403 403 403 403 401
  POST   /v1/purchases/:id/pay              400 404 403 403 403 403 403 401
  POST   /v1/purchases/:id/cancel           400 404 403 403 403 403 403 401
  POST   /v1/purchases/:id/close            400 404 403 403 403 403 403 401
  GET    /v1/payments/:id                   200 404 404 404 404 200 404 401
  POST   /v1/payments/:id/refunds           403 403 403 403 403 400 403 401
  POST   /webhooks/wechat-pay/payments      401 401 401 401 401 401 401 401
  POST   /webhooks/wechat-pay/refunds       401 401 401 401 401 401 401 401
  GET    /v1/award-templates                200 200 403 403 403 403 403 401
  GET    /v1/platforms                      200 200 403 403 403 403 403 401
  POST   /v1/commodities                    400 400 403 403 403 403 403 401
  PATCH  /v1/commodities/:id                400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/complete       400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/discard        400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/take-offline   400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/bring-online   400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/increase-stock 400 404 403 403 403 403 403 401
  POST   /v1/commodities/:id/codes          415 404 403 403 403 403 403 401
  POST   /v1/stock-allocations              400 400 403 403 403 403 403 401
  GET    /v1/stock-allocations              200 200 403 403 403 403 403 401
  GET    /v1/stock-allocations/:id          200 404 403 403 403 403 403 401
  POST   /v1/stock-allocations/:id/confirm  400 404 403 403 403 403 403 401
  POST   /v1/stock-allocations/:id/cancel   400 404 403 403 403 403 403 401
  GET    /v1/sub-stocks                     200 200 403 403 403 403 403 401
  GET    /v1/sub-stocks/:id                 200 404 403 403 403 403 403 401
  GET    /v1/sub-stocks/:id/movements       200 404 403 403 403 403 403 401
  POST   /v1/sub-stocks/:id/take-offline    400 404 403 403 403 403 403 401
  POST   /v1/sub-stocks/:id/bring-online    400 404 403 403 403 403 403 401
  POST   /v1/sub-stocks/:id/restock         400 404 403 403 403 403 403 401
  POST   /v1/sub-stocks/:id/return          400 404 403 403 403 403 403 401
  PATCH  /v1/sub-stocks/:id                 400 404 403 403 403 403 403 401
  DELETE /v1/sub-stocks/:id                 400 404 403 403 403 403 403 401
  GET    /v1/mall-sections                  200 200 403 403 403 403 403 401
  POST   /v1/mall-sections                  400 400 403 403 403 403 403 401
  PATCH  /v1/mall-sections/:id              400 404 403 403 403 403 403 401
  DELETE /v1/mall-sections/:id              400 404 403 403 403 403 403 401
  GET    /v1/listing-candidates             200 200 403 403 403 403 403 401
  GET    /v1/listings                       200 200 403 403 403 403 403 401
  POST   /v1/listings                       400 400 403 403 403 403 403 401
  GET    /v1/listings/:id                   200 404 403 403 403 403 403 401
  PATCH  /v1/listings/:id                   400 404 403 403 403 403 403 401
  POST   /v1/listings/:id/bring-online      400 404 403 403 403 403 403 401
  POST   /v1/listings/:id/take-offline      400 404 403 403 403 403 403 401
  POST   /v1/listings/:id/void              400 404 403 403 403 403 403 401
  GET    /v1/malls/:mallId/shelf            200 404 200 403 403 403 403 401
  GET    /v1/members                        200 200 403 403 403 403 403 401
  POST   /v1/members                        400 400 403 403 403 403 403 401
  GET    /v1/members/:id                    200 404 403 403 403 403 403 401
  GET    /v1/members/:id/points             200 404 200 403 403 403 403 401
  POST   /v1/members/:id/points             400 404 403 403 403 403 403 401
  GET    /v1/reviews                        403 403 403 403 200 200 403 401
  GET    /v1/reviews/:id                    403 403 403 403 200 200 403 401
  POST   /v1/reviews/:id/claim              403 403 403 403 400 403 403 401
  POST   /v1/reviews/:id/release            403 403 403 403 400 403 403 401
  POST   /v1/reviews/:id/reassign           403 403 403 403 400 400 403 401
  POST   /v1/reviews/:id/decide             403 403 403 403 400 403 403 401
  GET    /v1/notices                        200 200 200 200 200 200 200 401
  POST   /v1/notices/:id/read               404 404 404 400 404 404 404 401
  GET    /v1/processes                      403 403 403 403 403 200 403 401
  GET    /v1/processes/counts               403 403 403 403 403 200 403 401
  GET    /v1/processes/:id                  403 403 403 403 403 200 403 401
  GET    /v1/audit                          403 403 403 403 403 200 403 401
  GET    /v1/reconciliations                403 403 403 403 403 200 403 401
  GET    /v1/reconciliation-exceptions      403 403 403 403 403 200 403 401
  POST   /v1/reconciliation-exceptions/:id/resolve 403 403 403 403 403 400 403 401
  GET    /v1/enterprises                    403 403 403 403 403 200 403 401
  POST   /v1/enterprises                    403 403 403 403 403 400 403 401
  POST   /v1/enterprises/:id/top-ups        403 403 403 403 403 400 403 401
  POST   /v1/malls                          403 403 403 403 403 400 403 401
  POST   /v1/accounts/staff                 403 403 403 403 403 400 403 401
  POST   /v1/benefits                       403 403 403 403 403 400 403 401
  DELETE /v1/sessions/current               204 204 204 204 204 204 204 401
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
  /** What the parameter of a path stands for, by the kind of thing: the manager's own, where it belongs to somebody. */
  let subjects: Record<string, string>;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false, reviewSubjects: formSubjects });
    await createForms(mallflow.database);
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
    const { owner } = mallflow.database;
    const { subStockId, allocationId } = await subStockRows(owner, demoTenants[0]);
    const { mallId } = demoTenants[0];
    const exchange = { kind: 'points', pointsPrice: 1 };
    const { body: listing } = await clients[0]!.post('/v1/listings', { subStockId, name: '帆布袋', exchange });
    const { body: memberAccount } = await clients[2]!.get('/v1/me');
    const sellerId = await sellerRows(mallflow, seller);
    await merchantIdRows(mallflow, seller, sellerId);
    await verificationRows(mallflow, seller, sellerId);
    subjects = {
      ...{ docs: 'start.js', images: 'open.png', operations: operationId, enterprises: me.enterpriseId as string },
      ...{
        purchases: id,
        payments: (await paymentRows(mallflow)).id,
        'reconciliation-exceptions': await exceptionRow(mallflow),
        processes: id.replace('pur_', 'prc_'),
        commodities: commodityId ?? '',
      },
      'seller-onboardings': onboardingIdOf(sellerId),
      ...{ sellers: sellerId, documents: await documentOf(seller) },
      ...{ reviews: (await reviewRows(mallflow.database, sellerId)).reviewId },
      notices: await noticeOf(mallflow.database, await accountIdOf(seller)),
      ...{ 'stock-allocations': allocationId, 'sub-stocks': subStockId, listings: listing.id as string },
      ...{ 'mall-sections': listing.sectionId as string, malls: mallId, members: memberAccount.memberId as string },
    };
  });
  afterAll(() => mallflow.stop());

  it('is written down for every route, and for nothing else', () => {
    const routes = mallflow.api.routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(matrix.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(routes.sort());
    for (const { statuses } of matrix) expect(statuses).toHaveLength(callers.length);
  });

  it.each(matrix)('$method $path', async ({ method, path, statuses }) => {
    const kind = path.replace(/^\/v1/, '').split('/')[1] ?? '';
    const place = path.replace(/:\w+/, subjects[kind] ?? '').replace(':channel', 'wechat_pay');
    const concrete = method === 'DELETE' && path !== '/v1/sessions/current' ? `${place}?noSuchField=true` : place;
    const body = ['POST', 'PATCH'].includes(method) ? { noSuchField: true } : undefined;
    const replies = await Promise.all(
      clients.map((client) => client.call(method, concrete, body, { key: method === 'POST' ? randomUUID() : null })),
    );
    expect(replies.map(({ status }) => status)).toEqual(statuses);
    // A channel is no account: it is known by its signature alone.
    const codes = kind === 'webhooks' ? { 401: 'NOTIFICATION_REFUSED' } : codeOf;
    for (const { status, body: answer } of replies) if (status >= 400) expect(answer.code).toBe(codes[status]);
  });
});
