import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { manualBody } from '../support/products';
import { controlsOf, SellerJourney } from '../support/seller-journey';
import { approval, openReviewOf, publishShop, shopImage } from '../support/shops';

let emulator: Emulator;
let mallflow: Installation;
let reviewer: HttpClient;

beforeAll(async () => {
  emulator = await startEmulator();
  mallflow = await startInstallation({ emulator });
  reviewer = await mallflow.as('reviewer@demo');
});
afterAll(async () => {
  await mallflow.stop();
  await emulator.stop();
});

it('guide B whole: from the ticked agreement to a product buyers can pay for', async () => {
  const journey = await SellerJourney.begin(mallflow.url, controlsOf(emulator.url));
  const { seller: client, sellerId, path } = journey;
  await journey.verify();
  await journey.inform();
  await journey.payFee();
  await journey.openMerchantIds();

  // 店铺发布
  const images = {
    bannerImageId: await shopImage(client, 1_920, 300),
    logoImageId: await shopImage(client, 390, 260),
  };
  expect(await journey.requirement('shop_published')).toMatchObject({ state: 'not_started', whoseTurn: 'seller' });
  await publishShop({ client, sellerId, images, path: `${path}/shop` }, reviewer);
  expect(await journey.requirement('shop_published')).toMatchObject({ state: 'met' });

  // 商品上架
  const body = { deliveryType: 'manual', ...manualBody(await shopImage(client, 390, 260)) };
  const product = await client.post(`${path}/products`, body);
  expect([product.status, product.body.state]).toEqual([201, 'draft']);
  const act = async (command: string) =>
    (await client.post(`/v1/products/${product.body.id as string}/${command}`)).body;
  expect((await act('check')).problems).toEqual([]);
  expect((await act('submit')).state).toBe('in_review');
  expect(await journey.requirement('product_listed')).toMatchObject({ state: 'in_review', whoseTurn: 'reviewer' });
  const { id: reviewId } = await openReviewOf(reviewer, sellerId, 'product');
  await reviewer.post(`/v1/reviews/${reviewId as string}/decide`, approval);
  expect((await mallflow.anonymous.get('/v1/market/products')).body.items).toEqual([]);
  expect((await act('list')).state).toBe('listed');

  const inMarket = await mallflow.anonymous.get(`/v1/market/products/${product.body.id as string}`);
  expect([inMarket.status, inMarket.body]).toMatchObject([
    200,
    { purchasable: true, paymentMethods: ['wechat_pay', 'b2b_gateway'] },
  ]);
  const readiness = (await client.get(`${path}/readiness`)).body;
  expect(readiness).toMatchObject({ sellerCentreOpen: true, canCreateProducts: true, canSell: true });
  // 畅销商品 of the shop: published at once, without a reviewer.
  const draft = (await client.get(`${path}/shop/draft`)).body;
  const { name, headline, slogan, businessScope, introduction, service } = draft;
  const shop = { ...images, name, headline, slogan, businessScope, introduction, service };
  await client.call('PUT', `${path}/shop/draft`, { ...shop, hotProductIds: [product.body.id] });
  expect((await client.post(`${path}/shop/submit`)).body).toMatchObject({
    state: 'editing',
    published: { revision: 2 },
  });
  expect((await mallflow.anonymous.get(`/v1/market/shops/${sellerId}`)).body.hotProducts).toMatchObject([
    { id: product.body.id, name: body.name },
  ]);
  await eventually(
    async () => (await client.get(`/v1/seller-onboardings/${journey.onboardingId}`)).body,
    (onboarding: Body) => onboarding.stage === 'complete' && onboarding.state === 'completed',
  );
});
