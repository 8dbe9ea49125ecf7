import { workerWaits } from '../support/waits';
import { startInstallation, type Installation } from '../support/installation';
import type { HttpClient } from '../support/http-client';
import {
  approval,
  decideShop,
  openReviewOf,
  publishShop,
  saveShop,
  shopForm,
  shopSeller,
  shopService,
  submitShop,
  type ShopSeller,
} from '../support/shops';

let mallflow: Installation;
let reviewer: HttpClient;
let seller: ShopSeller;
let number = 0;

beforeAll(async () => {
  mallflow = await startInstallation();
  reviewer = await mallflow.as('reviewer@demo');
});
beforeEach(async () => {
  number += 1;
  seller = await shopSeller(mallflow, `shop${number}@test`);
});
afterAll(() => mallflow.stop());

const draft = async () => (await seller.client.get(`${seller.path}/draft`)).body;
const market = () => mallflow.anonymous.get(`/v1/market/shops/${seller.sellerId}`);
const sentBack = {
  outcome: 'request_changes',
  verdicts: [{ item: '/headline', outcome: 'change', reasonCode: 'MISLEADING', note: '请勿夸大' }],
};

describe('a shop', () => {
  it('is written, reviewed and published by its approval, as it was handed in', async () => {
    expect(await draft()).toMatchObject({ id: seller.sellerId, state: 'editing', version: 0, actions: ['edit'] });
    await saveShop(seller);
    const submitted = await submitShop(seller);
    expect(submitted).toMatchObject({ state: 'in_review', version: 1, actions: ['withdraw'], published: null });
    const operator = await mallflow.as('operator@demo');
    const process = (await operator.get(`/v1/processes/${submitted.processId as string}`)).body;
    expect(process).toMatchObject({ kind: 'review', state: 'open', whoseTurn: 'reviewer' });
    expect((await market()).status).toBe(404);
    await decideShop(reviewer, seller.sellerId, approval);
    expect(await draft()).not.toHaveProperty('processId');
    const { bannerImageId: _b, logoImageId: _l, hotProductIds: _h, ...shown } = shopForm(seller);
    const published = await market();
    expect([published.status, published.headers.get('cache-control')]).toEqual([200, 'public, max-age=5']);
    expect(published.body).toEqual({
      ...{ id: seller.sellerId, sellerId: seller.sellerId, state: 'published', actions: [], hotProducts: [] },
      ...shown,
      bannerUrl: expect.stringMatching(/^\/images\/.+\.png$/),
      logoUrl: expect.stringMatching(/^\/images\/.+\.jpg$/),
      ...{ createdAt: expect.any(String), updatedAt: expect.any(String), publishedAt: expect.any(String) },
    });
    expect(await draft()).toMatchObject({
      state: 'editing',
      published: { revision: 1 },
      errors: [],
      actions: ['edit'],
    });
  });

  it('stays published as it is while a change of its introduction is in review', async () => {
    await publishShop(seller, reviewer);
    await saveShop(seller, { headline: '全新一代云上运维' });
    expect(await submitShop(seller)).toMatchObject({ state: 'in_review', published: { revision: 1 } });
    expect((await market()).body.headline).toBe('让企业上云更简单');
    await decideShop(reviewer, seller.sellerId, sentBack);
    expect((await market()).body.headline).toBe('让企业上云更简单');
    expect(await draft()).toMatchObject({
      state: 'changes_requested',
      headline: '全新一代云上运维',
      errors: [{ path: '/headline', code: 'MISLEADING', reason: '请勿夸大' }],
      actions: ['edit', 'submit', 'reset'],
    });
    await saveShop(seller, { headline: '新一代云上运维' });
    await submitShop(seller);
    await decideShop(reviewer, seller.sellerId, approval);
    expect((await market()).body.headline).toBe('新一代云上运维');
    expect(await draft()).toMatchObject({ state: 'editing', published: { revision: 2 } });
  });

  it('comes back with what was said of the whole, and not at a field that was found well', async () => {
    await saveShop(seller);
    await submitShop(seller);
    const verdicts = [
      { item: '/headline', outcome: 'ok' },
      { item: '1', outcome: 'change', reasonCode: 'QUALITY', note: '横幅模糊' },
    ];
    await decideShop(reviewer, seller.sellerId, { outcome: 'request_changes', verdicts, note: '整体请重写' });
    const told = expect.stringContaining('横幅模糊') as string;
    expect((await draft()).errors).toEqual([
      { path: '/bannerImageId', code: 'QUALITY', reason: told },
      { path: '/slogan', code: 'QUALITY', reason: told },
      { path: '', code: 'OTHER', reason: '整体请重写' },
    ]);
  });

  it('shows at once what needs no reviewer, and the rest of it only when approved', async () => {
    await publishShop(seller, reviewer);
    const service = shopService({ phone: '400-800-9999' });
    await saveShop(seller, { service });
    expect(await submitShop(seller)).toMatchObject({ state: 'editing', published: { revision: 2 }, actions: ['edit'] });
    expect((await market()).body.service.phone).toBe('400-800-9999');
    const both = { headline: '两处都改', service: shopService({ qq: '200012345' }) };
    await saveShop(seller, both);
    expect(await submitShop(seller)).toMatchObject({ state: 'in_review', published: { revision: 3 } });
    expect((await market()).body).toMatchObject({ headline: '让企业上云更简单', service: { qq: '200012345' } });
    await decideShop(reviewer, seller.sellerId, approval);
    expect((await market()).body).toMatchObject({ headline: '两处都改', service: { qq: '200012345' } });
  });

  it('is begun again from what is published, and only from that', async () => {
    const reset = async () => {
      const { status, body } = await seller.client.post(`${seller.path}/reset`);
      return [status, body.code ?? body.headline, body.allowed ?? body.actions];
    };
    expect(await reset()).toEqual([409, 'WRONG_STATE', ['edit']]);
    await saveShop(seller);
    expect(await reset()).toEqual([409, 'WRONG_STATE', ['edit', 'submit']]);
    await publishShop(seller, reviewer);
    await saveShop(seller, { headline: '全新一代云上运维', service: shopService({ phone: '400-800-9999' }) });
    expect(await reset()).toEqual([200, '让企业上云更简单', ['edit']]);
    const { hotProductIds, ...begun } = shopForm(seller);
    expect(await draft()).toMatchObject({ ...begun, hotProductIds: hotProductIds ?? [], version: 3 });
    expect(await reset()).toEqual([200, '让企业上云更简单', ['edit']]);
    expect(await draft()).toMatchObject({ version: 3 });
    await saveShop(seller, { headline: '全新一代云上运维' });
    await submitShop(seller);
    expect(await reset()).toEqual([409, 'WRONG_STATE', ['withdraw']]);
  });

  it('is taken back from review, and cannot be changed in it', async () => {
    await saveShop(seller);
    await submitShop(seller);
    const { id } = await openReviewOf(reviewer, seller.sellerId);
    const put = await seller.client.call('PUT', `${seller.path}/draft`, shopForm(seller));
    expect([put.status, put.body]).toMatchObject([409, { code: 'WRONG_STATE', allowed: ['withdraw'] }]);
    const back = await seller.client.post(`${seller.path}/withdraw`);
    expect([back.status, back.body]).toMatchObject([200, { state: 'editing', actions: ['edit', 'submit'] }]);
    expect((await seller.client.post(`${seller.path}/withdraw`)).status).toBe(200);
    expect((await reviewer.get(`/v1/reviews/${id as string}`)).body.state).toBe('withdrawn');
    const late = await reviewer.post(`/v1/reviews/${id as string}/decide`, approval);
    expect([late.status, late.body.code]).toEqual([409, 'WRONG_STATE']);
    await submitShop(seller);
    expect((await openReviewOf(reviewer, seller.sellerId)).id).not.toBe(id);
  });

  it('is not handed in where its draft is changed in the same moment, and its seller is told how it stands', async () => {
    await saveShop(seller);
    await submitShop(seller);
    await decideShop(reviewer, seller.sellerId, sentBack);
    await saveShop(seller, { headline: '办公协同' });
    const { owner } = mallflow.database;
    const trx = await owner.transaction();
    await trx.raw('select 1 from shops where seller_id = ? for no key update', [seller.sellerId]);
    const submitted = seller.client.post(`${seller.path}/submit`);
    await workerWaits(owner);
    const anew = `update shops set draft = jsonb_set(draft, '{headline}', '"云上办公"'), draft_version = draft_version + 1
                   where seller_id = ?`;
    await trx.raw(anew, [seller.sellerId]);
    await trx.commit();
    const { status, body } = await submitted;
    expect([status, body.code, body.state, body.allowed]).toEqual([
      ...[409, 'WRONG_STATE', 'changes_requested'],
      ['edit', 'submit'],
    ]);
    expect(await draft()).toMatchObject({ headline: '云上办公', state: 'changes_requested' });
  });

  it('is handed in again only once it was changed after a rejection', async () => {
    await saveShop(seller);
    await submitShop(seller);
    await decideShop(reviewer, seller.sellerId, { outcome: 'reject', verdicts: [], note: '不符合平台定位' });
    expect(await draft()).toMatchObject({
      state: 'editing',
      errors: [{ path: '', code: 'OTHER', reason: '不符合平台定位' }],
      actions: ['edit'],
    });
    const refused = async () => {
      const { status, body } = await seller.client.post(`${seller.path}/submit`);
      return [status, body.code];
    };
    expect(await refused()).toEqual([409, 'DRAFT_UNCHANGED']);
    await saveShop(seller);
    expect(await refused()).toEqual([409, 'DRAFT_UNCHANGED']);
    await saveShop(seller, { businessScope: '软件开发' });
    expect(await submitShop(seller)).toMatchObject({ state: 'in_review', errors: [] });
  });
});
