import { z } from 'zod';
import { decideReviewSchema } from '../review/schemas';
import { words } from '../shared/text-schemas';

/** Why, 2 to 500 characters („重复“ is a reason): it stands in the case's timeline and in the audit log. */
// rule: hands-say-why
export const reasonSchema = words(500, 2);

/** `preview`: nothing is done; the answer says what would change and who would be told. */
const always = { reason: reasonSchema, preview: z.boolean().optional() };

/** What an operator has done to a case, with its reason (api.md §5). Times are ISO 8601 UTC. */
export const operatorCommandSchema = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('resume'), ...always }),
  z.strictObject({ command: z.literal('retry_now'), ...always }),
  z.strictObject({ command: z.literal('extend_deadline'), until: z.iso.datetime(), ...always }),
  z.strictObject({ command: z.literal('reassign'), accountId: z.string().min(1).max(64), ...always }),
  z.strictObject({ command: z.literal('resend'), ...always }),
  z.strictObject({ command: z.literal('cancel'), ...always }),
  z.strictObject({ command: z.literal('waive_fee'), ...always }),
  decideReviewSchema.safeExtend({ command: z.literal('force_decision'), ...always }),
]);

export type OperatorCommand = z.infer<typeof operatorCommandSchema>;
