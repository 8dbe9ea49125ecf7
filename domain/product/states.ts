import { draftMachine, type DraftCommand, type DraftState } from '../market/draft-states';
import { allowedCommands, type StateMachine } from '../shared/state-machine';

/** 交付方式: 人工, SaaS, 镜像, API (domain.md §2.7); a product keeps the one it was created with. */
export const deliveryTypes = ['manual', 'saas', 'image', 'api'] as const;
export type DeliveryType = (typeof deliveryTypes)[number];

/**
 * 商品上架 (guide B): before anything of it was approved a product's state is that of its draft; afterwards it is that of
 * the sale, and the draft's own state tells how a change of it stands.
 */
export const productStates = [
  'draft',
  'in_review',
  'changes_requested',
  'rejected',
  'approved',
  'listed',
  'unlisted',
] as const;
export type ProductState = (typeof productStates)[number];

export const productCommands = ['edit', 'submit', 'withdraw', 'list', 'unlist'] as const;
export type ProductCommand = (typeof productCommands)[number];

export type ProductAct = ProductCommand | 'approve' | 'request_changes' | 'reject' | 'take_down';

export const productMachine: StateMachine<ProductState, ProductAct, ProductCommand> = {
  initial: 'draft',
  commands: productCommands,
  transitions: {
    draft: { edit: 'draft', submit: 'in_review' },
    in_review: { withdraw: 'draft', approve: 'approved', request_changes: 'changes_requested', reject: 'rejected' },
    changes_requested: { edit: 'changes_requested', submit: 'in_review' },
    // rule: rejected-is-edited-first
    rejected: { edit: 'draft' },
    approved: { ...staying('approved'), list: 'listed', take_down: 'unlisted' },
    listed: { ...staying('listed'), unlist: 'unlisted', take_down: 'unlisted' },
    unlisted: { ...staying('unlisted'), list: 'listed', take_down: 'unlisted' },
  },
  // Submit and withdraw are judged by the draft's state.
  reachedBy: { edit: [], submit: [], withdraw: [], list: ['listed'], unlist: ['unlisted'] },
};

/** A change of what was approved once leaves the sale as it is. */
function staying(state: ProductState) {
  return {
    edit: state,
    submit: state,
    withdraw: state,
    approve: state,
    request_changes: state,
    reject: state,
  } as const;
}

const ofDraft = new Set<ProductCommand>(['edit', 'submit', 'withdraw'] satisfies DraftCommand[]);

export interface ProductStanding {
  readonly state: ProductState;
  readonly draftState: DraftState;
  /** The draft is what was rejected last, or what is published. */
  readonly unchanged: boolean;
  readonly takenDown: boolean;
}

/** What its owner may do now, as named in the URL; to look at the rules (`check`) is no step, but offered where a draft is. */
export function productActions({ state, draftState, unchanged, takenDown }: ProductStanding): string[] {
  const draft: readonly string[] = allowedCommands(draftMachine, draftState);
  const possible = allowedCommands(productMachine, state).filter((command) => {
    if (command === 'submit' && unchanged) return false;
    if (command === 'list' && takenDown) return false;
    return !ofDraft.has(command) || draft.includes(command);
  });
  return draftState === 'in_review' ? possible : ['check', ...possible];
}
