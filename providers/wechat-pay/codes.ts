/**
 * What the channel's words for a refusal mean to us. It spells some of them in two ways, old and new. From its tables
 * of codes (pay.weixin.qq.com/doc/v3/merchant: orders, closing, refunds, bills).
 */

/** The number has been paid. */
export const paidCodes = ['ORDERPAID', 'ORDER_PAID'] as const;

/** The number is closed, reversed or was used with other terms. */
export const closedCodes = ['ORDER_CLOSED', 'ORDERCLOSED', 'ORDER_REVERSED', 'ORDERREVERSED'] as const;
export const usedCodes = ['OUT_TRADE_NO_USED'] as const;

/** The channel has never heard of the number. */
export const unknownCodes = ['ORDER_NOT_EXIST', 'ORDERNOTEXIST', 'RESOURCE_NOT_EXISTS', 'REFUND_NOT_EXISTS'] as const;

/** Too often; of a closing also: the payer is paying this moment. */
export const tooOftenCodes = [
  'FREQUENCY_LIMITED',
  'FREQUENCY_LIMIT',
  'FREQUENCY_LIMIT_EXCEED',
  'FREQUENCY_LIMIT_EXCEEDED',
  'RATELIMIT_EXCEEDED',
  'RULELIMIT',
  'RULE_LIMIT',
] as const;

export const payingCodes = ['USERPAYING'] as const;

/** To be asked again with the same number and the same terms, whatever status they come with. */
export const comeAgainCodes: ReadonlySet<string> = new Set([
  ...tooOftenCodes,
  'SYSTEM_ERROR',
  'SYSTEMERROR',
  'BANK_ERROR',
  'BIZ_ERR_NEED_RETRY',
]);

/** The book of the day is being written. */
export const billInMakingCodes = ['STATEMENT_CREATING'] as const;

/** There is no book of the day. */
export const noBillCodes = ['NO_STATEMENT_EXIST'] as const;

/** The same meaning for each of the codes. */
export function meaning<const T>(codes: readonly string[], value: T): [string, T][] {
  return codes.map((code) => [code, value]);
}
