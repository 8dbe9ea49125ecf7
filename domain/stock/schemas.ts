import { z } from 'zod';
import { maxPriceFen } from '../shared/money';
import { purposeTakes } from './first-step';
import { maxStock } from './limits';
import { commodityPurposes, ownCategories } from './states';
import { words } from '../shared/text-schemas';

const id = z.string().min(1).max(64);

/** Guide A, first table (资源用途 to 详情页大图). Lengths: domain.md §5.7. */
const firstStepShape = {
  purpose: z.enum(commodityPurposes),
  // rule: commodity-name-length
  name: words(60),
  category: z.enum(ownCategories),
  awardTemplateId: id,
  /** Fen; what the commodity is worth, 0 when nothing is to be said. */
  // rule: commodity-price-bounds
  priceFen: z.int().min(0).max(maxPriceFen),
  // rule: redemption-note-length
  redemptionNote: words(2_000),
  coverImageId: id,
  detailImageId: id,
} as const;

/** 下一步: all fields. `e_commerce` takes `physical` only (domain.md §5.12). */
export const firstStepSchema = z.strictObject(firstStepShape).superRefine((step, context) => {
  // rule: e-commerce-takes-physical-only
  if (!purposeTakes(step)) context.addIssue({ code: 'custom', path: ['category'], message: 'e_commerce is physical' });
});

/** Changes of a draft: any fields of the first step, at least one. */
export const revisionSchema = z
  .strictObject(firstStepShape)
  .partial()
  .superRefine((changes, context) => {
    // rule: revision-changes-something
    if (Object.keys(changes).length === 0) context.addIssue({ code: 'custom', path: [], message: 'nothing to change' });
    const { purpose, category } = changes;
    // rule: revision-keeps-e-commerce-physical
    if (purpose !== undefined && category !== undefined && !purposeTakes({ purpose, category }))
      context.addIssue({ code: 'custom', path: ['category'], message: 'e_commerce is physical' });
  });

/** Each once, and not so many that nobody reads them. */
function fewOf<T extends z.ZodType<string>>(item: T) {
  // rule: choices-are-few
  return z
    .array(item)
    .max(20)
    .superRefine((values, context) => {
      // rule: each-choice-once
      values.forEach((value, at) => {
        if (values.indexOf(value) !== at)
          context.addIssue({ code: 'custom', path: [at], message: 'each at most once' });
      });
    });
}

/** 完成 (guide A, second table). `expiresAt` is ISO 8601 UTC or null for never; remark: back office only, ≤ 500. */
export const secondStepSchema = z.strictObject({
  // rule: stock-bounds
  totalStock: z.int().min(1).max(maxStock),
  expiresAt: z.iso.datetime().nullable(),
  platforms: fewOf(id),
  // rule: tag-length
  tags: fewOf(words(30)),
  // rule: remark-length
  remark: z.string().trim().max(500).nullish(),
});

/** How many pieces more: the total is never decreased (domain.md §1.2). */
export const increaseStockSchema = z.strictObject({
  // rule: stock-only-grows
  by: z.int().min(1).max(maxStock),
});
