import { isOver, nextDuty } from '../../domain/payment/duties';
import { isUnsettled } from '../../domain/payment/states';
import type { Db } from '../../db/connection';
import { paymentRecord } from '../../db/payment/facts';
import type { PaymentSnapshot } from '../../workflows/payment/contract';

/** What the rows say is owed next. */
export async function paymentSnapshot(db: Db, paymentId: string): Promise<PaymentSnapshot> {
  const facts = await paymentRecord(db, paymentId);
  const duty = nextDuty(facts);
  const settled = !isUnsettled(facts.state, facts.exception);
  return {
    state: facts.state,
    ready: settled || facts.state !== 'created',
    settled,
    next:
      duty === undefined
        ? null
        : { act: duty.act, number: duty.number, inMs: Math.max(0, duty.at.getTime() - facts.now.getTime()) },
    over: isOver(facts),
  };
}
