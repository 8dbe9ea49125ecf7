import { z } from 'zod';
import { paramError } from './refusal';

/** What requests must look like: required and unknown fields, patterns and lengths, as the channel checks them. */

const number = z.string().regex(/^[0-9A-Za-z_\-*]{6,32}$/, 'must be 6 to 32 of 0-9 a-z A-Z _ - *');
const refundNumber = z.string().regex(/^[0-9A-Za-z_\-|*@]{1,64}$/, 'must be 1 to 64 of 0-9 a-z A-Z _ - | * @');
const fen = z.int().min(1).max(1_000_000_000_00);
/** The channel counts characters, not UTF-16 units. */
const text = (from: number, to: number) =>
  z.string().refine((value) => {
    const length = Array.from(value).length;
    return length >= from && length <= to;
  }, `must have ${from} to ${to} characters`);

const notifyUrl = z
  .string()
  .max(255)
  .refine(isNotifyUrl, 'must be https (http only to this machine), without query and fragment');

function isNotifyUrl(value: string): boolean {
  if (!URL.canParse(value) || /[?#]/.test(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}

/** With an offset; the channel does not read fractions. */
export const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})$/;

export const createBody = z.strictObject({
  appid: text(1, 32),
  mchid: text(1, 32),
  description: text(1, 127),
  out_trade_no: number,
  time_expire: z
    .string()
    .regex(rfc3339, 'must be RFC 3339 with an offset')
    .refine((value) => !Number.isNaN(Date.parse(value)), 'must be a time')
    .optional(),
  attach: text(1, 128).optional(),
  notify_url: notifyUrl,
  goods_tag: text(1, 32).optional(),
  support_fapiao: z.boolean().optional(),
  amount: z.strictObject({ total: fen, currency: z.literal('CNY').optional() }),
  detail: z.record(z.string(), z.unknown()).optional(),
  scene_info: z.record(z.string(), z.unknown()).optional(),
  settle_info: z.strictObject({ profit_sharing: z.boolean().optional() }).optional(),
});

export const closeBody = z.strictObject({ mchid: text(1, 32) });

export const refundBody = z
  .strictObject({
    transaction_id: text(1, 32).optional(),
    out_trade_no: number.optional(),
    out_refund_no: refundNumber,
    reason: text(1, 80).optional(),
    notify_url: notifyUrl.optional(),
    funds_account: z.literal('AVAILABLE').optional(),
    amount: z.strictObject({
      refund: fen,
      total: fen,
      currency: z.literal('CNY'),
      from: z.array(z.strictObject({ account: z.enum(['AVAILABLE', 'UNAVAILABLE']), amount: fen })).optional(),
    }),
    goods_detail: z.array(z.record(z.string(), z.unknown())).optional(),
  })
  .refine((body) => (body.transaction_id === undefined) !== (body.out_trade_no === undefined), {
    path: ['out_trade_no'],
    message: 'either transaction_id or out_trade_no',
  });

export const merchantQuery = z.strictObject({ mchid: text(1, 32) });

export const billQuery = z.strictObject({
  bill_date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be YYYY-MM-DD'),
  bill_type: z.enum(['ALL', 'SUCCESS', 'REFUND']).default('ALL'),
  tar_type: z.literal('GZIP').optional(),
});

export const fileQuery = z.strictObject({ token: z.string().min(1) });

export type CreateBody = z.infer<typeof createBody>;
export type RefundBody = z.infer<typeof refundBody>;
export type BillQuery = z.infer<typeof billQuery>;

/** @throws Refusal 400 PARAM_ERROR that names the field */
export function parsed<S extends z.ZodType>(schema: S, value: unknown, location: 'body' | 'query'): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const path = [...(issue?.path ?? []), ...unknown.slice(0, 1)];
  throw paramError(`/${path.join('/')}`, issue?.message ?? 'is wrong', location);
}
