/** What the channel remembers. Amounts are whole fen, times milliseconds since 1970. */

export const tradeStates = ['NOTPAY', 'USERPAYING', 'PAYERROR', 'SUCCESS', 'REFUND', 'CLOSED'] as const;
export type TradeState = (typeof tradeStates)[number];

export interface Order {
  readonly outTradeNo: string;
  readonly description: string;
  /** Empty when the merchant gave none. Our payment id travels here. */
  readonly attach: string;
  readonly notifyUrl: string;
  readonly total: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly codeUrl: string;
  /** Digest of the request that made it: asking again must say the same. */
  readonly terms: string;
  readonly state: TradeState;
  readonly transactionId: string | null;
  readonly paidAt: number | null;
  readonly openid: string | null;
}

export const refundStates = ['PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED'] as const;
export type RefundState = (typeof refundStates)[number];

export interface Refund {
  readonly outRefundNo: string;
  readonly refundId: string;
  readonly outTradeNo: string;
  readonly amount: number;
  readonly reason: string;
  /** Empty when the merchant gave none: then nobody is notified. */
  readonly notifyUrl: string;
  readonly createdAt: number;
  readonly terms: string;
  readonly state: RefundState;
  readonly succeededAt: number | null;
  /** What becomes of it by itself; null when somebody at the controls decides. */
  readonly settlesAs: Exclude<RefundState, 'PROCESSING'> | null;
}

export type EventType = 'TRANSACTION.SUCCESS' | `REFUND.${Exclude<RefundState, 'PROCESSING'>}`;

/** An event that has not been acknowledged yet. */
export interface Notice {
  /** The same for every repetition of one event. */
  readonly id: string;
  readonly event: EventType;
  readonly about: 'payment' | 'refund';
  /** out_trade_no or out_refund_no. */
  readonly number: string;
  readonly createdAt: number;
  /** How often it was sent. */
  readonly sent: number;
  readonly nextAt: number;
}
