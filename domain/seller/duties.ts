import type { SellerFacts, VerificationFacts } from './facts';
import { onboardingStanding } from './standing';

/** What an onboarding does by itself. `remind` is for a seller that does nothing; `pass_turn` keeps lists true. */
export const onboardingDuties = [
  'pass_turn',
  'open_centre',
  'ask_registry',
  'send_transfer',
  'query_transfer',
  'begin_scan',
  'query_scan',
  'end_proof',
  'remind',
] as const;
export type OnboardingDutyAct = (typeof onboardingDuties)[number];

export interface OnboardingDuty {
  readonly act: OnboardingDutyAct;
  readonly at: Date;
}

/** Facts beside the seller's own, from the same rows. */
export interface DutyFacts {
  readonly now: Date;
  readonly seller: SellerFacts;
  /** What lists show of the case now. */
  readonly shown: { readonly whoseTurn: string; readonly dueAt: Date | null };
  /** Since when nothing happened, and the reminders sent since. */
  readonly turnSince: Date;
  readonly remindersSent: number;
  readonly remindAfterMs: number;
}

/** A seller who does not answer three reminders is left alone. */
const remindersPerTurn = 3;

/**
 * What an onboarding has to do next, and when: the earliest of everything it owes. That the rows decide, not what a run
 * remembers, lets any run go on where another was killed.
 */
export function nextDuty(facts: DutyFacts): OnboardingDuty | undefined {
  const duties = [...ownDuties(facts), ...verificationDuties(facts), ...reminder(facts)];
  return duties.reduce<OnboardingDuty | undefined>(
    (first, duty) => (first !== undefined && first.at <= duty.at ? first : duty),
    undefined,
  );
}

const atOnce = new Date(0);

function ownDuties({ seller, shown }: DutyFacts): OnboardingDuty[] {
  const standing = onboardingStanding(seller);
  const differs = standing.whoseTurn !== shown.whoseTurn || standing.dueAt?.getTime() !== shown.dueAt?.getTime();
  // rule: paid-fee-opens-the-centre
  const paid = seller.stage === 'certification_fee' && seller.fee?.state === 'paid';
  return [
    ...(paid ? [{ act: 'open_centre', at: atOnce } as const] : []),
    ...(differs && seller.stage !== 'complete' ? [{ act: 'pass_turn', at: atOnce } as const] : []),
  ];
}

function verificationDuties({ seller: { stage, verification }, now }: DutyFacts): OnboardingDuty[] {
  if (stage !== 'enterprise_verification' || verification === null) return [];
  if (verification.state === 'in_progress')
    return [...registryDuty(verification, now), ...proofDuty(verification, now), ...endOfProof(verification)];
  // A scan goes on while a reviewer looks at the rest.
  return verification.state === 'in_review' && verification.method === 'legal_person_scan'
    ? proofDuty(verification, now)
    : [];
}

function registryDuty({ registry, registryNextAt }: VerificationFacts, now: Date): OnboardingDuty[] {
  // rule: not-found-is-asked-again
  if (registry !== 'pending' && registry !== 'not_found') return [];
  return [{ act: 'ask_registry', at: registryNextAt ?? now }];
}

function proofDuty(facts: VerificationFacts, now: Date): OnboardingDuty[] {
  const at = facts.proofNextAt ?? now;
  if (facts.method === 'legal_person_scan') {
    if (facts.proof === 'pending') return [{ act: 'begin_scan', at }];
    return facts.proof === 'begun' ? [{ act: 'query_scan', at }] : [];
  }
  // rule: no-transfer-before-the-registry
  if (facts.registry !== 'agreed' && facts.registry !== 'accepted') return [];
  if (facts.proof === 'pending') return [{ act: 'send_transfer', at }];
  return facts.proof === 'begun' && !facts.transferArrived ? [{ act: 'query_transfer', at }] : [];
}

function endOfProof({ dueAt, proof }: VerificationFacts): OnboardingDuty[] {
  return dueAt === null || proof !== 'begun' ? [] : [{ act: 'end_proof', at: dueAt }];
}

function reminder({ seller, turnSince, remindersSent, remindAfterMs }: DutyFacts): OnboardingDuty[] {
  if (remindersSent >= remindersPerTurn || onboardingStanding(seller).whoseTurn !== 'seller') return [];
  return [{ act: 'remind', at: new Date(turnSince.getTime() + (remindersSent + 1) * remindAfterMs) }];
}
