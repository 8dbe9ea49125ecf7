import { z } from 'zod';
import { limitPeriods } from './allocation-terms';
import { maxStock } from './limits';
import type { CommodityCategory } from './states';
import { words } from '../shared/text-schemas';

// rule: pieces-bounds
const pieces = z.int().min(1).max(maxStock);

/** ISO 8601 in UTC, of our era and to the millisecond. */
const time = z.iso
  .datetime()
  .refine((text) => /^20\d\d-/.test(text), 'a time from 2000 to 2099')
  .transform((text) => new Date(text).toISOString());

const link = z.url({ protocol: /^https?$/, error: 'an http or https address' }).max(2_048);

/** A link the member follows to take the award (优惠券) or to use it after receiving it (CDK 码). */
const linkAward = z.strictObject({ jumpLink: link });

/** 积分: how many, in which points system: the enterprise's own (third-party) or the one the platform holds (Coral). */
const pointsAward = z.strictObject({
  pointsValue: z.int().min(1).max(100_000_000),
  productId: words(64).optional(),
  system: z.enum(['third_party', 'coral']),
});

/** 微信现金红包: what the payer's WeChat merchant account needs; lengths as WeChat takes them. */
const redPacketAward = z.strictObject({
  amountFen: z.int().min(1).max(10_000_000),
  merchantName: words(32),
  activityName: words(32),
  blessing: words(128),
});

const awards: Readonly<Partial<Record<CommodityCategory, z.ZodType>>> = {
  coupon: linkAward,
  points: pointsAward,
  cdk: linkAward,
  wechat_red_packet: redPacketAward,
};

/** Award settings of any category. */
export const awardSchema = z.union([linkAward, pointsAward, redPacketAward]);

/**
 * Whether award settings are those of the category (domain.md §1.3). Physical goods and what only purchased stock has
 * take none; leaving them out is always allowed.
 */
export function awardFits(category: CommodityCategory, award: unknown): boolean {
  // rule: award-of-its-category
  return award === null || (awards[category]?.safeParse(award).success ?? false);
}

/** 每天数量限制: “-1” 代表不限制数量. 0 would sell nothing and is refused. */
const dailyLimit = z
  .int()
  .min(-1)
  .max(maxStock)
  // rule: daily-limit-is-not-zero
  .refine((limit) => limit !== 0, '−1 (unlimited) or at least 1');

/** At most `count` pieces for one member in each period, in Asia/Shanghai. */
const memberLimits = z.array(z.strictObject({ period: z.enum(limitPeriods), count: pieces })).refine(
  // rule: each-period-once
  (limits) => new Set(limits.map(({ period }) => period)).size === limits.length,
  'each period at most once',
);

const terms = {
  dailyLimit,
  memberLimits,
  validFrom: time.nullable().optional(),
  validUntil: time.nullable().optional(),
  /** 是否自动发奖. */
  autoAward: z.boolean(),
  remark: z.string().trim().max(500).nullable().optional(),
  award: awardSchema.nullable().optional(),
};

interface Validity {
  readonly validFrom?: string | null | undefined;
  readonly validUntil?: string | null | undefined;
}

/** 生效时间: begins before it ends; either end may be open. */
export function validityRunsForward({ validFrom, validUntil }: Validity): boolean {
  // rule: validity-begins-before-it-ends
  return validFrom == null || validUntil == null || Date.parse(validFrom) < Date.parse(validUntil);
}

const forward = { path: ['validUntil'], error: 'must lie after validFrom' };

/** 分配库存 → 下一步 (guide A, 步骤2). 422 is said about what only the rows know. */
export const proposeAllocationSchema = z
  .strictObject({
    commodityId: z.string().min(1).max(64),
    mallId: z.string().min(1).max(64),
    quantity: pieces,
    ...terms,
  })
  .refine(validityRunsForward, forward);

/** 编辑 of a sub-stock that is offline: limits, validity, award and remark. What is left out stays as it is. */
export const editSubStockSchema = z
  .strictObject(terms)
  .partial()
  // rule: edit-changes-something
  .refine((changes) => Object.keys(changes).length > 0, 'nothing to change')
  .refine(validityRunsForward, forward);

/** 补货 and 退库: so many pieces. */
export const subStockQuantitySchema = z.strictObject({ quantity: pieces });
