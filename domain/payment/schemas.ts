import { z } from 'zod';
import { maxPriceFen } from '../shared/money';
import { words } from '../shared/text-schemas';

/** An operator gives money back that is set apart; of one attempt, all or part of what came in. */
export const refundPaymentSchema = z.strictObject({
  channelNumber: z.string().regex(/^[0-9A-Za-z_*-]{6,32}$/),
  // rule: refund-bounds
  amountFen: z
    .int()
    .min(1)
    .max(maxPriceFen * 100_000),
  reason: words(500),
});

/** An operator says why a difference between the channel's books and ours may stay. */
export const resolveExceptionSchema = z.strictObject({ reason: words(500) });
