import type { CaseStanding } from '../case/states';
import type { StateMachine } from '../shared/state-machine';

/**
 * One period of the platform certification fee (平台认证费): "缴纳平台认证费后，正常创建商品". Each period has a row and a
 * case of its own; what is paid is never given back, whether anything is published or not (domain.md §2.4).
 *
 * `unpaid`: it can be paid, whenever its seller likes. `paying`: a payment for it is open. `paid`: valid until its end.
 * `expired`: its time is over; the next period has a row by then.
 */
export const feeStates = ['unpaid', 'paying', 'paid', 'expired'] as const;
export type FeeState = (typeof feeStates)[number];

/** 立即缴纳. 暂不缴纳 is a command of the onboarding. */
export const feeCommands = ['pay'] as const;
export type FeeCommand = (typeof feeCommands)[number];

/** `waive`: two operators let the seller off (api.md §5). */
export type FeeAct = FeeCommand | 'defer' | 'settle' | 'waive' | 'payment_ended' | 'open_renewal' | 'remind' | 'expire';

export const feeMachine: StateMachine<FeeState, FeeAct, FeeCommand> = {
  initial: 'unpaid',
  commands: feeCommands,
  transitions: {
    unpaid: { pay: 'paying', defer: 'unpaid', waive: 'paid' },
    paying: { pay: 'paying', defer: 'paying', settle: 'paid', payment_ended: 'unpaid' },
    // rule: paid-fee-is-not-paid-again
    paid: { open_renewal: 'paid', remind: 'paid', expire: 'expired' },
    expired: {},
  },
  reachedBy: { pay: [] },
};

/** Where the case stands in each state. */
export const feeStanding: Readonly<Record<FeeState, CaseStanding>> = {
  unpaid: { state: 'open', whoseTurn: 'seller' },
  paying: { state: 'open', whoseTurn: 'seller' },
  paid: { state: 'open', whoseTurn: 'nobody' },
  expired: { state: 'expired', whoseTurn: 'nobody' },
};

/** What the contract calls the requirement `certification_fee` (api.md §4). */
export const feeRequirementStates = ['not_started', 'in_progress', 'deferred', 'met', 'expired'] as const;

export function feeRequirement(facts: FeeFacts | null): (typeof feeRequirementStates)[number] {
  if (facts === null) return 'not_started';
  if (facts.state === 'unpaid') return facts.deferredAt === null ? 'not_started' : 'deferred';
  return ({ paying: 'in_progress', paid: 'met', expired: 'expired' } as const)[facts.state];
}

/**
 * What of a seller's fee decides about gates and requirements: all its periods taken together, by the clock of the
 * database, so that a run that is late opens no gate.
 */
export interface FeeFacts {
  readonly state: FeeState;
  /** 暂不缴纳: when the seller chose so, as long as nothing is paid. */
  readonly deferredAt: Date | null;
  /** When `state` began. */
  readonly since: Date;
  /** The end of what is paid, also where it is over. */
  readonly validUntil: Date | null;
  /** Of the newest period. */
  readonly amountFen: number;
  /** The next period can be paid. */
  readonly renewable: boolean;
}
