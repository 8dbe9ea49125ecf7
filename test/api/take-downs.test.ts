import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import {
  approval,
  decideShop,
  openReviewOf,
  publishShop,
  saveShop,
  shopSeller,
  shopService,
  submitShop,
  type ShopSeller,
} from '../support/shops';
import { demoTenants, subStockRows } from '../support/sub-stock-rows';

const reason = '含有未经核实的宣传内容';

let mallflow: Installation;
let operator: HttpClient;
let reviewer: HttpClient;
let manager: HttpClient;

beforeAll(async () => {
  mallflow = await startInstallation();
  operator = await mallflow.as('operator@demo');
  reviewer = await mallflow.as('reviewer@demo');
  manager = await mallflow.as('manager@demo');
});
afterAll(() => mallflow.stop());

const told = async (who: HttpClient, about: string) => {
  const { items } = (await who.get('/v1/notices?limit=200')).body as { items: Body[] };
  return items.filter(({ subjectId }) => subjectId === about).map(({ kind }) => kind as string);
};
/** What the audit says was done to it, by people, newest first. */
const audited = async (subjectId: string) => {
  const { items } = (await operator.get(`/v1/audit?subjectId=${subjectId}&limit=200`)).body as { items: Body[] };
  return items.map(({ action, reason: why }) => (why === null ? action : `${action}: ${why}`) as string);
};
const withoutReason = async (path: string) => {
  const { status, body } = await operator.post(path, { reason: '不' });
  return [status, body.errors];
};
const reasonTooShort = [400, [{ path: '/reason', code: 'TOO_SMALL', message: expect.any(String) }]];

describe('a shop that an operator takes down', () => {
  let seller: ShopSeller;
  let number = 0;
  beforeEach(async () => {
    number += 1;
    seller = await shopSeller(mallflow, `taken${number}@test`);
  });
  const takeDown = (why = reason) => operator.post(`${seller.path}/take-down`, { reason: why });
  const market = async () => (await mallflow.anonymous.get(`/v1/market/shops/${seller.sellerId}`)).status;

  it('is seen by no buyer, its seller reads why, and an approval brings it back', async () => {
    await publishShop(seller, reviewer);
    expect(await withoutReason(`${seller.path}/take-down`)).toEqual(reasonTooShort);
    const down = await takeDown();
    expect([down.status, down.body]).toMatchObject([200, { takenDown: { reason }, actions: [] }]);
    expect((await takeDown('别的理由不再算数')).body.takenDown).toEqual(down.body.takenDown);
    expect(await market()).toBe(404);
    expect((await seller.client.get(`${seller.path}/draft`)).body).toMatchObject({
      ...{ state: 'changes_requested', published: { revision: 1 }, takenDown: { reason } },
      ...{ errors: [{ path: '', code: 'TAKEN_DOWN', reason }], actions: ['edit', 'submit'] },
    });
    expect(await told(seller.client, seller.sellerId)).toEqual(['taken_down', 'review_approved']);
    expect((await audited(seller.sellerId))[0]).toBe(`shop.take_down: ${reason}`);
    // What else would be published at once is looked at now.
    await saveShop(seller, { service: shopService({ qq: '300012345' }) });
    expect(await submitShop(seller)).toMatchObject({ state: 'in_review', published: { revision: 1 } });
    expect(await market()).toBe(404);
    await decideShop(reviewer, seller.sellerId, approval);
    expect(await market()).toBe(200);
    expect((await seller.client.get(`${seller.path}/draft`)).body).toMatchObject({ takenDown: null, errors: [] });
  });

  it('comes out of review with it', async () => {
    await publishShop(seller, reviewer);
    await saveShop(seller, { name: '星河软件专营店' });
    await submitShop(seller);
    const { id } = await openReviewOf(reviewer, seller.sellerId);
    expect((await takeDown()).status).toBe(200);
    const review = (await reviewer.get(`/v1/reviews/${id as string}`)).body;
    expect(review).toMatchObject({ state: 'withdrawn', actions: [] });
    const draft = (await seller.client.get(`${seller.path}/draft`)).body;
    expect(draft).toMatchObject({ state: 'changes_requested', name: '星河软件专营店' });
    // Its run is told, and ends.
    await eventually(
      async () => (await operator.get(`/v1/processes/${review.processId as string}`)).body.state as string,
      (state) => state === 'cancelled',
    );
    await submitShop(seller);
    await decideShop(reviewer, seller.sellerId, approval);
    expect(await market()).toBe(200);
  });

  it('must have been published', async () => {
    const nothing = await takeDown();
    expect([nothing.status, nothing.body]).toMatchObject([409, { code: 'WRONG_STATE', allowed: [] }]);
    await saveShop(seller);
    expect((await takeDown()).status).toBe(409);
  });
});

describe('a listing that an operator takes down', () => {
  const [own] = demoTenants;
  let id: string;
  beforeEach(async () => {
    const { subStockId } = await subStockRows(mallflow.database.owner, own);
    const exchange = { kind: 'points', pointsPrice: 10 };
    const listing = await manager.post('/v1/listings', { subStockId, name: '帆布袋', exchange });
    id = listing.body.id as string;
  });
  const act = (command: string) => manager.post(`/v1/listings/${id}/${command}`);
  const takeDown = () => operator.post(`/v1/listings/${id}/take-down`, { reason });

  it('leaves the shelf, and comes back once its manager has changed it', async () => {
    expect((await act('bring-online')).status).toBe(200);
    expect(await withoutReason(`/v1/listings/${id}/take-down`)).toEqual(reasonTooShort);
    expect((await takeDown()).body).toMatchObject({ state: 'offline', takenDown: { reason }, actions: [] });
    expect((await takeDown()).status).toBe(200);
    expect(await told(manager, id)).toEqual(['taken_down']);
    const shelf = async () =>
      ((await manager.get(`/v1/malls/${own.mallId}/shelf?limit=200`)).body.items as Body[]).filter(
        (item) => item.id === id,
      ).length;
    expect(await shelf()).toBe(0);
    const refused = await act('bring-online');
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { code: 'TAKEN_DOWN', reason, allowed: ['edit', 'void'] },
    ]);
    const unchanged = await manager.patch(`/v1/listings/${id}`, { name: '帆布袋' });
    expect(unchanged.body).toMatchObject({ takenDown: { reason }, actions: ['edit', 'void'] });
    const changed = await manager.patch(`/v1/listings/${id}`, { name: '环保帆布袋' });
    expect(changed.body).toMatchObject({ takenDown: null, actions: ['bring-online', 'edit', 'void'] });
    expect(await told(operator, id)).toEqual(['listing_resubmitted']);
    expect((await act('bring-online')).status).toBe(200);
    expect(await shelf()).toBe(1);
    expect((await audited(id)).reverse()).toEqual([
      ...['listing.add', 'listing.bring-online', `listing.take_down: ${reason}`],
      ...['listing.edit', 'listing.edit', 'listing.bring-online'],
    ]);
  });

  it('may be offline already, and must not be void', async () => {
    expect((await takeDown()).body).toMatchObject({ state: 'offline', takenDown: { reason } });
    expect((await act('bring-online')).body.code).toBe('TAKEN_DOWN');
    expect((await act('void')).status).toBe(200);
    const refused = await takeDown();
    expect([refused.status, refused.body.code]).toEqual([409, 'WRONG_STATE']);
    expect((await operator.post('/v1/listings/lst_0/take-down', { reason })).status).toBe(404);
  });
});

describe('a benefit that an operator takes down', () => {
  it('is ordered no more until it is offered again; open orders go on', async () => {
    const offered = async () => (await manager.get('/v1/benefits?q=咖啡')).body.items as Body[];
    const [{ id: benefitId, name }] = (await offered()) as [Body];
    const order = () => manager.post('/v1/purchases', { benefitId, quantity: 1 });
    const before = await order();
    expect(before.status).toBe(201);
    const act = (command: string, why = reason) =>
      operator.post(`/v1/benefits/${benefitId as string}/${command}`, { reason: why });
    expect(await withoutReason(`/v1/benefits/${benefitId as string}/take-down`)).toEqual(reasonTooShort);
    const down = await act('take-down');
    expect(down.body).toMatchObject({ name, state: 'taken_down', takenDown: { reason }, actions: ['offer-again'] });
    expect((await act('take-down', '另一个理由')).body.takenDown).toEqual(down.body.takenDown);
    expect(await offered()).toEqual([]);
    const refused = await order();
    expect([refused.status, refused.body.errors]).toMatchObject([
      422,
      [{ path: '/benefitId', code: 'REFERENCE_NOT_FOUND' }],
    ]);
    const paid = await manager.post(`/v1/purchases/${before.body.id as string}/pay`, { method: 'balance' });
    expect([paid.status, paid.body.state]).toEqual([200, 'stocked']);
    expect((await act('offer-again', '供应商已更正说明')).body).toMatchObject({ state: 'offered', takenDown: null });
    expect((await act('offer-again')).body.actions).toEqual(['take-down']);
    expect((await order()).status).toBe(201);
    expect((await audited(benefitId as string)).reverse()).toEqual([
      ...[`benefit.take_down: ${reason}`, 'benefit.offer_again: 供应商已更正说明'],
    ]);
  });
});
