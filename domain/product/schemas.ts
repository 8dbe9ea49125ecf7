import { z } from 'zod';
import { specsSchema as specs } from './spec-schemas';
import { deliveryTypes, type DeliveryType } from './states';
import { words } from '../shared/text-schemas';

const id = z.string().min(1).max(64);

/** So many, none twice. */
const distinct = <T extends z.ZodType<string>>(of: T, most: number) =>
  z
    .array(of)
    .min(1)
    .max(most)
    // rule: listed-once-in-a-field
    .refine((all) => new Set(all).size === all.length, 'each only once');

/** 商品名称: 80 characters are taken; reviewers refuse more than 30 (domain.md §2.7, §5.2). */
// rule: product-name-length
const name = words(80);

/** What every product tells, whatever is delivered. */
const commonShape = {
  tags: distinct(words(20), 5),
  /** 商品服务协议. */
  agreementText: words(20_000),
  pictureIds: distinct(id, 5),
  /** 简介. */
  summary: words(140),
  /** 详情. */
  details: words(20_000),
  /** 商品文档, uploaded through `POST /documents`. */
  documentId: id,
};

// rule: endpoints-are-https
const endpoint = z.url({ protocol: /^https$/ }).max(500);

/** As 《统计上大中小微型企业划分办法》 divides them. */
export const companySizes = ['micro', 'small', 'medium', 'large'] as const;

/** What only a product of this delivery type tells. */
const ownShape = {
  manual: {
    deliveryDays: z.int().min(1).max(365),
    /** 需求单模板. */
    requirementTemplate: words(5_000),
    specs,
  },
  saas: {
    needsImplementation: z.boolean(),
    endpoints: z.strictObject({ create: endpoint, renew: endpoint, expire: endpoint, destroy: endpoint }),
    trialDays: z.int().min(0).max(200),
    specs,
  },
  image: {
    regions: distinct(words(40), 50),
    imageId: words(64),
    softwareTags: distinct(words(20), 5),
    version: words(20),
    highlight: words(16, 8),
    features: words(500),
    afterSales: words(500),
    /** 资质证书: images, shown beside the product. */
    qualificationIds: distinct(id, 5),
    /** 商品视频: mp4, 1280×720, uploaded through `POST /videos`. */
    videoId: id,
    /** 客户案例. */
    cases: z
      .array(z.strictObject({ title: words(40), text: words(1_000) }))
      .min(1)
      .max(10),
    /** 适用企业规模. */
    companySizes: distinct(z.enum(companySizes), companySizes.length),
    /** 适用行业. */
    industries: distinct(words(20), 5),
  },
  api: {
    publishedService: words(200),
    tryBeforeBuy: z.boolean(),
  },
} as const satisfies Record<DeliveryType, z.ZodRawShape>;

/** Everything but the name and category may come later: a draft is saved at any time. */
function draftOf<S extends z.ZodRawShape>(own: S) {
  return { categoryId: id, name, ...z.strictObject({ ...commonShape, ...own }).partial().shape };
}

const drafts = {
  manual: draftOf(ownShape.manual),
  saas: draftOf(ownShape.saas),
  image: draftOf(ownShape.image),
  api: draftOf(ownShape.api),
} as const;

/** 创建商品; the delivery type stays as it is from then on. */
export const createProductSchema = z.discriminatedUnion('deliveryType', [
  z.strictObject({ deliveryType: z.literal('manual'), ...drafts.manual }),
  z.strictObject({ deliveryType: z.literal('saas'), ...drafts.saas }),
  z.strictObject({ deliveryType: z.literal('image'), ...drafts.image }),
  z.strictObject({ deliveryType: z.literal('api'), ...drafts.api }),
]);

/** Everything any product tells, none of it needed yet. */
const anyDraft = z.strictObject({ ...drafts.manual, ...drafts.saas, ...drafts.image, ...drafts.api }).partial();

/** A draft as it is shown. */
export const draftShape = { ...anyDraft.shape, categoryId: id, name };

/** The draft anew, of any delivery type; {@link bodySchemas} holds it against the product's own. What is left out is gone. */
export const editProductSchema = anyDraft.extend({ deliveryType: z.enum(deliveryTypes).optional() });
export type EditedProduct = z.output<typeof editProductSchema>;

export const bodySchemas = {
  manual: z.strictObject(drafts.manual),
  saas: z.strictObject(drafts.saas),
  image: z.strictObject(drafts.image),
  api: z.strictObject(drafts.api),
} as const satisfies Record<DeliveryType, z.ZodType>;

/** What a product tells, as far as it is written; fields of other delivery types are never there. */
export type ProductBody = Omit<EditedProduct, 'deliveryType' | 'categoryId' | 'name'> & {
  readonly categoryId: string;
  readonly name: string;
};

/** What must be told before it is handed in. */
export const requiredFields: Readonly<Record<DeliveryType, readonly (keyof ProductBody)[]>> = (() => {
  const common = ['tags', 'agreementText', 'pictureIds', 'summary', 'details'] as const;
  return {
    manual: [...common, 'deliveryDays', 'specs'],
    saas: [...common, 'needsImplementation', 'specs'],
    image: [...common, 'regions', 'imageId', 'softwareTags', 'version', 'afterSales'],
    api: [...common, 'publishedService', 'tryBeforeBuy'],
  };
})();
