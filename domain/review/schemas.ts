import { z } from 'zod';
import type { Fault } from '../shared/errors';
import { reasonCodes } from './reasons';
import { reviewOutcomes } from './states';
import { words } from '../shared/text-schemas';

const note = words(500);

/** What a reviewer says about one item; a reason is asked for where something is to change. */
const verdictSchema = z.strictObject({
  item: z.string().min(1).max(200),
  outcome: z.enum(['ok', 'change']),
  reasonCode: z.enum(reasonCodes).optional(),
  note: note.optional(),
});

/** 审核: a verdict per item and what follows from them (api.md §5). No verdicts with `approve` means that all are well. */
export const decideReviewSchema = z
  .strictObject({
    outcome: z.enum(reviewOutcomes),
    // The longest product has 50 specs of three prices each, every figure an item of its own.
    verdicts: z.array(verdictSchema).max(700).default([]),
    note: note.optional(),
  })
  .superRefine(({ outcome, verdicts }, context) => {
    const fault = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const seen = new Set<string>();
    verdicts.forEach(({ item, ...verdict }, index) => {
      // rule: one-verdict-about-an-item
      if (seen.has(item)) fault(['verdicts', index, 'item'], 'has a verdict already');
      seen.add(item);
      // rule: approved-needs-no-change
      if (outcome === 'approve' && verdict.outcome === 'change')
        fault(['verdicts', index, 'outcome'], 'what is approved needs no change');
      if (verdict.outcome === 'ok' && verdict.reasonCode !== undefined)
        fault(['verdicts', index, 'reasonCode'], 'what is well needs no reason');
    });
  });

export type DecideReview = z.infer<typeof decideReviewSchema>;

export const reassignReviewSchema = z.strictObject({ accountId: z.string().min(1).max(64) });

/**
 * Reasons that are missing: a seller whose submission comes back is told why, at the field. To ask for changes names
 * what is to change; a rejection may instead say why in its note; `OTHER` is explained.
 */
export function missingReasons({ outcome, verdicts, note: whole }: DecideReview): Fault[] {
  const missing = (path: string): Fault => ({ path, code: 'REASON_MISSING', message: 'a reason is needed' });
  const changes = verdicts.flatMap((verdict, index) => (verdict.outcome === 'change' ? [{ verdict, index }] : []));
  const faults = changes.flatMap(({ verdict, index }) => {
    // rule: change-says-why
    if (verdict.reasonCode === undefined) return [missing(`/verdicts/${index}/reasonCode`)];
    // rule: other-is-explained
    return verdict.reasonCode === 'OTHER' && verdict.note === undefined ? [missing(`/verdicts/${index}/note`)] : [];
  });
  // rule: changes-are-named
  if (outcome === 'request_changes' && changes.length === 0) faults.push(missing('/verdicts'));
  // rule: rejection-says-why
  if (outcome === 'reject' && changes.length === 0 && whole === undefined) faults.push(missing('/note'));
  return faults;
}
