import { z } from 'zod';
import { codeAbout } from '../../domain/payment/codes';
import { paymentExceptions, paymentStates, refundStates } from '../../domain/payment/states';
import { processIdOf } from '../../domain/shared/ids';
import { openCode, paymentsOf, type PaymentRow } from '../../db/payment/queries';
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

/** Money of one attempt that nothing was delivered for and that is not on its way back: an operator decides. */
const setApartSchema = z.strictObject({ channelNumber: z.string(), refundableFen: z.int() });

/**
 * A payment through a channel. `channelNumber` is that of its newest attempt; `codeUrl` is what the payer scans, told
 * only where the payment itself is asked for and can be paid. `exception` says what went wrong with money that came;
 * `setApart` is told to operators, who may give it back.
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
  setApart: z.array(setApartSchema).optional(),
  refunds: z.array(refundSchema),
});

/** `codeUrl` where the caller may see it now. */
export function renderPayment(row: PaymentRow, codeUrl?: string) {
  return {
    id: row.id,
    state: row.state,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    actions: [] as string[],
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

/** As operators see it: what is set apart, which they may give back. */
export function renderForOperator(row: PaymentRow) {
  const setApart = row.attempts.flatMap(({ channelNumber, refundableFen }) =>
    refundableFen > 0 ? [{ channelNumber, refundableFen }] : [],
  );
  // rule: refund-only-what-is-set-apart
  return { ...renderPayment(row), ...(setApart.length === 0 ? {} : { actions: ['refund'], setApart }) };
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
