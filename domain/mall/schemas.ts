import { z } from 'zod';
import { loginSchema, passwordSchema } from '../account/schemas';
import { maxPriceFen } from '../shared/money';
import { maxCashFen, maxPoints } from './exchange';
import { words } from '../shared/text-schemas';

const id = z.string().min(1).max(64);

/** Guide A, 步骤3: "在新增分组弹窗中，输入分组名称"; length by domain.md §5.7. */
// rule: section-name-length
const sectionName = words(20);

export const addSectionSchema = z.strictObject({ mallId: id, name: sectionName });
export const renameSectionSchema = z.strictObject({ name: sectionName });

// rule: points-price-bounds
const pointsPrice = z.int().min(1).max(maxPoints);

/** 兑换方式: 积分费用 in points, 现金费用 in fen; both at least 1 (domain.md §1.5). */
export const exchangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('points'), pointsPrice }),
  z.strictObject({
    kind: z.literal('points_and_cash'),
    pointsPrice,
    // rule: cash-bounds
    cashFen: z.int().min(1).max(maxCashFen),
  }),
]);

/** ISO 8601 in UTC, given on as a moment. */
const moment = z.iso.datetime();

/** 商品名称, 划线价 in fen, 秒杀 window [saleFrom, saleUntil), 兑换规则, 商品介绍, 预估到账时间 in days. */
const details = {
  name: words(60),
  strikePriceFen: z.int().min(1).max(maxPriceFen),
  saleFrom: moment,
  saleUntil: moment,
  rules: words(2_000),
  description: words(2_000),
  // rule: arrival-is-not-before-today
  arrivalDays: z.int().min(0).max(3_650),
};

/** True unless the sale would end before it begins; a window open at either end always runs forward. */
export function saleRunsForward(sale: {
  readonly saleFrom?: string | null | undefined;
  readonly saleUntil?: string | null | undefined;
}): boolean {
  if (sale.saleFrom == null || sale.saleUntil == null) return true;
  // What is no time is told as that, and not a second time.
  return !(Date.parse(sale.saleFrom) >= Date.parse(sale.saleUntil));
}

const saleFault = { path: ['saleUntil'], message: 'after saleFrom' };

/** 配置商品 (guide A, 步骤3); null says the same as leaving a detail out. Without a section it goes into the default one (默认分区). */
export const addListingSchema = z
  .strictObject({
    subStockId: id,
    name: details.name,
    sectionId: id.nullish(),
    exchange: exchangeSchema,
    strikePriceFen: details.strikePriceFen.nullish(),
    saleFrom: details.saleFrom.nullish(),
    saleUntil: details.saleUntil.nullish(),
    rules: details.rules.nullish(),
    description: details.description.nullish(),
    arrivalDays: details.arrivalDays.nullish(),
  })
  // rule: sale-window-runs-forward
  .refine(saleRunsForward, saleFault);

/** What may change of a listing while it is offline. What is left out stays; null takes an optional detail away. */
export const editListingSchema = z
  .strictObject({
    name: details.name.optional(),
    sectionId: id.optional(),
    exchange: exchangeSchema.optional(),
    strikePriceFen: details.strikePriceFen.nullish(),
    saleFrom: details.saleFrom.nullish(),
    saleUntil: details.saleUntil.nullish(),
    rules: details.rules.nullish(),
    description: details.description.nullish(),
    arrivalDays: details.arrivalDays.nullish(),
  })
  // rule: listing-edit-changes-something
  .refine((changes) => Object.keys(changes).length > 0, 'nothing to change')
  // rule: edited-sale-runs-forward
  .refine(saleRunsForward, saleFault);

/**
 * An end user of one mall. `externalId` is who it is in the enterprise's own user system. With login and password the
 * member can sign in; without, the enterprise acts for it.
 */
export const addMemberSchema = z
  .strictObject({
    mallId: id,
    externalId: words(64),
    displayName: words(60),
    login: loginSchema.optional(),
    password: passwordSchema.optional(),
  })
  .superRefine((member, context) => {
    // rule: login-needs-password
    if (member.login !== undefined && member.password === undefined)
      context.addIssue({ code: 'custom', path: ['password'], message: 'login and password come together' });
    // rule: password-needs-login
    if (member.login === undefined && member.password !== undefined)
      context.addIssue({ code: 'custom', path: ['login'], message: 'login and password come together' });
  });

/** Points added or taken by hand (domain.md §1.6: staff may add or deduct). */
export const adjustPointsSchema = z.strictObject({
  // rule: points-adjustment-bounds
  delta: z
    .int()
    .min(-maxPoints)
    .max(maxPoints)
    // rule: points-adjustment-moves
    .refine((delta) => delta !== 0, 'not 0'),
  reason: words(500),
});
