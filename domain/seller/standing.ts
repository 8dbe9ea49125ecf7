import type { CaseStanding, Turn } from '../case/states';
import type { SellerFacts } from './facts';
import type { OnboardingStage } from './onboarding-states';
import { requirementsOf, type Requirement, type RequirementKey } from './requirements';

/** What lists of cases show of an onboarding. */
export interface OnboardingStanding extends CaseStanding {
  readonly dueAt: Date | null;
}

/** The requirements a stage waits for. */
const awaited: Readonly<Record<OnboardingStage, readonly RequirementKey[]>> = {
  enterprise_verification: ['enterprise_verification'],
  company_information: ['company_information'],
  certification_fee: ['certification_fee', 'seller_centre'],
  seller_centre: ['certification_fee', 'merchant_id', 'shop_published', 'product_listed'],
  complete: [],
};

/** Where somebody else is at work nobody waits for the seller; else it is the seller's. */
const order: readonly Turn[] = ['reviewer', 'provider', 'operator', 'seller'];

/** Whose turn a case is and until when: from the same answer the seller is given. */
export function onboardingStanding(facts: SellerFacts): OnboardingStanding {
  if (facts.stage === 'complete') return { state: 'completed', whoseTurn: 'nobody', dueAt: null };
  const open = requirementsOf(facts).filter(({ key }) => awaited[facts.stage].includes(key));
  return { state: 'open', whoseTurn: turnOf(facts.stage, open), dueAt: earliest(open) };
}

function turnOf(stage: OnboardingStage, open: readonly Requirement[]): Turn {
  const turns = open.map(({ whoseTurn }) => whoseTurn);
  // In the seller centre there is something the seller could do nearly always.
  const ranked: readonly Turn[] = stage === 'seller_centre' ? ['seller', ...order] : order;
  return ranked.find((turn) => turns.includes(turn)) ?? 'nobody';
}

function earliest(open: readonly Requirement[]): Date | null {
  return open.reduce<Date | null>(
    (first, { dueAt }) => (dueAt !== undefined && (first === null || dueAt < first) ? dueAt : first),
    null,
  );
}
