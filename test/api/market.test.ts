import { run } from '../../db/connection';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { centreRows, centreSeller, createManual, openMerchantId, type ProductSeller } from '../support/products';
import { ProductRoom } from '../support/product-room';

/** Everything is written by the repositories: who looks is a stranger, over HTTP, without a sign-in. */
let mallflow: Installation;
let seller: ProductSeller;
let room: ProductRoom;
let anybody: HttpClient;
beforeAll(async () => {
  mallflow = await startInstallation({ worker: false });
  seller = await centreSeller(mallflow, 'seller-of-the-market');
  room = await ProductRoom.within(mallflow.database, seller);
  anybody = mallflow.anonymous;
});
afterAll(() => mallflow.stop());

const shown = async (id: string): Promise<Body> => (await anybody.get(`/v1/market/products/${id}`)).body;
const all = async (query = ''): Promise<string[]> =>
  ((await anybody.get(`/v1/market/products${query}`)).body.items as Body[]).map(({ id }) => id as string);

it('shows buyers what is for them, and anybody may keep it for a moment', async () => {
  const specs = [
    { name: '标准版', onShelf: true, price: { per: 'once', amountFen: 500_000 } },
    { name: '停售版', onShelf: false, price: { per: 'once', amountFen: 1 } },
  ] as const;
  const id = await room.approved({ name: '迁移服务', specs: [...specs], documentId: 'doc_hidden' });
  await room.list(id);
  const reply = await anybody.get(`/v1/market/products/${id}`);
  expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'public, max-age=5']);
  const { createdAt, updatedAt, details, agreementText, ...rest } = reply.body;
  expect(rest).toEqual({
    ...{ id, state: 'listed', actions: [], sellerId: seller.sellerId, deliveryType: 'manual' },
    ...{ categoryId: 'cat_migration', name: '迁移服务', summary: room.body().summary, tags: ['迁移', '咨询'] },
    ...{ pictureUrls: [`/images/${room.pictureId}.png`], specs: [specs[0]], deliveryDays: 15 },
    ...{ purchasable: false, paymentMethods: [], notPurchasableReason: 'MERCHANT_ID_MISSING' },
  });
  expect([details, agreementText]).toEqual([room.body().details, room.body().agreementText]);
  expect(createdAt <= updatedAt).toBe(true);
});

it('says how one can pay: by every channel whose merchant ID is open, and a frozen one is none', async () => {
  const other = await centreSeller(mallflow, 'seller-of-channels');
  const theirs = await ProductRoom.within(mallflow.database, other);
  const id = await theirs.approved();
  await theirs.list(id);
  const standing = async (): Promise<unknown[]> => {
    const { purchasable, paymentMethods, notPurchasableReason } = await shown(id);
    return [purchasable, paymentMethods, notPurchasableReason];
  };
  await openMerchantId(mallflow.database, other, 'tenpay');
  expect(await standing()).toEqual([true, ['b2b_gateway'], undefined]);
  await openMerchantId(mallflow.database, other, 'wechat_pay');
  expect(await standing()).toEqual([true, ['wechat_pay', 'b2b_gateway'], undefined]);
  await run(mallflow.database.owner, `update merchant_applications set state = 'frozen' where seller_id = :sellerId`, {
    sellerId: other.sellerId,
  });
  expect(await standing()).toEqual([false, [], 'MERCHANT_ID_MISSING']);
});

it('is 404 for whatever is not on sale, drafts, approved and unlisted alike', async () => {
  const draft = await room.create();
  const approved = await room.approved();
  const unlisted = await room.approved();
  await room.list(unlisted);
  await room.unlist(unlisted);
  const down = await room.approved();
  await room.list(down);
  await room.takeDown(down);
  for (const id of [draft, approved, unlisted, down, 'prd_none', '%00'])
    expect((await anybody.get(`/v1/market/products/${id}`)).status).toBe(404);
  const ids = await all('?limit=200');
  for (const id of [draft, approved, unlisted, down]) expect(ids).not.toContain(id);
});

it('lists by seller, category and name, page by page, and refuses other questions', async () => {
  const stranger = await centreRows(mallflow.database, await operatorId());
  const id = await room.approved({ name: '数据库性能培训', categoryId: 'cat_training' });
  await room.list(id);
  expect(await all(`?categoryId=cat_service&q=${encodeURIComponent('培训')}`)).toEqual([id]);
  expect(await all(`?sellerId=${stranger.sellerId}`)).toEqual([]);
  const first = (await anybody.get('/v1/market/products?limit=1')).body;
  expect(first.items).toHaveLength(1);
  expect(await all(`?limit=200&cursor=${first.nextCursor as string}`)).not.toContain(first.items[0].id);
  expect((await anybody.get('/v1/market/products?state=draft')).status).toBe(400);
});

async function operatorId(): Promise<string> {
  return (await (await mallflow.as('operator@demo')).get('/v1/me')).body.id as string;
}

it('lists a draft nowhere that its seller created over HTTP, until it was judged', async () => {
  const product = await createManual(seller, { name: '尚未审核' });
  expect((await shown(product.id)).code).toBe('NOT_FOUND');
  expect(await all(`?q=${encodeURIComponent('尚未审核')}`)).toEqual([]);
});
