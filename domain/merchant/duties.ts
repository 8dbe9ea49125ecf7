import type { MerchantState } from './states';

/** What of an application's row decides what is to be done next. Times are by the database's clock. */
export interface MerchantDutyFacts {
  readonly now: Date;
  readonly state: MerchantState;
  readonly wantsPictures: boolean;
  readonly hasPicture: boolean;
  readonly nextAt: Date;
  /** Until when the account must be verified; null while nobody asks for it. */
  readonly verificationDeadline: Date | null;
}

/** `upload` the licence; `submit` the form; `query` how it stands; `end_verification` that nobody made in time. */
export const merchantDutyActs = ['upload', 'submit', 'query', 'end_verification'] as const;
export type MerchantDutyAct = (typeof merchantDutyActs)[number];

export interface MerchantDuty {
  readonly act: MerchantDutyAct;
  readonly at: Date;
}

/**
 * What an application has to do next, and when. There always is something: the channel may freeze, thaw or take back at
 * any time, so it is asked for as long as the seller sells.
 */
export function nextMerchantDuty(facts: MerchantDutyFacts): MerchantDuty {
  const { state, nextAt, verificationDeadline: deadline } = facts;
  if (state === 'submitted') {
    // rule: picture-before-form
    return { act: facts.wantsPictures && !facts.hasPicture ? 'upload' : 'submit', at: nextAt };
  }
  // rule: verification-ends-in-time
  if (deadline !== null && deadline <= nextAt && (state === 'verify_account' || state === 'in_review'))
    return { act: 'end_verification', at: deadline };
  return { act: 'query', at: nextAt };
}

/** How often an amount may be wrong before the form comes back (domain.md §2.5, by analogy with §2.2). */
export const amountTries = 2;
