import { z } from 'zod';
import { maxTopUpFen } from '../shared/money';

/** Money an operator books onto an enterprise balance after a bank transfer came in. */
export const topUpSchema = z.strictObject({
  // rule: top-up-bounds
  amountFen: z.int().min(1).max(maxTopUpFen),
  reason: z.string().trim().min(1).max(500),
});
