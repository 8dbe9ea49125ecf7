import sharp from 'sharp';
import type { Body } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { saveShop, shopForm, shopSeller, type ShopSeller } from '../support/shops';

let mallflow: Installation;
let seller: ShopSeller;
beforeAll(async () => {
  mallflow = await startInstallation();
  seller = await shopSeller(mallflow, 'seller-of-banners');
});
afterAll(() => mallflow.stop());

const banners = async (language: string): Promise<Body[]> =>
  (await seller.client.get('/v1/stock-banners', { headers: { 'accept-language': language } })).body.items as Body[];
const bytesAt = async (url: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(seller.client.url + url)).arrayBuffer());

it('ten can be looked at by anybody, each of a shop’s measures and unlike the others', async () => {
  const items = await banners('en');
  const looks = await Promise.all(items.map(({ url }) => bytesAt(url as string)));
  for (const bytes of looks)
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 1_920, height: 300 });
  expect(new Set(looks.map((bytes) => bytes.toString('base64'))).size).toBe(10);
  expect([items[0]?.name, (await banners('zh-CN'))[0]?.name]).toEqual(['Sky', '晴空']);
  expect((await mallflow.anonymous.get('/banners/banner_none.png')).status).toBe(404);
});

it('one becomes an image of the seller’s own, which its shop takes', async () => {
  const bannerId = 'banner_bamboo';
  const taken = await seller.client.post(`${seller.path}/banner`, { bannerId }, { key: 'this-one' });
  expect([taken.status, taken.body]).toMatchObject([201, { state: 'stored', width: 1_920, height: 300 }]);
  expect(await bytesAt(taken.body.url as string)).toEqual(await bytesAt(`/banners/${bannerId}.png`));
  const again = await seller.client.post(`${seller.path}/banner`, { bannerId }, { key: 'this-one' });
  expect(again.body).toEqual(taken.body);
  const draft = await saveShop(seller, { bannerImageId: taken.body.id as string });
  expect(draft.body).toMatchObject({ bannerImageId: taken.body.id });
});

it('what is not there, and what is another’s, is refused', async () => {
  const refused = await seller.client.post(`${seller.path}/banner`, { bannerId: 'banner_none' });
  expect([refused.status, refused.body.code, refused.body.errors]).toEqual([
    ...[422, 'REFERENCE_NOT_FOUND'],
    [{ path: '/bannerId', code: 'REFERENCE_NOT_FOUND', message: 'no such banner' }],
  ]);
  const other = await shopSeller(mallflow, 'other-seller-of-banners');
  const bannerId = 'banner_sky';
  expect((await other.client.post(`${seller.path}/banner`, { bannerId })).status).toBe(404);
  const { body } = await other.client.post(`${other.path}/banner`, { bannerId });
  const draft = await seller.client.call(
    'PUT',
    `${seller.path}/draft`,
    shopForm(seller, { bannerImageId: body.id as string }),
  );
  expect([draft.status, draft.body.code]).toEqual([422, 'REFERENCE_NOT_FOUND']);
});
