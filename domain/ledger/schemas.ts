import { z } from 'zod';
import { maxTopUpFen } from '../shared/money';
import { words } from '../shared/text-schemas';

/** Money an operator books onto an enterprise balance after a bank transfer came in. */
export const topUpSchema = z.strictObject({
  // rule: top-up-bounds
  amountFen: z.int().min(1).max(maxTopUpFen),
  reason: words(500),
});
