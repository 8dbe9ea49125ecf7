import { z } from 'zod';

/** How single variables are read, for every file that declares some. */

export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `a whole number from ${min} to ${max}`);

/** Given in seconds, kept in milliseconds. */
export const seconds = integer(1, 315_360_000).transform((value) => value * 1_000);
