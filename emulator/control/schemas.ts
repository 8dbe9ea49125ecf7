import { z } from 'zod';
import { faultKinds, places, targets } from '../faults';

/** What the controls take; an unknown field is a mistake of whoever turns them. */
export const payBody = z.strictObject({ notify: z.boolean().default(true), force: z.literal(true).optional() });

export const notifyBody = z.strictObject({
  times: z.int().min(1).max(1_000).default(1),
  delayMs: z.int().min(0).max(3_600_000).default(0),
});

const kinds = faultKinds as [(typeof faultKinds)[number], ...typeof faultKinds];

/** How long a payer who was paying while the order was being closed takes to finish. */
const payingMs = 300;
const slowMs = 10_000;

export const faultBody = z
  .strictObject({
    target: z.enum(targets),
    kind: z.enum(kinds),
    times: z.int().min(1).max(1_000_000).default(1),
    on: z.enum(places).optional(),
    delayMs: z.int().min(0).max(600_000).optional(),
    seconds: z.int().min(-86_400).max(86_400).default(-301),
    rate: z.number().min(0).max(1).default(1),
    seed: z.int().min(0).max(4_294_967_295).default(1),
  })
  .transform((order) => ({
    ...order,
    delayMs: order.delayMs ?? (order.kind === 'close_while_paying' ? payingMs : slowMs),
  }));

export const faultQuery = z.strictObject({ id: z.string().optional(), kind: z.enum(kinds).optional() });

export const settlements = { success: 'SUCCESS', closed: 'CLOSED', abnormal: 'ABNORMAL' } as const;

export const settleBody = z.strictObject({ as: z.enum(['success', 'closed', 'abnormal']) });

/** A paid order nobody of ours has asked for. */
export const orderBody = z.strictObject({
  amountFen: z.int().min(1).max(10_000_000_000),
  channelNumber: z
    .string()
    .regex(/^[0-9A-Za-z_\-*]{6,32}$/)
    .optional(),
  attach: z.string().max(128).default(''),
  description: z.string().min(1).max(127).default('来路不明'),
  paidAt: z.iso.datetime({ offset: true }).optional(),
});

/** Without a limit all, which takes a while when there are many. */
export const booksQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,7}$/)
    .default('9999999')
    .transform(Number),
});

export const emptyBody = z.strictObject({});

export const paymentsQuery = z.strictObject({ reference: z.string().min(1).optional() });

/** Targets of later parts of the outside world. */
export const laterTargets: readonly string[] = ['awards'];
