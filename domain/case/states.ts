/** Vocabulary of case tracking, shared by every process (api.md §5). */
export const caseStates = ['open', 'completed', 'cancelled', 'expired', 'failed', 'lost'] as const;
export type CaseState = (typeof caseStates)[number];

export const turns = ['seller', 'reviewer', 'operator', 'provider', 'manager', 'member', 'nobody'] as const;
export type Turn = (typeof turns)[number];

export const processKinds = [
  'purchase',
  'payment',
  'commodity_add',
  'stock_allocation',
  'seller_onboarding',
  'certification_fee',
  'review',
  'merchant_id',
] as const;
export type ProcessKind = (typeof processKinds)[number];

/** The contract's whole vocabulary of kinds, so that filters know kinds of which there are no cases yet. */
export const knownKinds = [...processKinds, 'redemption'] as const;
export type KnownKind = (typeof knownKinds)[number];

/** Where a case stands while its subject is in some state: what lists show and counts group by. */
export interface CaseStanding {
  readonly state: CaseState;
  readonly whoseTurn: Turn;
}

/** `system` acts when a clock or the product itself moves a case. */
export const systemActor = 'system';
