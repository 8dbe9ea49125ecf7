import type { Db } from '../../db/connection';
import { markTold, waitingReports } from '../../db/payment/inbox';
import { paymentOrigin } from '../../db/payment/queries';
import type { Gateway } from '../../temporal/gateway';
import type { RunSettings } from '../../temporal/starts';
import { channelReportedSignal } from '../../workflows/payment/contract';
import { startOfPayment } from '../../runs/resume-case';
import { eachAtOnce } from './each-at-once';

export interface RelayParts {
  readonly db: Db;
  readonly gateway: Pick<Gateway, 'wake'>;
  readonly settings: RunSettings<'payment'>;
}

const batch = 200;

/**
 * Tells each payment that something came in about it. The signal is a wake-up alone: its run reads the reports from the
 * rows in the order they came, so it does not matter who is told first, or twice. While the engine is away everything
 * stays where it is, and the answer to a notification never waits for this.
 */
export function relayReports(parts: RelayParts) {
  return async (): Promise<void> => {
    for (let more = true; more;) {
      const reports = await waitingReports(parts.db, batch);
      const byPayment = new Map<string, number[]>();
      for (const { id, paymentId } of reports) byPayment.set(paymentId, [...(byPayment.get(paymentId) ?? []), id]);
      await eachAtOnce([...byPayment], (one) => tell(parts, one));
      more = reports.length === batch;
    }
  };
}

async function tell({ db, gateway, settings }: RelayParts, [paymentId, ids]: [string, number[]]): Promise<void> {
  const origin = await paymentOrigin(db, paymentId);
  if (origin === undefined) throw new Error(`no payment ${paymentId}`);
  // rule: told-only-once-it-was-told
  await gateway.wake(startOfPayment(origin, settings), channelReportedSignal);
  await markTold(db, ids);
}
