import { z } from 'zod';
import { awardSchema } from '../../domain/stock/allocation-schemas';
import { limitPeriods } from '../../domain/stock/allocation-terms';
import type { AllocationTerms } from '../../domain/stock/allocation-terms';
import { isoOrNull, isoTime } from '../http/times';

/** On which terms a mall has stock: as proposed, and of the sub-stock that came of it as edited since. */
export const termsShape = {
  commodityId: z.string(),
  mallId: z.string(),
  dailyLimit: z.int(),
  memberLimits: z.array(z.strictObject({ period: z.enum(limitPeriods), count: z.int() })),
  validFrom: isoTime.nullable(),
  validUntil: isoTime.nullable(),
  autoAward: z.boolean(),
  remark: z.string().nullable(),
  /** The settings of the commodity's category. */
  award: awardSchema.nullable(),
} as const;

export interface TermsRow extends Pick<
  AllocationTerms,
  'commodityId' | 'mallId' | 'dailyLimit' | 'memberLimits' | 'autoAward' | 'remark' | 'award'
> {
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
}

export function renderTerms(row: TermsRow) {
  const { commodityId, mallId, dailyLimit, memberLimits, autoAward, remark, award } = row;
  const validity = { validFrom: isoOrNull(row.validFrom), validUntil: isoOrNull(row.validUntil) };
  return { commodityId, mallId, dailyLimit, memberLimits, ...validity, autoAward, remark, award };
}
