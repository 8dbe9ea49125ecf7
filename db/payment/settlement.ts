import { ledgerAccountId } from '../../domain/ledger/accounts';
import { isClosing } from '../../domain/payment/duties';
import { isUnsettled } from '../../domain/payment/states';
import type { ChannelPayment } from '../../domain/ports/payment-channel';
import { run, type Trx } from '../connection';
import { post } from '../ledger/repository';
import { attemptOf, paymentRecord, type AttemptRecord, type PaymentRecord } from './facts';
import { beginRefund } from './refunds';
import { bySystem, endUnpaid, lockPayment, movePayment } from './repository';
import { subjectOf, type SettlementTerms } from './subjects';

export interface ChannelFact extends SettlementTerms {
  readonly paymentId: string;
  readonly fact: ChannelPayment;
  /** Until the channel is asked about it again, if this leaves it open, in milliseconds. */
  readonly askAgainInMs: number;
  /** Why the channel would not open it, in its word. */
  readonly why?: string;
}

/**
 * Writes down what the channel says of an attempt, by a notification, an answer or its bill; whichever comes first, and
 * however often. Money is booked as it came; then it pays its subject, or it is set apart, or it goes back.
 */
export async function recordChannelPayment(trx: Trx, { paymentId, fact, ...times }: ChannelFact): Promise<void> {
  const payment = await lockPayment(trx, paymentId);
  const attempt = attemptOf(payment, fact.channelNumber);
  // rule: attempt-paid-once
  if (attempt.state === 'paid') return;
  switch (fact.standing) {
    case 'paid':
    case 'part_refunded':
    case 'refunded':
      return takeIn(trx, payment, fact, times);
    case 'closed':
      return endAttempt(trx, payment, attempt, times.why ?? null);
    case 'failed':
      return refuseAttempt(trx, payment, attempt, times.askAgainInMs);
    case 'unpaid':
    case 'in_progress':
    case 'accepted':
    case 'bounced':
      return stillOpen(trx, payment, attempt, { standing: fact.standing, askAgainInMs: times.askAgainInMs });
  }
}

async function takeIn(trx: Trx, payment: PaymentRecord, fact: ChannelPayment, terms: SettlementTerms): Promise<void> {
  const paidFen = fact.amountFen ?? payment.amountFen;
  const { channelNumber } = fact;
  await run(
    trx,
    `update payment_attempts set state = 'paid', transaction_id = :transactionId, paid_fen = :paidFen,
            paid_at = :paidAt, next_at = null, failures = 0, failure_code = null, updated_at = now()
      where channel_number = :channelNumber`,
    { channelNumber, transactionId: fact.transactionId, paidFen, paidAt: fact.paidAt ?? payment.now },
  );
  const owed = isUnsettled(payment.state, payment.exception);
  // What somebody has given back at the channel already is as little delivered for as another amount.
  // rule: other-amounts-are-set-apart
  const isWhole = paidFen === payment.amountFen && fact.standing === 'paid';
  const subject = subjectOf(payment.subjectKind);
  const paidFor = { subjectId: payment.subjectId, paymentId: payment.id };
  const delivered = owed && isWhole && (await subject.settle(trx, paidFor, terms));
  await bookReceipt(trx, payment, { channelNumber, paidFen });
  if (delivered) {
    await movePayment(trx, payment, 'succeed', bySystem, { settledBy: channelNumber });
    await closeTheRest(trx, payment.id);
    return bookDelivery(trx, payment);
  }
  if (owed && !isWhole) {
    await movePayment(trx, payment, 'set_apart', bySystem, { exception: 'amount_mismatch' });
    await closeTheRest(trx, payment.id);
    return subject.release(trx, paidFor);
  }
  // rule: surplus-goes-back-by-itself
  const reason = payment.state === 'succeeded' ? 'duplicate_paid' : 'late_paid';
  await beginRefund(trx, { payment, channelNumber, amountFen: paidFen, reason, by: bySystem });
}

/** What other attempts are open must not be paid any more: its run closes them. */
async function closeTheRest(trx: Trx, paymentId: string): Promise<void> {
  await run(
    trx,
    `update payment_attempts set next_at = now(), updated_at = now()
      where payment_id = :paymentId and state in ('created', 'open', 'refused')`,
    { paymentId },
  );
}

/** The mirror of the channel's books: exactly what it says came in. */
async function bookReceipt(
  trx: Trx,
  payment: PaymentRecord,
  paid: { readonly channelNumber: string; readonly paidFen: number },
): Promise<void> {
  await post(trx, {
    source: paid.channelNumber,
    kind: 'channel_receipt',
    lines: [
      { accountId: ledgerAccountId('wechat_pay', payment.ownerId), amount: -paid.paidFen },
      { accountId: ledgerAccountId('received', payment.ownerId), amount: paid.paidFen },
    ],
  });
}

/** With its source unique, a subject is paid once, whoever pays it. */
async function bookDelivery(trx: Trx, payment: PaymentRecord): Promise<void> {
  await post(trx, {
    source: payment.subjectId,
    kind: subjectOf(payment.subjectKind).journal,
    lines: [
      { accountId: ledgerAccountId('received', payment.ownerId), amount: -payment.amountFen },
      { accountId: ledgerAccountId('spent', payment.ownerId), amount: payment.amountFen },
    ],
  });
}

/** Nobody can pay it any more, or nobody ever could. */
async function endAttempt(trx: Trx, payment: PaymentRecord, attempt: AttemptRecord, why: string | null): Promise<void> {
  await run(
    trx,
    `update payment_attempts set state = 'closed', next_at = null, failures = 0, failure_code = :why, updated_at = now()
      where channel_number = :channelNumber`,
    { channelNumber: attempt.channelNumber, why },
  );
  if (attempt.state === 'closed') return;
  if (isClosing(payment)) return endUnpaid(trx, payment.id);
  // The payer may try again until the time is over; after a refusal that is known already.
  if (attempt.state !== 'refused') await movePayment(trx, payment, 'payer_refused', bySystem);
}

/**
 * The payer was refused, and could try the same code again: it is closed at the channel, the next try gets a number of
 * its own. Until it is certainly closed it may be paid.
 */
async function refuseAttempt(
  trx: Trx,
  payment: PaymentRecord,
  attempt: AttemptRecord,
  askAgainInMs: number,
): Promise<void> {
  if (attempt.state === 'closed') return endAttempt(trx, payment, attempt, null);
  const isNews = attempt.state !== 'refused' && !isClosing(payment);
  await run(
    trx,
    `update payment_attempts set state = 'refused', polls = polls + 1, failures = 0, failure_code = null,
            next_at = now() + make_interval(secs => :inS), updated_at = now()
      where channel_number = :channelNumber`,
    { channelNumber: attempt.channelNumber, inS: isNews ? 0 : askAgainInMs / 1_000 },
  );
  if (isNews) await movePayment(trx, payment, 'payer_refused', bySystem);
}

async function stillOpen(
  trx: Trx,
  payment: PaymentRecord,
  attempt: AttemptRecord,
  seen: { readonly standing: 'unpaid' | 'in_progress' | 'accepted' | 'bounced'; readonly askAgainInMs: number },
): Promise<void> {
  // It was asked about although it had ended, and nobody has paid it: that is all there is to know.
  if (attempt.state === 'closed') return endAttempt(trx, payment, attempt, null);
  await run(
    trx,
    `update payment_attempts set next_at = now() + make_interval(secs => :askAgainS), polls = polls + 1, failures = 0,
            failure_code = null, updated_at = now()
      where channel_number = :channelNumber`,
    { channelNumber: attempt.channelNumber, askAgainS: seen.askAgainInMs / 1_000 },
  );
  const paying = seen.standing === 'in_progress' || seen.standing === 'accepted';
  if (attempt.state === 'refused') return;
  if (paying && payment.state === 'awaiting_payer') await movePayment(trx, payment, 'pay_begins', bySystem);
  if (!paying && payment.state === 'processing' && payment.exception === null)
    await movePayment(trx, payment, 'ask', bySystem);
}

/** The channel shows a code for the attempt: from now on it can be paid. */
export async function recordOpened(
  trx: Trx,
  opened: {
    readonly paymentId: string;
    readonly channelNumber: string;
    readonly code: { readonly keyId: string; readonly ciphertext: Uint8Array };
    readonly askAgainInMs: number;
  },
): Promise<void> {
  const payment = await lockPayment(trx, opened.paymentId);
  const attempt = attemptOf(payment, opened.channelNumber);
  // A notification may have been faster than the answer.
  if (attempt.state !== 'created') return;
  await run(
    trx,
    `update payment_attempts set state = 'open', code_key_id = :keyId, code_ciphertext = :ciphertext, failures = 0,
            failure_code = null, next_at = now() + make_interval(secs => :askAgainS), updated_at = now()
      where channel_number = :channelNumber`,
    { ...opened.code, channelNumber: opened.channelNumber, askAgainS: opened.askAgainInMs / 1_000 },
  );
  if (payment.state === 'created') await movePayment(trx, await paymentRecord(trx, payment.id), 'ask', bySystem);
}

/** The channel could not be asked, or did not know: it is asked again later, and after a few times a person is told. */
export async function recordFailure(
  trx: Trx,
  failed: { readonly channelNumber: string; readonly code: string; readonly askAgainInMs: number },
): Promise<void> {
  await run(
    trx,
    `update payment_attempts set failures = failures + 1, failure_code = :code,
            next_at = now() + make_interval(secs => :askAgainS), updated_at = now()
      where channel_number = :channelNumber and next_at is not null`,
    { channelNumber: failed.channelNumber, code: failed.code, askAgainS: failed.askAgainInMs / 1_000 },
  );
}
