import { run } from '../../db/connection';
import { eventually } from '../support/eventually';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { documentOf } from '../support/sellers';
import { startInstallation, type Installation } from '../support/installation';
import {
  beginOnboarding,
  centreSeller,
  createManual,
  endFee,
  judged,
  manualBody,
  openMerchantId,
  pictureRow,
  waitingReview,
  type ProductSeller,
} from '../support/products';

let mallflow: Installation;
let reviewer: HttpClient;
let seller: ProductSeller;
beforeAll(async () => {
  mallflow = await startInstallation();
  reviewer = await mallflow.as('reviewer@demo');
  seller = await centreSeller(mallflow, 'seller-of-products');
});
afterAll(() => mallflow.stop());

const path = (product: Body, command = ''): string => `/v1/products/${product.id as string}${command && `/${command}`}`;
const onSale = async (id: string): Promise<Body> => (await mallflow.anonymous.get(`/v1/market/products/${id}`)).body;

describe('the first product', () => {
  it('is created, checked, handed in, approved and listed: the onboarding is complete, the market shows it', async () => {
    await beginOnboarding(mallflow, seller.onboardingId);
    const { client, sellerId, onboardingId } = seller;
    const product = await createManual(seller);
    expect(product).toMatchObject({
      ...{ state: 'draft', sellerId, deliveryType: 'manual', name: '上云迁移服务', published: null, takenDown: null },
      ...{ draft: { state: 'editing', version: 1, errors: [] }, actions: ['check', 'edit', 'submit'] },
    });
    const submitted = await client.post(path(product, 'submit'));
    expect([submitted.status, submitted.body]).toMatchObject([
      200,
      { state: 'in_review', draft: { state: 'in_review', expectedAt: expect.any(String) }, actions: ['withdraw'] },
    ]);
    const requirement = async (): Promise<Body> =>
      (await client.get(`/v1/seller-onboardings/${onboardingId}`)).body.requirements.at(-1);
    expect(await requirement()).toMatchObject({ key: 'product_listed', state: 'in_review', whoseTurn: 'reviewer' });

    expect((await client.post(path(product, 'submit'))).body.state).toBe('in_review');
    const { items } = (await reviewer.get('/v1/reviews?kind=product')).body;
    expect(items).toHaveLength(1);
    const { id, createdAt, updatedAt, processId } = submitted.body;
    expect(processId).toBe(items[0].processId);
    const draft = (await client.get(path(product, 'draft'))).body;
    expect(draft).toMatchObject({ id, createdAt, updatedAt, processId, state: 'in_review' });
    const decided = await reviewer.post(`/v1/reviews/${items[0].id}/decide`, { outcome: 'approve', verdicts: [] });
    expect([decided.status, decided.body.state]).toEqual([200, 'decided']);
    const approved = (await client.get(path(product))).body;
    expect(approved).toMatchObject({ state: 'approved', published: { revision: 1 }, purchasable: false });
    expect(approved.actions).toEqual(['check', 'edit', 'list']);
    expect(approved).not.toHaveProperty('processId');
    expect((await onSale(product.id)).code).toBe('NOT_FOUND');

    const listed = await client.post(path(product, 'list'));
    expect([listed.status, listed.body]).toMatchObject([
      200,
      { state: 'listed', purchasable: false, notPurchasableReason: 'MERCHANT_ID_MISSING', paymentMethods: [] },
    ]);
    expect(await onSale(product.id)).toMatchObject({ id: product.id, name: '上云迁移服务', purchasable: false });
    expect(await requirement()).toMatchObject({ state: 'met', whoseTurn: 'nobody' });
    const { body: onboarding } = await client.get(`/v1/seller-onboardings/${onboardingId}`);
    expect(onboarding).toMatchObject({ stage: 'complete', state: 'completed' });
    const described = () =>
      mallflow.services.temporal.workflow.getHandle(`seller-onboarding:${onboardingId}`).describe();
    const run = await eventually(described, ({ status }) => status.name === 'COMPLETED');
    expect(run.status.name).toBe('COMPLETED');

    await openMerchantId(mallflow.database, seller);
    expect(await onSale(product.id)).toMatchObject({ purchasable: true, paymentMethods: ['wechat_pay'] });
    expect((await client.get(`/v1/sellers/${sellerId}/readiness`)).body.canSell).toBe(true);
  });
});

const told = ({ status, body }: Reply): unknown[] => [
  ...[status, body.code ?? body.state],
  ...((body.errors ?? []) as { path: string }[]).map((error) => error.path),
];

describe('the gates of products', () => {
  let n = 0;
  const at = (options: Parameters<typeof centreSeller>[2]) => centreSeller(mallflow, `gates-${++n}`, options);
  const create = ({ client, sellerId, pictureId }: ProductSeller, more: Record<string, unknown> = {}) =>
    client.post(`/v1/sellers/${sellerId}/products`, { deliveryType: 'manual', ...manualBody(pictureId), ...more });

  it('before the seller centre and without the fee there are no products (fault 36)', async () => {
    // A category that is none comes after the gates.
    const nowhere = { categoryId: 'cat_none' };
    const closed = await create(await at({ open: false }), nowhere);
    expect(told(closed)).toEqual([409, 'SELLER_CENTRE_CLOSED']);
    for (const fee of ['none', 'over'] as const)
      expect(told(await create(await at({ fee }), nowhere))).toEqual([409, 'FEE_NOT_PAID']);
  });

  it('an agreement that was not signed in time closes creating, handing in and listing', async () => {
    const late = await at({});
    const product = await createManual(late);
    const ready = await createManual(late);
    expect((await judged(late, reviewer, ready.id)).status).toBe(200);
    const { owner } = mallflow.database;
    await run(
      owner,
      `insert into agreement_versions (version, title, text, sha256, sign_by)
       select '99.0', title, text, sha256, now() - interval '1 day'
         from agreement_versions order by sequence desc limit 1`,
    );
    const refused = await Promise.all([
      create(late),
      late.client.post(path(product, 'submit')),
      late.client.post(path(ready, 'list')),
    ]);
    expect(refused.map(({ status, body }) => [status, body.code, body.allowed])).toEqual(
      Array.from({ length: 3 }, () => [409, 'WRONG_STATE', ['agreements']]),
    );
    await run(owner, `delete from agreement_versions where version = '99.0'`);
  });

  it('nothing is handed in once the fee is over; drafts are written on', async () => {
    const over = await at({});
    const product = await createManual(over);
    await endFee(mallflow.database, over.sellerId);
    expect(told(await over.client.post(path(product, 'submit')))).toEqual([409, 'FEE_NOT_PAID']);
    const draft = { ...manualBody(over.pictureId), name: '改名' };
    expect((await over.client.call('PUT', path(product, 'draft'), draft)).body).toMatchObject({
      ...{ name: '改名', draftVersion: 2, state: 'editing' },
    });
  });

  it('what a draft names must be there and the seller’s own', async () => {
    const one = await at({});
    const theirs = await pictureRow(mallflow.database, await at({}));
    const named = { pictureIds: [one.pictureId, theirs], documentId: 'doc_none', categoryId: 'cat_service' };
    const paths = ['/categoryId', '/pictureIds/1', '/documentId'];
    expect(told(await create(one, named))).toEqual([422, 'REFERENCE_NOT_FOUND', ...paths]);
    const product = await createManual(one);
    const draft = { ...manualBody(one.pictureId), ...named };
    const edited = await one.client.call('PUT', path(product, 'draft'), draft);
    expect(told(edited)).toEqual([422, 'REFERENCE_NOT_FOUND', ...paths]);
    const image = { deliveryType: 'image', pictureIds: [one.pictureId], qualificationIds: [theirs], specs: undefined };
    const { deliveryDays: _, ...whole } = manualBody(one.pictureId);
    const refused = await one.client.post(`/v1/sellers/${one.sellerId}/products`, { ...whole, ...image });
    expect(told(refused)).toEqual([422, 'REFERENCE_NOT_FOUND', '/qualificationIds/0']);
  });
});

describe('a draft', () => {
  it('keeps its delivery type, name and category; what else is left out is gone', async () => {
    const product = await createManual(seller);
    const put = (draft: unknown) => seller.client.call('PUT', path(product, 'draft'), draft);
    expect(told(await put({ deliveryType: 'saas' }))).toEqual([400, 'VALIDATION_FAILED', '/deliveryType']);
    expect(told(await put({ trialDays: 3 }))).toEqual([400, 'VALIDATION_FAILED', '/trialDays']);
    expect(told(await put({ nothing: 1, summary: '' }))).toEqual([400, 'VALIDATION_FAILED', '/summary', '/nothing']);
    const { body } = await put({ deliveryType: 'manual', summary: '只留简介' });
    expect(body).toEqual({
      ...{ id: product.id, createdAt: product.createdAt, updatedAt: expect.any(String) },
      ...{ state: 'editing', draftVersion: 2, errors: [], actions: ['check', 'edit', 'submit'] },
      ...{ deliveryType: 'manual', categoryId: 'cat_migration', name: '上云迁移服务', summary: '只留简介' },
    });
    expect((await seller.client.get(path(product, 'draft'))).body).toEqual(body);
    const missing = ['/tags', '/agreementText', '/pictureIds', '/details', '/deliveryDays', '/specs'];
    expect(told(await seller.client.post(path(product, 'submit')))).toEqual([422, 'DRAFT_INCOMPLETE', ...missing]);
    const check = await seller.client.post(path(product, 'check'));
    expect((check.body.problems as Body[]).map((problem) => problem.path)).toEqual([...missing, '']);
    expect(check.body.problems.at(-1)).toMatchObject({ code: 'NO_PHONE' });
    expect((await seller.client.get(path(product))).body).toMatchObject({ state: 'draft', draft: { version: 2 } });
  });

  const common = () => {
    const { tags, agreementText, pictureIds, summary, details } = manualBody(seller.pictureId);
    return { tags, agreementText, pictureIds, summary, details };
  };
  const price = { name: '标准版', price: { per: 'year', amountFen: 120_000 }, term: 10 };
  const url = 'https://saas.example.com/tencent';
  const endpoints = { create: url, renew: url, expire: url, destroy: url };
  it.each<[string, string, Record<string, unknown>]>([
    ['saas', 'cat_office', { needsImplementation: false, endpoints, trialDays: 15, specs: [price] }],
    ['saas', 'cat_office', { needsImplementation: true, specs: [price] }],
    [
      ...(['image', 'cat_operating_system'] as const),
      {
        ...{ regions: ['广州', '上海'], imageId: 'img-8toqc6s3', softwareTags: ['Nginx', 'MySQL'], version: '1.2.0' },
        ...{ highlight: '开箱即用的网站环境', features: '预装网站所需软件', afterSales: '每周七天，每天八小时' },
        ...{
          cases: [{ title: '某电商', text: '三天完成部署' }],
          companySizes: ['micro', 'small'],
          industries: ['零售'],
        },
      },
    ],
    ['api', 'cat_enterprise_data', { publishedService: 'service-abc123', tryBeforeBuy: true }],
  ])('of every delivery type is handed in when it is whole: %s', async (deliveryType, categoryId, own) => {
    const { client, sellerId } = seller;
    const documentId = await documentOf(client);
    const product = { deliveryType, categoryId, name: '示例商品', ...common(), documentId, ...own };
    const created = await client.post(`/v1/sellers/${sellerId}/products`, product);
    expect([created.status, created.body.deliveryType]).toEqual([201, deliveryType]);
    expect((await client.get(path(created.body, 'draft'))).body).toMatchObject({ deliveryType, documentId });
    expect((await judged(seller, reviewer, created.body.id)).status).toBe(200);
    expect((await client.post(path(created.body, 'list'))).body.state).toBe('listed');
    const shown = await onSale(created.body.id);
    expect(shown).toMatchObject({ deliveryType, categoryId, summary: common().summary });
    // How it is delivered behind the scenes is nobody's business.
    for (const hidden of ['endpoints', 'imageId', 'publishedService', 'documentId', 'pictureIds'])
      expect(shown).not.toHaveProperty(hidden);
    const { cases, companySizes, industries } = own;
    expect(shown).toMatchObject(deliveryType === 'image' ? { cases, companySizes, industries } : {});
  });

  it('an image’s qualifications are judged one by one, and shown to buyers in their order', async () => {
    const { client, sellerId } = seller;
    const qualificationIds = [
      await pictureRow(mallflow.database, seller),
      await pictureRow(mallflow.database, seller),
    ].reverse();
    const { body: product } = await client.post(`/v1/sellers/${sellerId}/products`, {
      ...{ deliveryType: 'image', categoryId: 'cat_operating_system', name: '示例镜像', ...common() },
      ...{ documentId: await documentOf(client), regions: ['广州'], imageId: 'img-8toqc6s3', softwareTags: ['Nginx'] },
      ...{ version: '1.2.0', afterSales: '每周七天，每天八小时', qualificationIds },
    });
    await client.post(path(product, 'submit'));
    const { id } = await waitingReview(reviewer, sellerId);
    const { body: review } = await reviewer.get(`/v1/reviews/${id as string}`);
    const urls = qualificationIds.map((image) => `/images/${image}.png`);
    const judgedOneByOne = (review.items as Body[]).filter(({ item }) => /^\/qualificationIds/.test(item as string));
    expect(judgedOneByOne.map(({ value }) => value)).toEqual(urls);
    await reviewer.post(`/v1/reviews/${id as string}/decide`, { outcome: 'approve', verdicts: [] });
    await client.post(path(product, 'list'));
    expect((await onSale(product.id)).qualificationUrls).toEqual(urls);
  });
});

describe('who else sees a product', () => {
  it('operators look, and take down; the same key answers the same', async () => {
    const operator = await mallflow.as('operator@demo');
    const product = await createManual(seller);
    expect((await operator.get(path(product))).body.actions).toEqual([]);
    const draftless = await operator.post(path(product, 'take-down'), { reason: '尚未上架的商品' });
    expect(told(draftless)).toEqual([409, 'WRONG_STATE']);
    await judged(seller, reviewer, product.id);
    await seller.client.post(path(product, 'list'), {}, { key: 'list-it' });
    expect((await operator.get(path(product))).body.actions).toEqual(['take-down']);
    const taken = await operator.post(path(product, 'take-down'), { reason: '侵犯他人商标' });
    expect(taken.body).toMatchObject({ state: 'unlisted', takenDown: { reason: '侵犯他人商标' }, actions: [] });
    expect((await operator.post(path(product, 'take-down'), { reason: '第二次下架' })).body).toEqual(taken.body);
    expect((await onSale(product.id)).code).toBe('NOT_FOUND');
    const refused = await seller.client.post(path(product, 'list'));
    expect([...told(refused), refused.body.reason]).toEqual([409, 'TAKEN_DOWN', '侵犯他人商标']);
    // What was answered once is answered again, whatever happened since.
    const replayed = await seller.client.post(path(product, 'list'), {}, { key: 'list-it' });
    expect([replayed.status, replayed.headers.get('idempotent-replayed'), replayed.body.state]).toEqual([
      ...[200, 'true', 'listed'],
    ]);
    const { body } = await seller.client.get(path(product));
    expect(body).toMatchObject({
      ...{ takenDown: { reason: '侵犯他人商标' }, actions: ['check', 'edit', 'submit'] },
      draft: { state: 'changes_requested', errors: [{ path: '', code: 'TAKEN_DOWN', reason: '侵犯他人商标' }] },
    });
    expect((await seller.client.get('/v1/notices')).body.items[0].kind).toBe('taken_down');
  });

  it('a seller’s products are listed by state, newest first', async () => {
    const { client, sellerId } = seller;
    const { items } = (await client.get(`/v1/sellers/${sellerId}/products?state=listed`)).body;
    expect((items as Body[]).every(({ state }) => state === 'listed')).toBe(true);
    const all = (await client.get(`/v1/sellers/${sellerId}/products`)).body.items as Body[];
    expect(all.map(({ id }) => id as string)).toEqual(
      all
        .map(({ id }) => id as string)
        .sort()
        .reverse(),
    );
    expect(all.length).toBeGreaterThan(items.length);
  });

  it('the categories come in the reader’s language, each after the one it belongs to', async () => {
    const { items } = (await seller.client.get('/v1/product-categories', { headers: { 'accept-language': 'en' } }))
      .body;
    const training = (items as Body[]).find(({ id }) => id === 'cat_training');
    expect(training).toEqual({ id: 'cat_training', name: 'Training and consulting', parentId: 'cat_service' });
    const seen = new Set<string>();
    for (const { id, parentId } of items as { id: string; parentId?: string }[]) {
      if (parentId !== undefined) expect(seen.has(parentId)).toBe(true);
      seen.add(id);
    }
  });
});
