import type { Db } from '../../db/connection';
import { markTold, waitingReports } from '../../db/payment/inbox';
import { paymentOrigin } from '../../db/payment/queries';
import type { Gateway } from '../../temporal/gateway';
import type { RunSettings } from '../../temporal/starts';
import { channelReportedSignal } from '../../workflows/payment/contract';
import { startOfPayment } from '../resume-case';

export interface RelayParts {
  readonly db: Db;
  readonly gateway: Gateway;
  readonly settings: RunSettings;
}

const batch = 200;
/** Enough to keep the engine busy, few enough not to press upon the people's commands. */
const atOnce = 8;
/** So many failures without one success: it is not about single payments. */
const hopeless = 24;

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

/** One that cannot be told does not keep the others from it; but when nobody can be, the engine is away. */
async function eachAtOnce<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const left = things.values();
  const failures: unknown[] = [];
  let successes = 0;
  const worker = async (): Promise<void> => {
    for (const thing of left) {
      // rule: one-bad-report-stops-no-round
      await work(thing).then(
        () => (successes += 1),
        (error: unknown) => failures.push(error),
      );
      if (successes === 0 && failures.length >= hopeless) return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failures.length > 0) throw failures[0];
}
