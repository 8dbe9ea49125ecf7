import type { Books } from '../books/books';
import type { Order, Refund } from '../books/records';
import { stateOf } from '../wechat/orders';

/** How the controls tell orders and refunds: in the words of any channel, not of this one. */

const standings = {
  NOTPAY: 'unpaid',
  USERPAYING: 'in_progress',
  PAYERROR: 'failed',
  SUCCESS: 'paid',
  CLOSED: 'closed',
} as const;

const refundStandings = {
  PROCESSING: 'processing',
  SUCCESS: 'succeeded',
  ABNORMAL: 'abnormal',
  CLOSED: 'closed',
} as const;

type Standing = (typeof standings)[keyof typeof standings] | 'refunding' | 'part_refunded' | 'refunded';

function standing(books: Books, order: Order): Standing {
  const state = stateOf(order);
  if (state !== 'REFUND') return standings[state];
  const refunds = books.refundsOf(order.outTradeNo);
  const given = refunds.reduce((sum, refund) => sum + (refund.state === 'SUCCESS' ? refund.amount : 0), 0);
  if (given === order.total) return 'refunded';
  return refunds.some((refund) => refund.state === 'PROCESSING') ? 'refunding' : 'part_refunded';
}

export const paymentOf = (books: Books, order: Order) => ({
  channelNumber: order.outTradeNo,
  channel: 'wechat_pay',
  state: standing(books, order),
  amountFen: order.total,
});

export const refundOf = (refund: Refund) => ({
  refundNumber: refund.outRefundNo,
  channelNumber: refund.outTradeNo,
  state: refundStandings[refund.state],
  amountFen: refund.amount,
});

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** One line of the books: all that is known. */
export const paymentInBooks = (books: Books, order: Order) => ({
  ...paymentOf(books, order),
  reference: order.attach,
  description: order.description,
  transactionId: order.transactionId,
  codeUrl: order.codeUrl,
  createdAt: time(order.createdAt),
  expiresAt: time(order.expiresAt),
  paidAt: time(order.paidAt),
});

export const refundInBooks = (refund: Refund) => ({
  ...refundOf(refund),
  refundId: refund.refundId,
  reason: refund.reason,
  createdAt: time(refund.createdAt),
  succeededAt: time(refund.succeededAt),
});
