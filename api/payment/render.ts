import { z } from 'zod';
import { codeAbout } from '../../domain/payment/codes';
import { paymentExceptions, paymentStates, refundStates } from '../../domain/payment/states';
import { processIdOf } from '../../domain/shared/ids';
import { openCode, paymentById, paymentsOf, type PaymentRow } from '../../db/payment/queries';
import { resourceShape } from '../http/answers';
import { iso, isoTime } from '../http/times';
import type { Services } from '../services';

const refundSchema = z.strictObject({
  refundNumber: z.string(),
  channelNumber: z.string(),
  state: z.enum(refundStates),
  amountFen: z.int(),
  reason: z.enum(paymentExceptions),
});

/**
 * A payment through a channel. `channelNumber` is that of its newest attempt; `codeUrl` is what the payer scans, told
 * only where the payment itself is asked for and can be paid. `exception` says what went wrong with money that came.
 */
export const paymentSchema = z.strictObject({
  ...resourceShape,
  state: z.enum(paymentStates),
  processId: z.string(),
  method: z.enum(['wechat_native']),
  amountFen: z.int(),
  channelNumber: z.string(),
  codeUrl: z.string().optional(),
  expiresAt: isoTime,
  exception: z.enum(paymentExceptions).optional(),
  refunds: z.array(refundSchema),
});

/** `codeUrl` where the caller may see it now. */
export function renderPayment(row: PaymentRow, codeUrl?: string) {
  return {
    id: row.id,
    state: row.state,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    actions: [],
    processId: processIdOf(row.id),
    method: row.method,
    amountFen: row.amountFen,
    channelNumber: row.attempts.at(-1)?.channelNumber ?? '',
    ...(codeUrl === undefined ? {} : { codeUrl }),
    expiresAt: iso(row.expiresAt),
    ...(row.exception === null ? {} : { exception: row.exception }),
    refunds: row.refunds,
  };
}

/** With its code, as long as somebody may still pay by it. */
export async function renderPayable(services: Pick<Services, 'db' | 'vault'>, row: PaymentRow) {
  // rule: codes-of-closing-payments-are-not-shown
  if (row.state !== 'awaiting_payer' || row.closing) return renderPayment(row);
  const code = await openCode(services.db, row.id);
  return renderPayment(row, code && services.vault.open(codeAbout(code.channelNumber), code));
}

export async function renderNewestPayment(services: Pick<Services, 'db' | 'vault'>, subjectId: string) {
  const [newest] = await paymentsOf(services.db, subjectId);
  return newest === undefined ? undefined : renderPayable(services, newest);
}

export async function renderPaymentById(services: Pick<Services, 'db' | 'vault'>, id: string) {
  const row = await paymentById(services.db, null, id);
  if (row === undefined) throw new Error(`no payment ${id}`);
  return renderPayable(services, row);
}
