import { z } from 'zod';
import { halfWidth } from '../seller/identifiers';
import { phoneNumber } from '../seller/schemas';
import { words } from '../shared/text-schemas';

const id = z.string().min(1).max(64);

/** 店铺介绍 (domain.md §2.6): whatever of it changes, a reviewer looks at it. Characters, not bytes. */
const introductionShape = {
  /** PNG, 1920×300. */
  bannerImageId: id,
  /** PNG or JPEG, 390×260. */
  logoImageId: id,
  // rule: shop-name-length
  name: words(40),
  /** 主标题: as much as the banner's guide gives room for, the slogan likewise. */
  // rule: shop-headline-length
  headline: words(12),
  // rule: shop-slogan-length
  slogan: words(20),
  businessScope: words(200),
  introduction: words(2_000),
};

const qqNumber = z
  .string()
  .max(32)
  .transform(halfWidth)
  // rule: qq-has-its-digits
  .refine((text) => /^[1-9]\d{4,10}$/.test(text), 'a QQ number: 5 to 11 digits');

const clockTime = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d`;
const hoursPattern = new RegExp(`^(${clockTime}) - (${clockTime})$`);

/** „7×8 小时“: somebody is there for eight hours a day. */
const leastServiceSeconds = 8 * 3_600;

function secondsOf(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return hours * 3_600 + minutes * 60 + seconds;
}

/** Of one day, Asia/Shanghai: `09:00:00 - 18:00:00`. */
const serviceHours = z
  .string()
  .trim()
  .regex(hoursPattern, 'HH:MM:SS - HH:MM:SS')
  .refine((text) => {
    const [, from, until] = hoursPattern.exec(text) ?? [];
    // What is no time is told as that, and not a second time.
    if (from === undefined || until === undefined) return true;
    // rule: service-lasts-eight-hours
    return secondsOf(until) - secondsOf(from) >= leastServiceSeconds;
  }, 'at least eight hours within one day');

/** 客服信息: exactly one each. */
const serviceShape = {
  qq: qqNumber,
  email: z.email().max(254),
  phone: phoneNumber,
  onlineHours: serviceHours,
  phoneHours: serviceHours,
};

/** 畅销商品: "at most 6" (domain.md §2.6). */
const hotProductIds = z
  .array(id)
  // rule: six-hot-products
  .max(6)
  // rule: hot-products-differ
  .refine((ids) => new Set(ids).size === ids.length, 'each product once');

/** A draft is saved at any time, however little of it is there; what is left out is gone. */
export const shopDraftSchema = z.strictObject({
  ...z.strictObject(introductionShape).partial().shape,
  service: z.strictObject(serviceShape).partial().optional(),
  hotProductIds: hotProductIds.optional(),
});

/** What a seller wrote so far. */
export type ShopDraft = z.output<typeof shopDraftSchema>;

/** What is handed in and published: whole. */
export const shopBodySchema = z.strictObject({
  ...introductionShape,
  slogan: introductionShape.slogan.optional(),
  service: z.strictObject(serviceShape),
  hotProductIds: hotProductIds.default([]),
});

export type ShopBody = z.output<typeof shopBodySchema>;

const introductionFields = Object.keys(introductionShape) as readonly (keyof typeof introductionShape)[];
/** What no reviewer looks at. */
export const restFields = ['service', 'hotProductIds'] as const;
const serviceFields = Object.keys(serviceShape) as readonly (keyof typeof serviceShape)[];

/** JSON Pointers of what must still be filled in before it can be handed in: all but the slogan and the hot products. */
export function missingFields(draft: ShopDraft): string[] {
  // rule: shop-is-handed-in-whole
  const introduction = introductionFields.filter((field) => field !== 'slogan' && draft[field] === undefined);
  // rule: shop-service-is-handed-in-whole
  const service = serviceFields.filter((field) => draft.service?.[field] === undefined);
  return [...introduction.map((field) => `/${field}`), ...service.map((field) => `/service/${field}`)];
}

/** 店铺介绍: what waits for a reviewer. */
export function introductionDiffers(draft: ShopDraft, published: ShopBody): boolean {
  return introductionFields.some((field) => draft[field] !== published[field]);
}

/** Everything else: what an automatic check publishes at once. */
export function restDiffers(draft: ShopDraft, published: ShopBody): boolean {
  const [hot = [], shown] = [draft.hotProductIds, published.hotProductIds];
  return (
    serviceFields.some((field) => draft.service?.[field] !== published.service[field]) ||
    hot.length !== shown.length ||
    hot.some((product, at) => product !== shown[at])
  );
}
