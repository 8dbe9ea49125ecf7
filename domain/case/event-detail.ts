import { reviewOutcomeWords } from '../review/states';
import { twoPersonWords } from '../operations/commands';
import type { Language } from '../shared/errors';
import { inShanghai } from '../shared/shanghai-time';

/**
 * What a hand upon a case decided or set: `outcome` of a decision, `to` the account it was given to, `until` (ISO 8601)
 * the new deadline, `step` what a second operator is asked for.
 */
export type EventDetail = Readonly<Partial<Record<'outcome' | 'to' | 'until' | 'step', string>>>;

interface Wording {
  readonly en: string;
  readonly zh: string;
}

const terms: Readonly<Record<string, Wording>> = { ...reviewOutcomeWords, ...twoPersonWords };

/** A detail as people read it: an account by its name, a time as their clocks show it, our own terms in their language. */
export function detailWords(
  detail: EventDetail,
  toName: string | null,
  language: Language,
): Readonly<Record<string, string | undefined>> {
  const key = language === 'en' ? 'en' : 'zh';
  const termOf = (term: string | undefined) => (term === undefined ? undefined : (terms[term]?.[key] ?? term));
  return {
    outcome: termOf(detail.outcome),
    step: termOf(detail.step),
    to: toName ?? detail.to,
    until: detail.until === undefined ? undefined : inShanghai(new Date(detail.until)),
  };
}
