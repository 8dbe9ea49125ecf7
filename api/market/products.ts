import { z } from 'zod';
import { imageUrl } from '../../domain/image/kinds';
import { notPurchasableReasons, paymentMethods, purchasableBy } from '../../domain/market/purchasable';
import { videoUrl } from '../../domain/video/kinds';
import { draftShape } from '../../domain/product/schemas';
import { deliveryTypes } from '../../domain/product/states';
import { listMarketProducts, marketProductById, type MarketRow } from '../../db/product/queries';
import { resourceShape } from '../http/answers';
import { listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { route, type AnyRoute } from '../http/route';
import { iso } from '../http/times';

/** What a product's card shows. */
export const marketProductSchema = z.strictObject({
  ...resourceShape,
  state: z.literal('listed'),
  sellerId: z.string(),
  deliveryType: z.enum(deliveryTypes),
  categoryId: z.string(),
  name: z.string(),
  summary: z.string(),
  tags: z.array(z.string()),
  pictureUrls: z.array(z.string()),
  specs: draftShape.specs,
  purchasable: z.boolean(),
  paymentMethods: z.array(z.enum(paymentMethods)),
  notPurchasableReason: z.enum(notPurchasableReasons).optional(),
});

/** What buyers read beside that; how a product is delivered behind the scenes is not among it. */
const shownFields = [
  'details',
  'agreementText',
  'deliveryDays',
  'requirementTemplate',
  'needsImplementation',
  'trialDays',
  'regions',
  'softwareTags',
  'version',
  'highlight',
  'features',
  'afterSales',
  'cases',
  'companySizes',
  'industries',
  'tryBeforeBuy',
] as const;

const marketProductDetailSchema = marketProductSchema
  .extend(
    z.strictObject(draftShape).pick({
      details: true,
      agreementText: true,
      deliveryDays: true,
      requirementTemplate: true,
      needsImplementation: true,
      trialDays: true,
      regions: true,
      softwareTags: true,
      version: true,
      highlight: true,
      features: true,
      afterSales: true,
      cases: true,
      companySizes: true,
      industries: true,
      tryBeforeBuy: true,
    }).shape,
  )
  .extend({ qualificationUrls: z.array(z.string()).optional(), videoUrl: z.string().optional() });

/** A product as anybody sees it: of what was approved, and of that what is for buyers. */
export function renderMarketProduct({ body, openChannels, ...row }: MarketRow) {
  // rule: market-shows-specs-on-the-shelf
  const specs = body.specs?.filter(({ onShelf }) => onShelf);
  return {
    id: row.id,
    state: 'listed',
    // Of the sale: when its seller began to write it down is nobody else's business.
    createdAt: iso(row.firstListedAt),
    updatedAt: iso(row.publishedAt > row.listedAt ? row.publishedAt : row.listedAt),
    actions: [],
    sellerId: row.sellerId,
    deliveryType: row.deliveryType,
    categoryId: body.categoryId,
    name: body.name,
    summary: body.summary ?? '',
    tags: body.tags ?? [],
    pictureUrls: row.pictureNames.map(imageUrl),
    ...(specs === undefined ? {} : { specs }),
    ...purchasableBy({ listed: true, openChannels }),
  };
}

function renderMarketProductDetail(row: MarketRow) {
  const shown = shownFields.flatMap((field) => (row.body[field] === undefined ? [] : [[field, row.body[field]]]));
  const qualificationUrls = row.qualificationNames.map(imageUrl);
  return {
    ...renderMarketProduct(row),
    ...(Object.fromEntries(shown) as Partial<MarketRow['body']>),
    ...(qualificationUrls.length === 0 ? {} : { qualificationUrls }),
    ...(row.videoName === null ? {} : { videoUrl: videoUrl(row.videoName) }),
  };
}

/** Anybody may read it, and for a moment keep it. */
export const marketHeaders = { 'Cache-Control': 'public, max-age=5' } as const;

const list = route({
  method: 'get',
  path: '/v1/market/products',
  summary: 'What is on sale, newest first; open to everybody',
  tag: 'market',
  access: 'open',
  idempotency: 'none',
  query: listQuery({ q: textFilter.optional(), categoryId: textFilter.optional(), sellerId: textFilter.optional() }),
  answers: { 200: listSchema(marketProductSchema) },
  handle: async ({ services, query }) => {
    const { q = null, categoryId = null, sellerId = null } = query;
    const page = await listMarketProducts(services.db, { q, categoryId, sellerId }, pageRequest(query));
    return { status: 200, body: listAnswer(page, renderMarketProduct), headers: marketHeaders };
  },
});

const detail = route({
  method: 'get',
  path: '/v1/market/products/:id',
  summary: 'One product on sale, as it was approved; open to everybody',
  tag: 'market',
  access: 'open',
  idempotency: 'none',
  find: ({ services, params }) => marketProductById(services.db, params['id'] ?? ''),
  query: z.strictObject({}),
  answers: { 200: marketProductDetailSchema },
  handle: ({ target }) =>
    Promise.resolve({ status: 200, body: renderMarketProductDetail(target), headers: marketHeaders }),
});

export const marketProductRoutes: readonly AnyRoute[] = [list, detail];
