import { z } from 'zod';
import { processIdOf, reviewIdOf } from '../../domain/shared/ids';

/** While it is in review: the process of that review. */
export const processIdInReview = z.string().optional();

/** `submissionId`: what was handed in and waits for a decision; null while nothing does. */
export function processOfReview({ submissionId }: { readonly submissionId: string | null }): { processId?: string } {
  return submissionId === null ? {} : { processId: processIdOf(reviewIdOf(submissionId)) };
}
