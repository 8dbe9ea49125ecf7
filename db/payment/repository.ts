import { systemActor } from '../../domain/case/states';
import { owedBy } from '../../domain/payment/duties';
import {
  paymentMachine,
  payerOf,
  paymentStanding,
  isUnsettled,
  mayBePaid,
  type PaymentAct,
  type PaymentException,
  type SubjectKind,
} from '../../domain/payment/states';
import type { ChannelName } from '../../domain/ports/payment-channel';
import { transition } from '../../domain/shared/state-machine';
import { recordOpening, recordTransition, type By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';
import { newId } from '../new-id';
import { paymentRecord, type PaymentRecord } from './facts';
import { subjectOf } from './subjects';

export const bySystem: By = { actor: systemActor, requestId: null };

/** Our number of one attempt or refund, as channels take them: letters and digits alone. */
function channelNumber(kind: 'attempt' | 'refund'): string {
  return newId(kind).replace('_', '');
}

export function newRefundNumber(): string {
  return channelNumber('refund');
}

export interface PaymentRequest {
  readonly subject: { readonly kind: SubjectKind; readonly id: string };
  /** How long it can be paid, where its subject does not say until when. */
  readonly payWithinMs?: number;
  readonly channel: ChannelName;
  readonly method: 'wechat_native';
  readonly workflowIdOf: (paymentId: string) => string;
  readonly by: By;
}

/**
 * 立即支付 through a channel: the subject's open payment, with an attempt that is or will be open; a new one of either where
 * there is none. The attempt's number is stored before the channel hears of it.
 *
 * @throws DomainError WRONG_STATE, PAYMENT_IN_PROGRESS
 */
export async function requestPayment(trx: Trx, request: PaymentRequest): Promise<string> {
  const { kind, id: subjectId } = request.subject;
  const subject = subjectOf(kind);
  const payable = await subject.payable(trx, subjectId);
  if (payable.openPaymentId !== null) {
    await tryAgain(trx, await lockPayment(trx, payable.openPaymentId), request.by);
    return payable.openPaymentId;
  }
  const id = newId('payment');
  const { expiresAt } = (await firstRow<{ expiresAt: Date }>(
    trx,
    `insert into payments (id, enterprise_id, seller_id, channel, method, subject_kind, subject_id, title, amount_fen,
                           state, requested_by, expires_at)
     values (:id, :enterpriseId, :sellerId, :channel, :method, :kind, :subjectId, :title, :amountFen, 'created', :actor,
             coalesce(:expiresAt, now() + make_interval(secs => :payWithinS)))
     returning expires_at as "expiresAt"`,
    {
      ...{ ...payable, id, kind, subjectId, channel: request.channel, method: request.method },
      ...{ actor: request.by.actor, payWithinS: (request.payWithinMs ?? 0) / 1_000 },
    },
  )) as { readonly expiresAt: Date };
  await addAttempt(trx, id);
  await subject.expect(trx, { subjectId, paymentId: id }, request.by);
  await recordOpening(trx, {
    kind: 'payment',
    subjectId: id,
    workflowId: request.workflowIdOf(id),
    enterpriseId: payable.enterpriseId,
    ...(payable.sellerId === null ? {} : { sellerId: payable.sellerId }),
    title: payable.title,
    stage: 'created',
    standing: { state: 'open', whoseTurn: 'provider' },
    dueAt: expiresAt,
    by: request.by,
  });
  return id;
}

async function tryAgain(trx: Trx, payment: PaymentRecord, by: By): Promise<void> {
  // rule: open-attempt-is-given-again
  if (payment.attempts.some(({ state }) => state === 'created' || state === 'open' || state === 'paid')) return;
  await addAttempt(trx, payment.id);
  await movePayment(trx, payment, 'try_again', by);
}

/** A fresh number each: a closed one can never be paid again. */
async function addAttempt(trx: Trx, paymentId: string): Promise<void> {
  await run(
    trx,
    `insert into payment_attempts (channel_number, payment_id, amount_fen, expires_at, next_at)
     select :number, id, amount_fen, expires_at, now() from payments where id = :paymentId`,
    { number: channelNumber('attempt'), paymentId },
  );
}

/** The payment as it stands, locked after what it pays. */
export async function lockPayment(trx: Trx, paymentId: string): Promise<PaymentRecord> {
  const subject = await firstRow<{ kind: SubjectKind; subjectId: string }>(
    trx,
    'select subject_kind as kind, subject_id as "subjectId" from payments where id = :paymentId',
    { paymentId },
  );
  if (subject === undefined) throw new Error(`no payment ${paymentId}`);
  // rule: payment-decided-under-lock
  await subjectOf(subject.kind).lock(trx, subject.subjectId);
  await run(trx, 'select id from payments where id = :paymentId for no key update', { paymentId });
  return paymentRecord(trx, paymentId);
}

/** Nobody is to pay it any more. What is open at the channel is closed by its run, as soon as it is told. */
export async function askToClose(trx: Trx, paymentId: string, by: By): Promise<void> {
  const payment = await lockPayment(trx, paymentId);
  if (payment.closeAsked || !isUnsettled(payment.state, payment.exception)) return;
  await run(trx, 'update payments set close_asked_at = now() where id = :paymentId', { paymentId });
  await run(
    trx,
    `update payment_attempts set next_at = now(), polls = 0, updated_at = now()
      where payment_id = :paymentId and state in ('created', 'open', 'refused')`,
    { paymentId },
  );
  await movePayment(trx, payment, 'close', by);
}

/** Nobody paid and nobody can: what it was for is released. Does nothing once it is settled. */
export async function endUnpaid(trx: Trx, paymentId: string): Promise<void> {
  const payment = await lockPayment(trx, paymentId);
  // rule: unpaid-ends-once-nothing-is-open
  if (payment.attempts.some(mayBePaid) || !isUnsettled(payment.state, payment.exception)) return;
  if (!payment.closeAsked && payment.expiresAt > payment.now) return;
  await movePayment(trx, payment, 'cancel', bySystem);
  await subjectOf(payment.subjectKind).release(trx, { subjectId: payment.subjectId, paymentId });
}

/** Moves a payment and its case; the case tells whose turn it is by everything that is owed after the change. */
export async function movePayment(
  trx: Trx,
  payment: PaymentRecord,
  act: PaymentAct,
  by: By,
  more: { readonly exception?: PaymentException; readonly settledBy?: string } = {},
): Promise<void> {
  const to = transition(paymentMachine, payment.state, act);
  await run(
    trx,
    `update payments set state = :to, exception = coalesce(:exception, exception),
            settled_by = coalesce(:settledBy, settled_by),
            settled_at = case when :settledBy::text is null then settled_at else now() end, updated_at = now()
      where id = :id`,
    { id: payment.id, to, exception: more.exception ?? null, settledBy: more.settledBy ?? null },
  );
  const after = await paymentRecord(trx, payment.id);
  await recordTransition(trx, {
    kind: 'payment',
    subjectId: payment.id,
    act,
    from: payment.state,
    to,
    standing: paymentStanding(to, owedBy(after), payerOf[payment.subjectKind]),
    dueAt: isUnsettled(to, after.exception) ? after.expiresAt : null,
    by,
  });
}
