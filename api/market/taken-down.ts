import { z } from 'zod';
import { isoTime } from '../http/times';

/** Why an operator took it from buyers' sight; null while nobody has. */
export const takenDownSchema = z.strictObject({ at: isoTime, reason: z.string() }).nullable();

/** An operator says why: its owner reads it. */
export const takeDownSchema = z.strictObject({
  // rule: take-down-says-why
  reason: z.string().trim().min(5).max(500),
});
