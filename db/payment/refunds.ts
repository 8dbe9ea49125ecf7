import { ledgerAccountId } from '../../domain/ledger/accounts';
import { owedBy } from '../../domain/payment/duties';
import type { PaymentException } from '../../domain/payment/states';
import type { ChannelRefund } from '../../domain/ports/payment-channel';
import { DomainError } from '../../domain/shared/errors';
import type { By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';
import { placeHold, postHold, voidHold } from '../ledger/holds';
import { paymentRecord, refundOf, type PaymentRecord, type RefundRecord } from './facts';
import { bySystem, lockPayment, movePayment, newRefundNumber } from './repository';

export interface RefundBeginning {
  readonly payment: PaymentRecord;
  readonly channelNumber: string;
  readonly amountFen: number;
  readonly reason: PaymentException;
  readonly by: By;
}

/**
 * Money begins its way back: from now on it is spoken for, and its refund number stays until the refund has ended.
 *
 * @throws DomainError REFUND_EXCEEDS `{refundableFen}`
 */
export async function beginRefund(trx: Trx, beginning: RefundBeginning): Promise<string> {
  const { payment, channelNumber, amountFen, reason, by } = beginning;
  // rule: refunds-within-what-came
  const promised = await firstRow(
    trx,
    `update payment_attempts set returned_fen = returned_fen + :amountFen, updated_at = now()
      where channel_number = :channelNumber and state = 'paid' and paid_fen - returned_fen >= :amountFen
     returning channel_number`,
    { channelNumber, amountFen },
  );
  const kept = payment.attempts.find((attempt) => attempt.channelNumber === channelNumber)?.keptFen ?? 0;
  if (promised === undefined) throw new DomainError('REFUND_EXCEEDS', { refundableFen: kept });
  const refundNumber = newRefundNumber();
  const holdId = await placeHold(trx, {
    accountId: ledgerAccountId('received', payment.ownerId),
    amount: amountFen,
    source: refundNumber,
    kind: 'channel_refund',
  });
  await run(
    trx,
    `insert into payment_refunds (refund_number, payment_id, channel_number, amount_fen, reason, hold_id, requested_by,
                                  next_at)
     values (:refundNumber, :paymentId, :channelNumber, :amountFen, :reason, :holdId, :actor, now())`,
    { refundNumber, paymentId: payment.id, channelNumber, amountFen, reason, holdId, actor: by.actor },
  );
  const act = by.actor !== bySystem.actor ? 'refund' : reason === 'duplicate_paid' ? 'return_duplicate' : 'return_late';
  await movePayment(trx, payment, act, by, payment.exception === null ? { exception: reason } : {});
  return refundNumber;
}

/**
 * An operator gives back money that is set apart.
 *
 * @throws DomainError REFUND_EXCEEDS `{refundableFen}`: more than is left, or money that was delivered for;
 *   REFERENCE_NOT_FOUND: no attempt of this payment
 */
export async function refundSetApart(
  trx: Trx,
  order: { readonly paymentId: string; readonly channelNumber: string; readonly amountFen: number; readonly by: By },
): Promise<void> {
  const payment = await lockPayment(trx, order.paymentId);
  const known = payment.attempts.some(({ channelNumber }) => channelNumber === order.channelNumber);
  // rule: refund-of-its-own-attempts
  if (!known)
    throw new DomainError('REFERENCE_NOT_FOUND', {
      errors: [{ path: '/channelNumber', code: 'REFERENCE_NOT_FOUND', message: 'no attempt of this payment' }],
    });
  // rule: delivered-money-stays
  if (payment.settledBy === order.channelNumber) throw new DomainError('REFUND_EXCEEDS', { refundableFen: 0 });
  await beginRefund(trx, { ...order, payment, reason: payment.exception ?? 'amount_mismatch' });
}

/** Under our number, but of another amount or attempt than we asked for. */
export function isOtherRefund(
  fact: Pick<ChannelRefund, 'amountFen' | 'channelNumber'>,
  refund: Pick<RefundRecord, 'amountFen' | 'channelNumber'>,
): boolean {
  return (
    (fact.amountFen !== null && fact.amountFen !== refund.amountFen) || fact.channelNumber !== refund.channelNumber
  );
}

/** Writes down what the channel says of a refund; whichever way it says so, and however often. */
export async function recordChannelRefund(
  trx: Trx,
  report: { readonly paymentId: string; readonly fact: ChannelRefund; readonly askAgainInMs: number },
): Promise<void> {
  const payment = await lockPayment(trx, report.paymentId);
  const refund = refundOf(payment, report.fact.refundNumber);
  // rule: refund-ends-once
  if (refund.state === 'succeeded' || refund.state === 'closed') return;
  const { standing } = report.fact;
  const ended = standing === 'succeeded' || standing === 'closed';
  await run(
    trx,
    `update payment_refunds set state = :standing, refund_id = :refundId, polls = polls + 1, failures = 0,
            failure_code = null, updated_at = now(), settled_at = case when :ended then now() end,
            next_at = case when not :ended then now() + make_interval(secs => :askAgainS) end
      where refund_number = :refundNumber`,
    {
      refundNumber: refund.refundNumber,
      standing,
      refundId: report.fact.refundId,
      ended,
      askAgainS: report.askAgainInMs / 1_000,
    },
  );
  if (standing === 'succeeded') return recordReturned(trx, payment, refund);
  // rule: closed-refunds-are-set-apart-again
  if (standing === 'closed') {
    await voidHold(trx, refund.holdId);
    await run(
      trx,
      'update payment_attempts set returned_fen = returned_fen - :amountFen where channel_number = :channelNumber',
      { amountFen: refund.amountFen, channelNumber: refund.channelNumber },
    );
  }
  if (ended || (standing === 'abnormal' && refund.state !== 'abnormal'))
    await movePayment(trx, await paymentRecord(trx, payment.id), 'return_fails', bySystem);
}

async function recordReturned(
  trx: Trx,
  payment: PaymentRecord,
  refund: { readonly refundNumber: string; readonly holdId: string },
): Promise<void> {
  await postHold(trx, {
    holdId: refund.holdId,
    toAccountId: ledgerAccountId('wechat_pay', payment.ownerId),
    source: refund.refundNumber,
    kind: 'channel_refund',
  });
  const after = await paymentRecord(trx, payment.id);
  const { refunding, needsOperator } = owedBy(after);
  // rule: returned-only-when-all-is
  await movePayment(trx, after, refunding || needsOperator ? 'returned_in_part' : 'returned', bySystem);
}

/** The channel could not be asked: the same number is asked about again later. */
export async function recordRefundFailure(
  trx: Trx,
  failed: { readonly refundNumber: string; readonly code: string; readonly askAgainInMs: number },
): Promise<void> {
  await run(
    trx,
    `update payment_refunds set failures = failures + 1, failure_code = :code,
            next_at = now() + make_interval(secs => :askAgainS), updated_at = now()
      where refund_number = :refundNumber and next_at is not null`,
    { refundNumber: failed.refundNumber, code: failed.code, askAgainS: failed.askAgainInMs / 1_000 },
  );
}

/** A refund is to be asked about at once, whatever its turn would be. */
export async function askAboutRefundAtOnce(trx: Trx, refundNumber: string): Promise<void> {
  await run(
    trx,
    `update payment_refunds set next_at = now(), updated_at = now()
      where refund_number = :refundNumber and state in ('created', 'processing', 'abnormal')`,
    { refundNumber },
  );
}
