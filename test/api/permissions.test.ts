import { randomUUID } from 'node:crypto';
import { accountsInRole } from '../../db/account/queries';
import { askForApproval } from '../../db/approval/repository';
import { claimCommand } from '../../db/command/repository';
import { newId } from '../../db/new-id';
import { onboardingIdOf } from '../../domain/shared/ids';
import { newAccount } from '../support/accounts';
import { type HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { merchantIdRows } from '../support/merchants';
import { exceptionRow, paymentRows } from '../support/payments';
import { productRow } from '../support/products';
import { purchaseRows } from '../support/purchases';
import { accountIdOf, createForms, formSubjects, noticeOf, reviewRows } from '../support/reviews';
import { documentOf, sellerRows, verificationRows } from '../support/sellers';
import { demoTenants, subStockRows } from '../support/sub-stock-rows';
import { callers, expectedAnswers } from './permission-matrix';

const matrix = expectedAnswers
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/))
  .map(([method = '', path = '', ...statuses]) => ({ method, path, statuses: statuses.map(Number) }));

/** Asked for by the operator; as a row, since no command of a purchase takes two. */
async function approvalOf({ database }: Installation, processId: string): Promise<string> {
  const [asker] = await accountsInRole(database.db, 'operator');
  const by = { actor: asker ?? '', requestId: null };
  const command = { command: 'waive_fee', reason: 'for the matrix' } as const;
  return (await database.db.transaction((trx) => askForApproval(trx, { processId, command, by }))) ?? '';
}

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
        approvals: await approvalOf(mallflow, id.replace('pur_', 'prc_')),
        commodities: commodityId ?? '',
      },
      'seller-onboardings': onboardingIdOf(sellerId),
      ...{ sellers: sellerId, documents: await documentOf(seller) },
      ...{ products: await productRow(mallflow.database, sellerId), market: 'none' },
      videos: (await seller.post('/v1/videos', { bytes: 9 })).body.id as string,
      ...{ reviews: (await reviewRows(mallflow.database, sellerId)).reviewId },
      benefits: (await clients[0]!.get('/v1/benefits')).body.items[0].id as string,
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
    const byQuery = (method === 'DELETE' && path !== '/v1/sessions/current') || path === '/v1/events';
    const concrete = byQuery ? `${place}?noSuchField=true` : place;
    const body = ['POST', 'PATCH', 'PUT'].includes(method) ? { noSuchField: true } : undefined;
    const replies = await Promise.all(
      clients.map((client) => client.call(method, concrete, body, { key: method === 'POST' ? randomUUID() : null })),
    );
    expect(replies.map(({ status }) => status)).toEqual(statuses);
    // A channel is no account: it is known by its signature alone.
    const codes = kind === 'webhooks' ? { 401: 'NOTIFICATION_REFUSED' } : codeOf;
    for (const { status, body: answer } of replies) if (status >= 400) expect(answer.code).toBe(codes[status]);
  });
});
