import type { CaseState, ProcessKind, Turn } from '../case/states';
import type { MerchantState } from '../merchant/states';
import type { PaymentState } from '../payment/states';
import type { PurchaseState } from '../purchase/states';
import type { ReviewState } from '../review/states';
import type { FeeState } from '../seller/fee-states';
import type { OnboardingStage } from '../seller/onboarding-states';
import { DomainError } from '../shared/errors';
import type { AllocationState } from '../stock/allocation-states';
import type { CommodityState } from '../stock/states';

/** What operators may do to a case (api.md §5). `resume`: a run that is gone is started again from what is stored. */
export const operatorCommandNames = [
  'resume',
  'retry_now',
  'extend_deadline',
  'reassign',
  'resend',
  'cancel',
  'waive_fee',
  'force_decision',
] as const;
export type OperatorCommandName = (typeof operatorCommandNames)[number];

/** Carried out only once a second, different operator confirms it; in the words of the notice that asks for that. */
// rule: two-persons-for-what-cannot-be-undone
export const twoPersonWords = {
  waive_fee: { en: 'waive the certification fee of a seller', zh: '免除一家服务商的平台认证费' },
  force_decision: { en: 'decide a review in place of its reviewer', zh: '代审核员作出审核决定' },
} as const;

export function needsSecondOperator(command: OperatorCommandName): boolean {
  return Object.hasOwn(twoPersonWords, command);
}

/** Of the commands that belong to a kind: the stages at which they are possible. */
type Reach<S extends string> = Readonly<
  Partial<Record<Exclude<OperatorCommandName, 'resume' | 'retry_now'>, readonly S[]>>
>;

const reach: {
  readonly purchase: Reach<PurchaseState>;
  readonly payment: Reach<PaymentState>;
  readonly commodity_add: Reach<CommodityState>;
  readonly stock_allocation: Reach<AllocationState>;
  readonly seller_onboarding: Reach<OnboardingStage>;
  readonly certification_fee: Reach<FeeState>;
  readonly merchant_id: Reach<MerchantState>;
  readonly review: Reach<ReviewState>;
} = {
  purchase: { extend_deadline: ['awaiting_payment', 'stocked'], cancel: ['awaiting_payment'] },
  payment: { cancel: ['created', 'awaiting_payer', 'processing'] },
  commodity_add: { extend_deadline: ['draft'], cancel: ['draft'] },
  stock_allocation: { extend_deadline: ['awaiting_confirmation'], cancel: ['awaiting_confirmation'] },
  seller_onboarding: {
    extend_deadline: ['enterprise_verification'],
    resend: ['enterprise_verification', 'company_information', 'certification_fee', 'seller_centre'],
  },
  certification_fee: { resend: ['paid'], waive_fee: ['unpaid'] },
  merchant_id: { extend_deadline: ['verify_account'] },
  review: {
    extend_deadline: ['waiting', 'claimed'],
    reassign: ['waiting', 'claimed'],
    resend: ['waiting', 'claimed'],
    cancel: ['waiting', 'claimed'],
    force_decision: ['waiting', 'claimed'],
  },
};

/** What of a case decides what can be done to it. */
export interface Steerable {
  readonly kind: ProcessKind;
  readonly state: CaseState;
  readonly stage: string;
  readonly whoseTurn: Turn;
  readonly dueAt: Date | null;
}

/** What operators may do to the case now: `actions` of its row, and `allowed` where something else was tried. */
export function possibleCommands(at: Steerable): OperatorCommandName[] {
  return operatorCommandNames.filter((command) => isPossible(at, command));
}

function isPossible(at: Steerable, command: OperatorCommandName): boolean {
  // rule: lost-cases-are-resumed-first
  if (at.state === 'lost') return command === 'resume';
  // rule: nothing-is-done-to-what-is-over
  if (at.state !== 'open') return false;
  if (command === 'resume' || command === 'retry_now') return true;
  const stages: readonly string[] = (reach[at.kind] as Reach<string>)[command] ?? [];
  return stages.includes(at.stage) && fits(at, command);
}

/** Where the stage alone does not tell. */
function fits({ kind, whoseTurn, dueAt }: Steerable, command: OperatorCommandName): boolean {
  switch (command) {
    case 'extend_deadline':
      // A seller's deadline is that of its proof; while others are at work there is none of it.
      // rule: only-a-deadline-is-extended
      return dueAt !== null && (kind !== 'seller_onboarding' || whoseTurn === 'seller');
    case 'resend':
      // rule: only-who-is-awaited-is-reminded
      return kind !== 'seller_onboarding' || whoseTurn === 'seller';
    case 'cancel':
      // Set apart money is given back; an order that is being given up is given up already.
      return kind === 'payment' ? whoseTurn !== 'operator' : kind !== 'purchase' || whoseTurn === 'manager';
    default:
      return true;
  }
}

/** What would be done has come about already: nothing is done again (api.md §1). */
export function isReached({ kind, state }: Steerable, command: OperatorCommandName): boolean {
  return command === 'cancel' && state === 'cancelled' && (reach[kind] as Reach<string>).cancel !== undefined;
}

/**
 * May it be done to the case as its row says?
 *
 * @throws DomainError PAYMENT_IN_PROGRESS where an open payment is in the way; WRONG_STATE `{state, allowed}`
 */
export function requirePossible(at: Steerable, command: OperatorCommandName): void {
  if (isPossible(at, command)) return;
  // rule: fee-being-paid-is-not-waived
  if (command === 'waive_fee' && at.kind === 'certification_fee' && at.state === 'open' && at.stage === 'paying')
    throw new DomainError('PAYMENT_IN_PROGRESS', { allowed: possibleCommands(at) });
  throw new DomainError('WRONG_STATE', { state: standing(at), allowed: possibleCommands(at) });
}

/** What a refusal says of the case: its stage, unless it is not the stage that is in the way. */
function standing({ state, stage }: Steerable): string {
  // rule: lost-is-told-as-lost
  return state === 'lost' ? state : stage;
}

/** No deadline is moved further than this from now: a slip of the year must not keep a case for ever. */
const furthestMs = 366 * 86_400_000;

/**
 * A deadline moves ahead, in bounds.
 *
 * @throws DomainError TIME_PAST, DEADLINE_TOO_FAR `{latest}`, both at /until
 */
export function requireLater(until: Date, standing: { readonly dueAt: Date | null; readonly now: Date }): void {
  const { dueAt, now } = standing;
  // rule: deadline-moves-ahead
  if (until <= now || (dueAt !== null && until <= dueAt))
    throw refusedAt('TIME_PAST', 'must lie ahead, and after the deadline that stands');
  const latest = new Date(now.getTime() + furthestMs);
  // rule: deadline-in-bounds
  if (until > latest) throw refusedAt('DEADLINE_TOO_FAR', 'at most a year ahead', { latest: latest.toISOString() });
}

function refusedAt(
  code: 'TIME_PAST' | 'DEADLINE_TOO_FAR',
  message: string,
  facts: Readonly<Record<string, unknown>> = {},
): DomainError {
  return new DomainError(code, { ...facts, errors: [{ path: '/until', code, message }] });
}
