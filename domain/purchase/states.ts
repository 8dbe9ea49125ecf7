import type { CaseStanding } from '../case/states';
import type { StateMachine } from '../shared/state-machine';

/**
 * A purchase of a benefit (guide A, 在资源中心采购商品): 立即购买 opens it awaiting payment, 立即支付 pays and stocks it,
 * 关闭 ends it. "购买的权益不能退回": nothing leads back once it is paid.
 */
export const purchaseStates = ['awaiting_payment', 'paid', 'stocked', 'closed', 'cancelled', 'expired'] as const;
export type PurchaseState = (typeof purchaseStates)[number];

export const purchaseCommands = ['pay', 'cancel', 'close'] as const;
export type PurchaseCommand = (typeof purchaseCommands)[number];

/**
 * `stock` follows payment at once; `expire` and `close_unattended` are the two clocks (30 minutes, 7 days). An online
 * payment pays it by itself (`pay_online`); before it is cancelled, expires or is paid otherwise, an open one must be
 * certainly closed (`close_payment`, `payment_closed`).
 */
export type PurchaseAct =
  PurchaseCommand | 'pay_online' | 'close_payment' | 'payment_closed' | 'stock' | 'expire' | 'close_unattended';

/** Why an open payment is being closed: what becomes of the order then (`switch`: it is paid another way). */
export const closingActs = ['cancel', 'expire', 'switch'] as const;
export type ClosingAct = (typeof closingActs)[number];

export const purchaseMachine: StateMachine<PurchaseState, PurchaseAct, PurchaseCommand> = {
  initial: 'awaiting_payment',
  commands: purchaseCommands,
  transitions: {
    // rule: closed-only-after-stocking
    awaiting_payment: {
      pay: 'paid',
      pay_online: 'paid',
      cancel: 'cancelled',
      expire: 'expired',
      close_payment: 'awaiting_payment',
      payment_closed: 'awaiting_payment',
    },
    // rule: paid-is-never-cancelled
    paid: { stock: 'stocked' },
    stocked: { close: 'closed', close_unattended: 'closed' },
    closed: {},
    cancelled: {},
    expired: {},
  },
  reachedBy: { pay: ['paid', 'stocked'], cancel: ['cancelled'], close: ['closed'] },
};

/** Where the case stands in each state; a stocked purchase waits for its manager to close the order detail. */
export const purchaseStanding: Readonly<Record<PurchaseState, CaseStanding>> = {
  awaiting_payment: { state: 'open', whoseTurn: 'manager' },
  paid: { state: 'open', whoseTurn: 'nobody' },
  stocked: { state: 'open', whoseTurn: 'manager' },
  closed: { state: 'completed', whoseTurn: 'nobody' },
  cancelled: { state: 'cancelled', whoseTurn: 'nobody' },
  expired: { state: 'expired', whoseTurn: 'nobody' },
};
