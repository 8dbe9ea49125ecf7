import { z } from 'zod';
import { stockBannerById, stockBanners, stockBannerUrl } from '../../domain/shop/banners';
import { DomainError } from '../../domain/shared/errors';
import type { SellerRow } from '../../db/seller/onboarding-queries';
import { route, type AnyRoute } from '../http/route';
import { imageHeaders, imageSchema, keepImage } from '../image/keep';
import { ownSeller } from '../seller/seller-command';
import { drawBanner } from './banner-art';

const list = route({
  method: 'get',
  path: '/v1/stock-banners',
  summary: 'The banners a shop can take that has none of its own (模板库)',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  query: z.strictObject({}),
  answers: {
    200: z.strictObject({ items: z.array(z.strictObject({ id: z.string(), name: z.string(), url: z.string() })) }),
  },
  handle: ({ language }) => {
    const items = stockBanners.map((banner) => ({
      ...{ id: banner.id, name: language === 'en' ? banner.en : banner.zh },
      url: stockBannerUrl(banner),
    }));
    return Promise.resolve({ status: 200, body: { items } });
  },
});

const picture = route({
  method: 'get',
  path: '/banners/:name',
  summary: 'A stock banner, to look at',
  tag: 'sellers',
  access: 'open',
  idempotency: 'none',
  find: ({ params }) =>
    Promise.resolve(stockBanners.find((one) => stockBannerUrl(one) === `/banners/${params['name'] ?? ''}`)),
  answers: { 200: null },
  produces: ['image/png'],
  handle: async ({ target }) => {
    const { bytes } = await drawBanner(target);
    return { status: 200, raw: { contentType: 'image/png', content: Buffer.from(bytes) }, headers: imageHeaders };
  },
});

const takeSchema = z.strictObject({ bannerId: z.string().min(1).max(64) });

const take = route<z.infer<typeof takeSchema>, undefined, SellerRow>({
  method: 'post',
  path: '/v1/sellers/:id/shop/banner',
  summary: 'Take a stock banner: an image of the seller’s own, for `bannerImageId` of its shop’s draft',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  body: takeSchema,
  answers: { 201: imageSchema },
  handle: (call) => {
    const banner = stockBannerById(call.body.bannerId);
    // rule: stock-banners-are-there
    if (banner === undefined) {
      const fault = { path: '/bannerId', code: 'REFERENCE_NOT_FOUND', message: 'no such banner' };
      throw new DomainError('REFERENCE_NOT_FOUND', { errors: [fault] });
    }
    return keepImage(call, 'image/png', () => drawBanner(banner));
  },
});

export const stockBannerRoutes: readonly AnyRoute[] = [list, picture, take];
