import { DomainError, type ErrorCode, type Fault } from '../shared/errors';
import { missingReasons, type DecideReview } from './schemas';

/** What a verdict may be about. */
interface Judged {
  readonly item: string;
  /** Found well the last time, and not changed since. */
  readonly accepted: boolean;
}

/**
 * Whether a decision can be taken as it stands: reasons where they are needed, verdicts about what was submitted, and
 * nothing refused that was accepted before and is as it was.
 *
 * @throws DomainError REASON_MISSING, REFERENCE_NOT_FOUND, ITEM_ACCEPTED, each with the places in `verdicts`
 */
export function requireSound(decision: DecideReview, items: readonly Judged[]): void {
  const missing = missingReasons(decision);
  if (missing.length > 0) throw new DomainError('REASON_MISSING', { errors: missing });
  const known = new Map(items.map((one) => [one.item, one]));
  const at = (
    code: ErrorCode,
    message: string,
    wrong: (verdict: DecideReview['verdicts'][number]) => boolean,
  ): void => {
    const errors = decision.verdicts.flatMap((verdict, index): Fault[] =>
      wrong(verdict) ? [{ path: `/verdicts/${index}/item`, code, message }] : [],
    );
    if (errors.length > 0) throw new DomainError(code, { errors });
  };
  // rule: verdicts-name-items
  at('REFERENCE_NOT_FOUND', 'no such item', ({ item }) => !known.has(item));
  // rule: accepted-stays-accepted
  at('ITEM_ACCEPTED', 'accepted before and not changed since', ({ item, outcome }) => {
    return outcome === 'change' && known.get(item)?.accepted === true;
  });
}

/** With what stays accepted said too: the next round reads it from this one. */
export function withAccepted(decision: DecideReview, items: readonly Judged[]): DecideReview {
  const named = new Set(decision.verdicts.map(({ item }) => item));
  const kept = items.filter(({ item, accepted }) => accepted && !named.has(item));
  return {
    ...decision,
    verdicts: [...decision.verdicts, ...kept.map(({ item }) => ({ item, outcome: 'ok' as const }))],
  };
}
