import { randomUUID } from 'node:crypto';
import type { Route } from '../../api/http/route';
import { businessRoutes } from '../../api/routes';
import { claimCommand } from '../../db/command/repository';
import { newId } from '../../db/new-id';
import { onboardingIdOf } from '../../domain/shared/ids';
import { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { paymentRows } from '../support/payments';
import { merchantIdRows } from '../support/merchants';
import { centreSeller, productRow } from '../support/products';
import { purchaseRows } from '../support/purchases';
import { noticeOf } from '../support/reviews';
import { documentOf, sellerRows, verificationRows } from '../support/sellers';
import { demoTenants, subStockRows } from '../support/sub-stock-rows';

/**
 * Generated from the route table: on every route that names something in its path, what belongs to another tenant is
 * not there. A route with a kind of thing that is unknown here fails until its owner and its stranger are told.
 */
const routes = (businessRoutes as unknown as readonly Route[]).filter(({ path }) => path.includes(':'));

/** Operators and reviewers belong to no tenant and see all; what is open is open to everybody who knows its random name. */
const concernsTenants = ({ access }: Route) =>
  access !== 'open' && !(Array.isArray(access) && access.every((role) => role === 'operator' || role === 'reviewer'));

const kindOf = (path: string) => /^\/v1\/([\w-]+)\/:\w+/.exec(path)?.[1] ?? path;
const cases = routes
  .filter(concernsTenants)
  .flatMap((route) => rolesOf(route).map((role) => ({ method: route.method.toUpperCase(), path: route.path, role })));

/** The roles through which people of two tenants may meet a route. */
function rolesOf({ access }: Route): readonly string[] {
  return typeof access === 'string' ? ['mall_manager'] : access.filter((role) => role !== 'operator');
}

describe('what belongs to another tenant', () => {
  let mallflow: Installation;
  /** By role: whose the things are, and somebody of another tenant in the same role. */
  let people: Readonly<Record<string, { readonly owner: HttpClient; readonly stranger: HttpClient }>>;
  /** Ids of real things of the second demo enterprise, by kind. */
  let theirs: Readonly<Record<string, string>>;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    const { owner: db } = mallflow.database;
    const [, tenant] = demoTenants;
    const manager = await mallflow.as('manager2@demo');
    const mallId = tenant.mallId;
    const login = { login: 'member@second', password: 'a long password' };
    const member = await manager.post('/v1/members', { mallId, externalId: 'u-1', displayName: '会员', ...login });
    const { subStockId, commodityId, allocationId } = await subStockRows(db, tenant);
    const section = await manager.post('/v1/mall-sections', { mallId, name: '专区' });
    const exchange = { kind: 'points', pointsPrice: 1 };
    const listing = await manager.post('/v1/listings', { subStockId, name: '帆布袋', exchange });
    const sellerId = await sellerRows(mallflow, manager);
    await merchantIdRows(mallflow, manager, sellerId);
    await verificationRows(mallflow, manager, sellerId);
    const [seller, otherSeller] = [
      await centreSeller(mallflow, 'seller-one'),
      await centreSeller(mallflow, 'seller-two'),
    ];
    const video = await seller.client.post('/v1/videos', { bytes: 9 });
    theirs = {
      ...{ purchases: (await purchaseRows(mallflow, { of: tenant })).id, commodities: commodityId },
      ...{ 'stock-allocations': allocationId, 'sub-stocks': subStockId, malls: mallId },
      ...{ listings: listing.body.id as string, 'mall-sections': section.body.id as string },
      payments: (await paymentRows(mallflow, { of: tenant })).id,
      'seller-onboardings': onboardingIdOf(sellerId),
      ...{ sellers: sellerId, documents: await documentOf(manager) },
      ...{ products: await productRow(mallflow.database, sellerId), videos: video.body.id as string },
      notices: await noticeOf(mallflow.database, tenant.accountId),
      ...{ members: member.body.id as string, operations: await operationOf(tenant.accountId) },
    };
    people = {
      mall_manager: { owner: manager, stranger: await mallflow.as('manager@demo') },
      seller: { owner: seller.client, stranger: otherSeller.client },
      member: {
        owner: await HttpClient.signIn(mallflow.url, login.login, login.password),
        stranger: await mallflow.as('member@demo'),
      },
    };
  });
  afterAll(() => mallflow.stop());

  async function operationOf(accountId: string): Promise<string> {
    const id = newId('command');
    const ids = { workflowId: null, resourceId: newId('purchase'), updateId: randomUUID() };
    const claim = { id, accountId, route: 'POST /v1/purchases', key: null, bodySha256: Buffer.alloc(32), leaseMs: 0 };
    await claimCommand(mallflow.database.db, { ...claim, ...ids });
    return id;
  }

  it('is tried on routes of every kind', () => {
    expect(cases.length).toBeGreaterThan(30);
    expect([...new Set(cases.map(({ path }) => kindOf(path)))].sort()).toEqual(Object.keys(theirs).sort());
    expect([...new Set(cases.map(({ role }) => role))].sort()).toEqual(Object.keys(people).sort());
  });

  it.each(cases)('is not there for $role: $method $path', async ({ method, path, role }) => {
    const { owner, stranger } = people[role]!;
    // An unknown member of the query is looked at after the id: its owner meets it, a stranger never gets there.
    const concrete = `${path.replace(/:\w+/, theirs[kindOf(path)] ?? '').replace(':channel', 'wechat_pay')}?noSuchField=1`;
    const call = (as: HttpClient) => as.call(method, concrete, undefined, { key: randomUUID() });
    const found = await call(owner);
    expect([found.status, found.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    const refused = await call(stranger);
    expect([refused.status, refused.body.code]).toEqual([404, 'NOT_FOUND']);
    const unknown = await stranger.call(method, concrete.replace(theirs[kindOf(path)] ?? '', 'none_0'), undefined, {
      key: randomUUID(),
    });
    const { instance: _i, requestId: _r, ...problem } = refused.body;
    expect([unknown.status, unknown.body]).toMatchObject([404, problem]);
  });

  it('has not been touched by all this', async () => {
    const { owner } = people['mall_manager']!;
    for (const [path, state] of [
      [`/v1/listings/${theirs['listings']}`, 'offline'],
      [`/v1/purchases/${theirs['purchases']}`, 'awaiting_payment'],
      [`/v1/sub-stocks/${theirs['sub-stocks']}`, 'online'],
    ])
      expect((await owner.get(path!)).body).toMatchObject({ state });
  });
});
