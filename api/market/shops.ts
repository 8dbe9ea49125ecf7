import { z } from 'zod';
import { imageUrl } from '../../domain/image/kinds';
import { productsForShop } from '../../db/product/queries';
import { marketShop, type MarketShopRow } from '../../db/shop/queries';
import { resourceShape } from '../http/answers';
import { route, type AnyRoute } from '../http/route';
import { iso, isoTime } from '../http/times';
import { serviceShape } from '../shop/render';

/** What buyers see of a shop, and nothing else. */
const marketShopSchema = z.strictObject({
  ...resourceShape,
  state: z.literal('published'),
  sellerId: z.string(),
  name: z.string(),
  headline: z.string(),
  slogan: z.string().optional(),
  businessScope: z.string(),
  introduction: z.string(),
  bannerUrl: z.string(),
  logoUrl: z.string(),
  service: z.strictObject(serviceShape),
  /** Those that are listed now, in the seller's order. */
  hotProducts: z.array(z.strictObject({ id: z.string(), name: z.string(), pictureUrls: z.array(z.string()) })),
  publishedAt: isoTime,
});

const shop = route<undefined, unknown, MarketShopRow>({
  method: 'get',
  path: '/v1/market/shops/:sellerId',
  summary: 'A seller’s shop as buyers see it: what is published, without any sign-in',
  tag: 'market',
  access: 'open',
  idempotency: 'none',
  find: ({ services, params }) => marketShop(services.db, params['sellerId'] ?? ''),
  query: z.strictObject({}),
  answers: { 200: marketShopSchema },
  handle: async ({ services, target }) => {
    const { bannerImageId: _banner, logoImageId: _logo, hotProductIds, ...body } = target.body;
    const hot = await productsForShop(services.db, target.sellerId, hotProductIds);
    return {
      status: 200,
      body: {
        ...{ id: target.sellerId, sellerId: target.sellerId, state: 'published', actions: [] },
        createdAt: iso(target.firstPublishedAt),
        updatedAt: iso(target.publishedAt),
        ...body,
        bannerUrl: imageUrl(target.bannerName),
        logoUrl: imageUrl(target.logoName),
        hotProducts: hot.map(({ id, body: { name }, pictureNames }) => ({
          ...{ id, name },
          pictureUrls: pictureNames.map(imageUrl),
        })),
        publishedAt: iso(target.publishedAt),
      },
      headers: { 'Cache-Control': 'public, max-age=5' },
    };
  },
});

export const marketShopRoutes: readonly AnyRoute[] = [shop];
