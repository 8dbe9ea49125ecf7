import type { z } from 'zod';
import { ProviderError } from '../../domain/ports/provider-error';

/** @throws ProviderError (untrusted) when it is not of that shape: what cannot be understood counts as no answer */
export function parsed<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const result = schema.safeParse(answer);
  if (!result.success) throw new ProviderError('untrusted', 'ANSWER_SHAPE');
  return result.data;
}
