import type { z } from 'zod';

/** The caller got something wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Options held against the same schema as the HTTP body. */
export function checkedInput<T>(schema: z.ZodType<T>, options: unknown): T {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    parsed.error.issues.map((issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`).join('\n'),
  );
}

/** Digits alone: `1e3` and `0x10` are numbers to JavaScript, but nobody's way to write money. The schema refuses NaN. */
export function wholeNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}
