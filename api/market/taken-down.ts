import { z } from 'zod';
import { reasonSchema } from '../../domain/operations/command-schemas';
import { isoTime } from '../http/times';

/** Why an operator took it from buyers' sight; null while nobody has. */
export const takenDownSchema = z.strictObject({ at: isoTime, reason: z.string() }).nullable();

/** An operator says why: its owner reads it. */
export const takeDownSchema = z.strictObject({
  reason: reasonSchema,
});
