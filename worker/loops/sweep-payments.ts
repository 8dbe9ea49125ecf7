import type { Logger } from 'pino';
import { paymentOrigin, paymentsWithoutProgress } from '../../db/payment/queries';
import { channelReportedSignal } from '../../workflows/payment/contract';
import { startOfPayment } from '../resume-case';
import type { RelayParts } from './relay-reports';

const batch = 500;

/**
 * The second net under the notifications: payments that have owed something for a while get their run woken, or a new
 * one. Their own clocks do this earlier where everything is well.
 */
export async function sweepPayments(
  parts: RelayParts & { readonly log: Logger; readonly overdueByMs: number },
): Promise<void> {
  const { db, gateway, settings, log } = parts;
  for (const paymentId of await paymentsWithoutProgress(db, { overdueByMs: parts.overdueByMs, limit: batch })) {
    const origin = await paymentOrigin(db, paymentId);
    if (origin === undefined) continue;
    log.warn({ paymentId }, 'a payment made no progress and is woken');
    await gateway.wake(startOfPayment(origin, settings), channelReportedSignal);
  }
}
