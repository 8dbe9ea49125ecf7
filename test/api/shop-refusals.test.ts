import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { rows, run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { publishAgreement } from '../../db/seller/agreement-versions';
import { newAccount } from '../support/accounts';
import type { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { sellerRows } from '../support/sellers';
import { saveShop, shopForm, shopImage, shopSeller, shopService, type ShopSeller } from '../support/shops';

let mallflow: Installation;
let seller: ShopSeller;

beforeAll(async () => {
  mallflow = await startInstallation({ worker: false });
  seller = await shopSeller(mallflow, 'shop@test');
});
afterAll(() => mallflow.stop());

const put = (body: unknown, by: ShopSeller = seller) => by.client.call('PUT', `${by.path}/draft`, body);
const submit = (by: ShopSeller = seller) => by.client.post(`${by.path}/submit`);
const alter = (set: string, sellerId: string) =>
  run(mallflow.database.owner, `update ${set} where seller_id = :sellerId`, { sellerId });

describe('a shop is refused', () => {
  it('before the seller centre opens', async () => {
    const client = await newAccount(mallflow, { login: 'early@test', roles: [] });
    const sellerId = await sellerRows(mallflow, client);
    const early = { client, sellerId, path: `/v1/sellers/${sellerId}/shop`, images: seller.images };
    for (const refused of [await put({ name: '早来的店' }, early), await submit(early)])
      expect([refused.status, refused.body]).toMatchObject([409, { code: 'SELLER_CENTRE_CLOSED', allowed: [] }]);
    expect((await client.post(`${early.path}/withdraw`)).body).toMatchObject({
      code: 'WRONG_STATE',
      allowed: ['edit'],
    });
  });

  it('with all faults of its form at once', async () => {
    const { status, body } = await put({ name: '', headline: '太长'.repeat(9), service: { qq: 'x' }, motto: '-' });
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect((body.errors as { path: string }[]).map(({ path }) => path).sort()).toEqual([
      ...['/headline', '/motto', '/name', '/service/qq'],
    ]);
  });

  it('without a body, and what was written stays', async () => {
    const { body: before } = await saveShop(seller);
    const { status, body } = await put(undefined);
    expect([status, body.errors]).toMatchObject([400, [{ path: '', code: 'REQUIRED' }]]);
    expect((await seller.client.get(`${seller.path}/draft`)).body.name).toBe(before.name);
    expect(before.name).toEqual(expect.any(String));
  });

  it('with what is not there or another’s', async () => {
    const other = await shopSeller(mallflow, 'other@test');
    const theirs = newId('product');
    await run(
      mallflow.database.owner,
      `insert into products (id, seller_id, delivery_type, state, draft, draft_state)
       values (:theirs, :sellerId, 'manual', 'draft', '{"name":"运维","categoryId":"cat_maintenance"}', 'editing')`,
      { theirs, sellerId: other.sellerId },
    );
    const named = { logoImageId: other.images.logoImageId, hotProductIds: [theirs, 'prd_none'] };
    const { status, body } = await put(shopForm(seller, named));
    expect([status, body.errors]).toMatchObject([
      422,
      ['/logoImageId', '/hotProductIds/0', '/hotProductIds/1'].map((path) => ({ path, code: 'REFERENCE_NOT_FOUND' })),
    ]);
    expect((await put(shopForm(other, { hotProductIds: [theirs] }), other)).status).toBe(200);
  });

  it('with images of other measures than are asked for', async () => {
    const small = await shopImage(seller.client, 390, 261);
    const jpeg = await shopImage(seller.client, 1_920, 300, 'jpeg');
    const { status, body } = await put(shopForm(seller, { bannerImageId: jpeg, logoImageId: small }));
    expect([status, body]).toMatchObject([
      422,
      {
        ...{ code: 'IMAGE_UNFIT', width: 1_920, height: 300 },
        errors: [
          { path: '/bannerImageId', code: 'IMAGE_UNFIT', message: '1920×300 pixels, image/png' },
          { path: '/logoImageId', code: 'IMAGE_UNFIT', message: '390×260 pixels, image/png or image/jpeg' },
        ],
      },
    ]);
  });

  it('with a banner that is no picture of ours', async () => {
    const images = async () => {
      const found = await rows<{ n: number }>(mallflow.database.owner, 'select count(*) as n from images');
      return found[0]?.n;
    };
    const before = await images();
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1920" height="300"/>');
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    const sent = [
      [svg, 'image/png'],
      [bytes, 'image/jpeg'],
      [bytes.subarray(0, 60), 'image/png'],
      [Buffer.alloc(2_097_153), 'image/png'],
    ] as const;
    const statuses = [];
    for (const [content, type] of sent) statuses.push((await seller.client.upload('/v1/images', content, type)).status);
    expect([statuses, await images()]).toEqual([[415, 415, 400, 413], before]);
  });

  it('unless it is whole', async () => {
    const nothing = await shopSeller(mallflow, 'nothing@test');
    expect((await submit(nothing)).body).toMatchObject({ status: 422, code: 'DRAFT_INCOMPLETE' });
    const { status, body } = await put({ ...seller.images, name: '半个店', service: { qq: '10001' } });
    expect([status, body]).toMatchObject([200, { name: '半个店', service: { qq: '10001' } }]);
    const refused = await submit();
    expect([refused.status, refused.body.code]).toEqual([422, 'DRAFT_INCOMPLETE']);
    expect((refused.body.errors as { path: string }[]).map(({ path }) => path)).toEqual([
      ...['/headline', '/businessScope', '/introduction'],
      ...['/service/email', '/service/phone', '/service/onlineHours', '/service/phoneHours'],
    ]);
  });

  it('while a newer agreement is overdue', async () => {
    await saveShop(seller);
    const { db, owner } = mallflow.database;
    await db.transaction((trx) =>
      publishAgreement(trx, { version: '99', title: '协议', text: '新的协议', signBy: new Date(Date.now() + 60_000) }),
    );
    const dueBy = (at: string) => run(owner, `update agreement_versions set sign_by = ${at} where version = '99'`);
    await dueBy(`now() - interval '1 day'`);
    const refused = await submit();
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'WRONG_STATE', allowed: ['agreements'] }]);
    await dueBy('null');
  });
});

describe('what needs no reviewer', () => {
  let published: ShopSeller;
  beforeAll(async () => {
    published = await shopSeller(mallflow, 'published@test');
    await saveShop(published);
    const id = newId('revision');
    await run(
      mallflow.database.owner,
      `with revision as (insert into shop_revisions (id, seller_id, number, body)
         select :id, seller_id, 1, draft from shops where seller_id = :sellerId returning id)
       update shops set published_revision_id = :id where seller_id = :sellerId`,
      { id, sellerId: published.sellerId },
    );
  });

  it('is published once for one key, and not again where nothing differs', async () => {
    await saveShop(published, { service: shopService({ qq: '55555' }) });
    const key = randomUUID();
    const post = (as: HttpClient) => as.post(`${published.path}/submit`, undefined, { key });
    const [first, again] = [await post(published.client), await post(published.client)];
    expect([first.body.published.revision, again.body]).toEqual([2, first.body]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const unchanged = await submit(published);
    expect([unchanged.status, unchanged.body]).toMatchObject([409, { code: 'DRAFT_UNCHANGED', allowed: ['edit'] }]);
  });

  it('follows what was sent back, once the introduction is as it was again', async () => {
    const errors = '[{"path":"/name","code":"OTHER","reason":"-"}]';
    await alter(`shops set draft_state = 'changes_requested', draft_errors = '${errors}'`, published.sellerId);
    await saveShop(published, { service: shopService({ qq: '66666' }) });
    expect((await submit(published)).body).toMatchObject({ state: 'editing', errors: [], published: { revision: 3 } });
  });

  it('is not an operator’s to hand in', async () => {
    const operator = await mallflow.as('operator@demo');
    const seen = (await operator.get(`${published.path}/draft`)).body;
    expect(seen).toMatchObject({ sellerId: published.sellerId, actions: ['take-down'] });
    expect((await operator.post(`${published.path}/submit`)).status).toBe(404);
    expect((await operator.get(`/v1/reviews?kind=shop`)).body.items).toEqual([]);
  });
});
