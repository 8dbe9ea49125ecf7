import { z } from 'zod';
import {
  ChannelError,
  type ChannelPayment,
  type ChannelRefund,
  type ChannelStanding,
  type RefundStanding,
} from '../../../domain/ports/payment-channel';

/** What we read of the channel's documents: strict in that, careless of whatever else is in them (it is dropped). */

const fen = z.int().min(0);
/** What a database can keep: no NUL, no half of a character. */
const text = z
  .string()
  .min(1)
  .max(128)
  // rule: wechat-pay-texts-can-be-kept
  .refine((value) => !value.includes('\0') && Buffer.from(value).toString() === value, 'not a text');
const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

const tradeStates = {
  SUCCESS: 'paid',
  // Money went back; how much of it, the channel does not say here.
  REFUND: 'part_refunded',
  NOTPAY: 'unpaid',
  CLOSED: 'closed',
  REVOKED: 'closed',
  USERPAYING: 'in_progress',
  ACCEPT: 'accepted',
  PAYERROR: 'failed',
} as const satisfies Readonly<Record<string, ChannelStanding>>;

const refundStates = {
  SUCCESS: 'succeeded',
  CLOSED: 'closed',
  PROCESSING: 'processing',
  ABNORMAL: 'abnormal',
} as const satisfies Readonly<Record<string, RefundStanding>>;

const refundStatus = z.enum(Object.keys(refundStates) as (keyof typeof refundStates)[]);

/** The channel leaves out, or leaves empty, what does not apply yet. */
const transactionIdOrNone = z.string().max(128).optional();

const orderOf = { appid: text, mchid: text, out_trade_no: text };

const settledTrade = z.object({
  ...orderOf,
  trade_state: z.enum(['SUCCESS', 'REFUND']),
  transaction_id: text,
  success_time: instant,
  amount: z.object({ total: fen, currency: z.string().optional() }),
});

const openTrade = z.object({
  ...orderOf,
  trade_state: z.enum(['NOTPAY', 'CLOSED', 'REVOKED', 'USERPAYING', 'ACCEPT', 'PAYERROR']),
  transaction_id: transactionIdOrNone,
  amount: z.object({ total: fen.optional(), currency: z.string().optional() }).optional(),
});

/** An answer about an order, and what a notification of a payment has sealed in it. */
export const trade = z.discriminatedUnion('trade_state', [settledTrade, openTrade]);

const refundAmount = z.object({ refund: fen, total: fen, currency: z.string().optional() });

/** The channel calls the same field otherwise in answers and in notifications. */
export const refundAnswer = z.object({
  refund_id: text,
  out_refund_no: text,
  out_trade_no: text,
  status: refundStatus,
  success_time: instant.optional(),
  amount: refundAmount,
});

export const refundNotice = z.object({
  mchid: text,
  refund_id: text,
  out_refund_no: text,
  out_trade_no: text,
  refund_status: refundStatus,
  success_time: instant.optional(),
  amount: refundAmount,
});

export const createdOrder = z.object({ code_url: z.string().min(1).max(1_024) });

export const billTicket = z.object({
  hash_type: z.literal('SHA1'),
  hash_value: z.string().regex(/^[0-9A-Fa-f]{40}$/),
  download_url: z.url(),
});

/** The signed envelope of a notification. */
export const notice = z.object({
  id: text,
  event_type: z.string().regex(/^[A-Z_.]{1,64}$/),
  resource: z.object({
    algorithm: z.literal('AEAD_AES_256_GCM'),
    ciphertext: z.string().min(1),
    nonce: z.string().length(12),
    associated_data: z.string().max(16).default(''),
  }),
});

/** Whose money it is, and in what. */
export interface Own {
  readonly mchid: string;
  readonly appid: string;
}

function foreignIn(own: Own, found: { mchid?: string; appid?: string; currency?: string | undefined }): string[] {
  const foreign: string[] = [];
  // rule: wechat-pay-merchant-is-ours
  if (found.mchid !== undefined && found.mchid !== own.mchid) foreign.push('merchant');
  // rule: wechat-pay-app-is-ours
  if (found.appid !== undefined && found.appid !== own.appid) foreign.push('app');
  // rule: wechat-pay-currency-is-ours
  if (found.currency !== undefined && found.currency !== 'CNY') foreign.push('currency');
  return foreign;
}

export function paymentOf(found: z.infer<typeof trade>, own: Own): ChannelPayment {
  const currency = found.amount?.currency;
  return {
    channelNumber: found.out_trade_no,
    standing: tradeStates[found.trade_state],
    transactionId: found.transaction_id === undefined || found.transaction_id === '' ? null : found.transaction_id,
    amountFen: found.amount?.total ?? null,
    paidAt: 'success_time' in found && found.success_time instanceof Date ? found.success_time : null,
    foreign: foreignIn(own, { mchid: found.mchid, appid: found.appid, currency }),
  };
}

export function refundOfAnswer(found: z.infer<typeof refundAnswer>, own: Own): ChannelRefund {
  return refundOf({ ...found, refund_status: found.status }, own);
}

export function refundOf(
  found: Omit<z.infer<typeof refundNotice>, 'mchid'> & { readonly mchid?: string },
  own: Own,
): ChannelRefund {
  const whose = found.mchid === undefined ? {} : { mchid: found.mchid };
  return {
    refundNumber: found.out_refund_no,
    channelNumber: found.out_trade_no,
    standing: refundStates[found.refund_status],
    refundId: found.refund_id,
    amountFen: found.amount.refund,
    succeededAt: found.success_time ?? null,
    foreign: foreignIn(own, { ...whose, currency: found.amount.currency }),
  };
}

/** @throws ChannelError (untrusted) when it is not of that shape: what cannot be understood counts as no answer */
export function parsed<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (!result.success) throw new ChannelError('untrusted', 'ANSWER_SHAPE');
  return result.data;
}
