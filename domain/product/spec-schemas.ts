import { z } from 'zod';
import { maxPriceFen } from '../shared/money';
import { words } from '../shared/text-schemas';

/** The longest one may buy for: ten years, in periods of the price (domain.md §2.7, 规格). */
const longestTerm = { once: 0, day: 3_650, month: 120, year: 10 } as const;

// rule: spec-price-bounds
const amountFen = z.int().min(1).max(maxPriceFen);
/** How many periods one may buy at most. */
const term = z.int().min(1).optional();

interface Priced {
  readonly per: keyof typeof longestTerm;
  readonly term: number | undefined;
}

// rule: spec-term-is-ten-years
const isInTenYears = ({ per, term = 0 }: Priced): boolean => term <= longestTerm[per];
const termFault = { path: ['term'], message: 'at most ten years, and none for what is sold once' };

/** The same for another period: a spec may be sold by the month and by the year. */
const otherPriceSchema = z
  .strictObject({ per: z.enum(['day', 'month', 'year']), amountFen, term })
  .refine(({ per, term }) => isInTenYears({ per, term }), termFault);

const specSchema = z
  .strictObject({
    name: words(40),
    /** Whether buyers may choose it. */
    onShelf: z.boolean().default(true),
    price: z.strictObject({ per: z.enum(['once', 'day', 'month', 'year']), amountFen }),
    term,
    otherPrices: z.array(otherPriceSchema).min(1).max(2).optional(),
  })
  .refine(({ price, term }) => isInTenYears({ per: price.per, term }), termFault)
  // rule: one-price-per-period
  .superRefine(({ price, otherPrices = [] }, context) => {
    const periods: string[] = [price.per];
    for (const [at, { per }] of otherPrices.entries()) {
      if (price.per === 'once' || periods.includes(per))
        context.addIssue({
          ...{ code: 'custom', path: ['otherPrices', at, 'per'] },
          message: 'a period has one price, and what is sold once has no other',
        });
      periods.push(per);
    }
  });

/** 规格 of what is sold by specs. */
export const specsSchema = z
  .array(specSchema)
  .min(1)
  .max(50)
  // rule: spec-names-differ
  .refine((all) => new Set(all.map((spec) => spec.name)).size === all.length, 'names differ');
