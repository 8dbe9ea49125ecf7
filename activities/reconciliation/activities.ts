import { Context } from '@temporalio/activity';
import type { PaymentChannel } from '../../domain/ports/payment-channel';
import type { Db } from '../../db/connection';
import { reconcile, type Reconciliation } from '../../db/payment/reconciliation';
import { daysToReconcile } from '../../db/payment/reconciliation-queries';
import type { ReconciliationActivities } from '../../workflows/reconciliation/contract';

export interface ReconciliationParts {
  readonly db: Db;
  /** Undefined where none is configured. */
  readonly channel: PaymentChannel | undefined;
}

/** Far more often than a worker is taken for dead. */
const heartbeatEveryMs = 5_000;

export function createReconciliationActivities({ db, channel }: ReconciliationParts): ReconciliationActivities {
  return {
    daysToReconcile: async () => (channel === undefined ? [] : daysToReconcile(db, channel.capabilities.channel)),

    reconcileDay: ({ day }) =>
      whileHeartbeating(async () => {
        if (channel === undefined) return { kind: 'no_channel', day };
        const bill = await channel.bill(day);
        if (bill === 'not_ready') return { kind: 'not_ready', day };
        const found = await reconcile(db, bill);
        raiseAlarm(found);
        return { kind: 'compared', day, differences: found.differences.length, asked: found.asked };
      }),
  };
}

/** A book of 100,000 rows takes its time, and the engine must know that somebody is at it. */
async function whileHeartbeating<R>(work: () => Promise<R>): Promise<R> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), heartbeatEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}

/** Enough to begin looking with. */
const namedInAlarm = 10;

/** Lines at level error are what operators are woken by; the rows tell the rest. */
function raiseAlarm({ channel, day, bill, booked, differences }: Reconciliation): void {
  if (differences.length === 0) return;
  const kinds: Record<string, number> = {};
  for (const { kind } of differences) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const first = differences.slice(0, namedInAlarm).map(({ kind, number }) => `${kind} ${number}`);
  // rule: differing-books-alarm
  Context.current().log.error('the books of the channel and ours differ', { channel, day, kinds, first, bill, booked });
}
