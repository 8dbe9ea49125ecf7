import type { CatalogueEntry } from './entry';

/** Refusals of money. */
export const paymentErrors = {
  PAYMENT_IN_PROGRESS: {
    status: 409,
    retryable: true,
    en: 'An online payment of this order is being closed; once that is certain you may pay again.',
    zh: '该订单的线上支付正在关闭，确认关闭后可重新支付。',
  },
  REFUND_EXCEEDS: {
    status: 409,
    retryable: false,
    en: 'Only {refundableFen} fen of this attempt can still be given back.',
    zh: '该笔支付最多还可退 {refundableFen} 分。',
  },
  BALANCE_SHORT: {
    status: 422,
    retryable: false,
    en: 'The enterprise balance is {missingFen} fen short; top it up and pay the same order again.',
    zh: '企业余额不足，还差 {missingFen} 分；充值后可继续支付同一订单。',
  },
  CHANNEL_NOT_AVAILABLE: {
    status: 422,
    retryable: false,
    en: 'This payment channel is not available here.',
    zh: '该支付渠道当前不可用。',
  },
  NOTIFICATION_REFUSED: {
    status: 401,
    retryable: false,
    en: 'This notification is not provably the channel’s.',
    zh: '无法确认该通知来自支付渠道。',
  },
} as const satisfies Record<string, CatalogueEntry>;
