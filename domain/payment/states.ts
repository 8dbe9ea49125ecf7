import type { CaseStanding, Turn } from '../case/states';
import type { StateMachine } from '../shared/state-machine';

/**
 * One business payment through an outside channel: it may take several attempts to collect it, it succeeds at most once,
 * and whatever the channel takes in beyond that goes back. States and names are those of api.md §6.
 *
 * `created`: no attempt is open at the channel (yet, or the payer was refused). `awaiting_payer`: an attempt is open.
 * `processing`: the payer is paying, or money came that a person must look at. `cancelled`: certainly nobody can pay any
 * more. `refunding`, `refunded`: money came that was not owed (any more).
 */
export const paymentStates = [
  'created',
  'awaiting_payer',
  'processing',
  'succeeded',
  'cancelled',
  'refunding',
  'refunded',
] as const;
export type PaymentState = (typeof paymentStates)[number];

/** `refund` is an operator's, upon money that is set apart; everything else happens by itself. */
export const paymentCommands = ['refund'] as const;
export type PaymentCommand = (typeof paymentCommands)[number];

export type PaymentAct =
  | PaymentCommand
  | 'ask'
  | 'try_again'
  | 'pay_begins'
  | 'payer_refused'
  | 'close'
  | 'succeed'
  | 'cancel'
  | 'set_apart'
  | 'return_late'
  | 'return_duplicate'
  | 'returned'
  | 'returned_in_part'
  | 'return_fails';

export const paymentMachine: StateMachine<PaymentState, PaymentAct, PaymentCommand> = {
  initial: 'created',
  commands: paymentCommands,
  transitions: {
    created: {
      ask: 'awaiting_payer',
      try_again: 'created',
      payer_refused: 'created',
      close: 'created',
      succeed: 'succeeded',
      cancel: 'cancelled',
      set_apart: 'processing',
      return_late: 'refunding',
    },
    awaiting_payer: {
      pay_begins: 'processing',
      payer_refused: 'created',
      close: 'awaiting_payer',
      succeed: 'succeeded',
      cancel: 'cancelled',
      set_apart: 'processing',
      return_late: 'refunding',
    },
    processing: {
      ask: 'awaiting_payer',
      payer_refused: 'created',
      close: 'processing',
      succeed: 'succeeded',
      cancel: 'cancelled',
      set_apart: 'processing',
      return_late: 'refunding',
      refund: 'refunding',
    },
    // rule: succeeded-stays-succeeded
    succeeded: {
      return_duplicate: 'succeeded',
      refund: 'succeeded',
      returned: 'succeeded',
      returned_in_part: 'succeeded',
      return_fails: 'succeeded',
    },
    // rule: cancelled-takes-no-money
    cancelled: { return_late: 'refunding' },
    refunding: {
      return_late: 'refunding',
      refund: 'refunding',
      returned: 'refunded',
      returned_in_part: 'refunding',
      return_fails: 'refunding',
    },
    refunded: { return_late: 'refunding', refund: 'refunding' },
  },
  reachedBy: { refund: [] },
};

/** `late_paid` and `duplicate_paid` go back by themselves; `amount_mismatch` is set apart until an operator refunds it. */
export const paymentExceptions = ['late_paid', 'duplicate_paid', 'amount_mismatch'] as const;
export type PaymentException = (typeof paymentExceptions)[number];

/**
 * `created`: its number is stored, the channel may not have heard of it. `open`: it can be paid. `refused`: the payer was
 * refused, and could try the same code again, so it is being closed. `closed`: certainly nobody can pay it.
 */
export const attemptStates = ['created', 'open', 'refused', 'paid', 'closed'] as const;
export type AttemptState = (typeof attemptStates)[number];

/** For all we know somebody may pay it at the channel. */
export function mayBePaid({ state }: { readonly state: AttemptState }): boolean {
  // rule: refused-attempts-may-be-paid
  return state === 'created' || state === 'open' || state === 'refused';
}

export const refundStates = ['created', 'processing', 'succeeded', 'closed', 'abnormal'] as const;
export type RefundState = (typeof refundStates)[number];

/** What is owed to whom while a payment stands in a state. */
export interface Owed {
  readonly exception: PaymentException | null;
  /** An attempt is to be opened at the channel. */
  readonly asking: boolean;
  /** Nobody is to pay any more, and the channel is being told so. */
  readonly closing: boolean;
  /** Money on its way back. */
  readonly refunding: boolean;
  /** Money that should have gone back and did not, or is set apart: a person must decide. */
  readonly needsOperator: boolean;
}

/** What can be paid through a channel: an order of the points mall, a period of a seller's certification fee. */
export const subjectKinds = ['purchase', 'certification_fee'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** Whose turn it is while a payment of such a subject waits to be made. */
export const payerOf: Readonly<Record<SubjectKind, Turn>> = {
  purchase: 'manager',
  certification_fee: 'seller',
};

/** Where the case of a payment stands. */
export function paymentStanding(state: PaymentState, owed: Owed, payer: Turn = 'manager'): CaseStanding {
  if (owed.needsOperator) return { state: 'open', whoseTurn: 'operator' };
  if (owed.refunding) return { state: 'open', whoseTurn: 'provider' };
  switch (state) {
    case 'created':
      return { state: 'open', whoseTurn: owed.asking || owed.closing ? 'provider' : payer };
    case 'awaiting_payer':
      return { state: 'open', whoseTurn: owed.closing ? 'provider' : payer };
    case 'processing':
    case 'refunding':
      return { state: 'open', whoseTurn: 'provider' };
    case 'succeeded':
    case 'refunded':
      return { state: 'completed', whoseTurn: 'nobody' };
    case 'cancelled':
      return { state: 'cancelled', whoseTurn: 'nobody' };
  }
}

/** It may still succeed. */
export function isUnsettled(state: PaymentState, exception: PaymentException | null): boolean {
  return exception === null && (state === 'created' || state === 'awaiting_payer' || state === 'processing');
}
