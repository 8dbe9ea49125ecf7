import type { StateMachine } from '../shared/state-machine';

/**
 * What a shop's or product's owner is working on, beside what buyers see. It is submitted as it stands; what is
 * published changes by an approval alone (guide B, 店铺发布 and 商品上架: 审核通过后即可发布).
 */
export const draftStates = ['editing', 'in_review', 'changes_requested'] as const;
export type DraftState = (typeof draftStates)[number];

export const draftCommands = ['edit', 'submit', 'withdraw'] as const;
export type DraftCommand = (typeof draftCommands)[number];

/** `publish`: what needs no reviewer is published at once. */
export type DraftAct = DraftCommand | 'publish' | 'approve' | 'request_changes' | 'reject' | 'take_down';

export const draftMachine: StateMachine<DraftState, DraftAct, DraftCommand> = {
  initial: 'editing',
  commands: draftCommands,
  transitions: {
    editing: { edit: 'editing', submit: 'in_review', publish: 'editing', take_down: 'changes_requested' },
    // rule: no-edit-in-review
    in_review: {
      withdraw: 'editing',
      approve: 'editing',
      request_changes: 'changes_requested',
      reject: 'editing',
      take_down: 'changes_requested',
    },
    changes_requested: {
      edit: 'changes_requested',
      submit: 'in_review',
      publish: 'editing',
      take_down: 'changes_requested',
    },
  },
  // Withdrawn where the last submission was taken back: what was decided is `editing` too, and refuses.
  reachedBy: { edit: [], submit: ['in_review'], withdraw: ['editing'] },
};
