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

/**
 * `withdraw` comes with the case it serves, `remind` at half time, `escalate` when the deadline is over. A policy may
 * approve what a trusted seller submits, and two operators together may decide in a reviewer's place.
 */
export type ReviewAct = ReviewCommand | 'withdraw' | 'remind' | 'escalate' | 'approve_by_policy' | 'force_decide';

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
      approve_by_policy: 'decided',
      force_decide: 'decided',
    },
    claimed: {
      release: 'waiting',
      reassign: 'claimed',
      decide: 'decided',
      withdraw: 'withdrawn',
      remind: 'claimed',
      escalate: 'claimed',
      force_decide: 'decided',
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

export const reviewOutcomeWords: Readonly<Record<ReviewOutcome, { readonly en: string; readonly zh: string }>> = {
  approve: { en: 'approved', zh: '通过' },
  request_changes: { en: 'sent back for changes', zh: '退回修改' },
  reject: { en: 'rejected', zh: '不通过' },
};

/** By what it was decided: the reviewer it was assigned to, the policy for trusted sellers, or two operators. */
export const reviewDeciders = ['reviewer', 'policy', 'operator'] as const;
export type ReviewDecider = (typeof reviewDeciders)[number];

/** Kinds whose seller works on a draft: they can be taken back by themselves, and a policy may approve them. */
export const draftReviewKinds = ['shop', 'product'] as const satisfies readonly ReviewKind[];
export type DraftReviewKind = (typeof draftReviewKinds)[number];
