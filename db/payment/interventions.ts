import { run, type Trx } from '../connection';
import { lockPayment } from './repository';

/** What the payment owes the channel is tried at once, however long it would have waited. */
export async function retryPayment(trx: Trx, paymentId: string): Promise<void> {
  await lockPayment(trx, paymentId);
  await run(
    trx,
    `update payment_attempts set next_at = now(), updated_at = now() where payment_id = :paymentId and next_at > now()`,
    { paymentId },
  );
  await run(
    trx,
    `update payment_refunds set next_at = now(), updated_at = now() where payment_id = :paymentId and next_at > now()`,
    { paymentId },
  );
}
