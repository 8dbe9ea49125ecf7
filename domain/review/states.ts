import type { CaseStanding } from '../case/states';
import type { StateMachine } from '../shared/state-machine';

/** What a rule hands to a person (api.md §5). */
export const reviewKinds = ['enterprise_verification', 'company_information', 'shop', 'product'] as const;
export type ReviewKind = (typeof reviewKinds)[number];

/** In the words of lists, timelines and notices. */
export const reviewKindWords: Readonly<Record<ReviewKind, { readonly en: string; readonly zh: string }>> = {
  enterprise_verification: { en: 'enterprise verification', zh: '企业实名认证' },
  company_information: { en: 'company information', zh: '企业信息' },
  shop: { en: 'shop', zh: '店铺信息' },
  product: { en: 'product', zh: '商品' },
};

/** A reviewer's judgement of one submission. Whoever submits again after `request_changes` gets a new review. */
export const reviewStates = ['waiting', 'claimed', 'decided', 'withdrawn'] as const;
export type ReviewState = (typeof reviewStates)[number];

export const reviewCommands = ['claim', 'release', 'reassign', 'decide'] as const;
export type ReviewCommand = (typeof reviewCommands)[number];

/** `withdraw` comes with the case it serves, `remind` at half time, `escalate` when the deadline is over. */
export type ReviewAct = ReviewCommand | 'withdraw' | 'remind' | 'escalate';

export const reviewMachine: StateMachine<ReviewState, ReviewAct, ReviewCommand> = {
  initial: 'waiting',
  commands: reviewCommands,
  transitions: {
    waiting: {
      claim: 'claimed',
      reassign: 'claimed',
      withdraw: 'withdrawn',
      remind: 'waiting',
      escalate: 'waiting',
      // The row claims it in the same moment.
      decide: 'decided',
    },
    claimed: {
      release: 'waiting',
      reassign: 'claimed',
      decide: 'decided',
      withdraw: 'withdrawn',
      remind: 'claimed',
      escalate: 'claimed',
    },
    // rule: decided-once
    decided: {},
    withdrawn: {},
  },
  // Whose claim it is decides whether a command is repeated or refused: only the row tells.
  reachedBy: { claim: [], release: ['waiting'], reassign: [], decide: [] },
};

/** Where the case stands; an overdue one stays the reviewers' turn, and operators are told. */
export const reviewStanding: Readonly<Record<ReviewState, CaseStanding>> = {
  waiting: { state: 'open', whoseTurn: 'reviewer' },
  claimed: { state: 'open', whoseTurn: 'reviewer' },
  decided: { state: 'completed', whoseTurn: 'nobody' },
  withdrawn: { state: 'cancelled', whoseTurn: 'nobody' },
};

/** `request_changes` gives the draft back to the seller, `reject` closes the submission. */
export const reviewOutcomes = ['approve', 'request_changes', 'reject'] as const;
export type ReviewOutcome = (typeof reviewOutcomes)[number];
