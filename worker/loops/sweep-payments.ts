import type { Logger } from 'pino';
import { paymentOrigin, paymentsWithoutProgress } from '../../db/payment/queries';
import { channelReportedSignal } from '../../workflows/payment/contract';
import { startOfPayment } from '../../runs/resume-case';
import { eachAtOnce } from './each-at-once';
import type { RelayParts } from './relay-reports';

const batch = 500;

/**
 * The second net under the notifications: payments that have owed something for a while get their run woken, or a new
 * one. Their own clocks do this earlier where everything is well.
 */
export async function sweepPayments(
  parts: RelayParts & { readonly log: Pick<Logger, 'warn'>; readonly overdueByMs: number },
): Promise<void> {
  const { db, gateway, settings, log } = parts;
  const late = await paymentsWithoutProgress(db, { overdueByMs: parts.overdueByMs, limit: batch });
  await eachAtOnce(late, async (paymentId) => {
    const origin = await paymentOrigin(db, paymentId);
    if (origin === undefined) throw new Error(`no payment ${paymentId}`);
    log.warn({ paymentId }, 'a payment made no progress and is woken');
    await gateway.wake(startOfPayment(origin, settings), channelReportedSignal);
  });
}
