import type { PaymentFacts } from '../../domain/payment/duties';
import type { AttemptState, RefundState, SubjectKind } from '../../domain/payment/states';
import { firstRow, type Queryable } from '../connection';

/** Everything of a payment that decides about it. */
export interface PaymentRecord extends PaymentFacts {
  readonly id: string;
  /** The enterprise or seller in whose accounts it is booked. */
  readonly ownerId: string;
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
  readonly amountFen: number;
  readonly title: string;
  readonly attempts: readonly AttemptRecord[];
  readonly refunds: readonly RefundRecord[];
}

export interface AttemptRecord {
  readonly channelNumber: string;
  readonly state: AttemptState;
  readonly nextAt: Date | null;
  readonly amountFen: number;
  readonly paidFen: number | null;
  readonly keptFen: number;
  readonly polls: number;
  readonly failures: number;
}

export interface RefundRecord {
  readonly refundNumber: string;
  readonly channelNumber: string;
  readonly state: RefundState;
  readonly nextAt: Date | null;
  readonly amountFen: number;
  readonly holdId: string;
  readonly polls: number;
  readonly failures: number;
}

/** Times inside the lists travel as milliseconds: JSON has no instants. */
type Row = Omit<PaymentRecord, 'attempts' | 'refunds'> & {
  readonly attempts: (Omit<AttemptRecord, 'nextAt'> & { readonly nextAt: number | null })[];
  readonly refunds: (Omit<RefundRecord, 'nextAt'> & { readonly nextAt: number | null })[];
};

const select = `
  select p.id, coalesce(p.enterprise_id, p.seller_id) as "ownerId", p.subject_kind as "subjectKind",
         p.subject_id as "subjectId", p.amount_fen as "amountFen", p.title,
         p.state, p.exception, p.expires_at as "expiresAt", p.close_asked_at is not null as "closeAsked",
         p.settled_by as "settledBy", clock_timestamp() as now,
         (select count(*) from payment_inbox i
           where i.payment_id = p.id and i.state in ('waiting', 'told')) as "unappliedReports",
         coalesce((select jsonb_agg(jsonb_build_object(
             'channelNumber', a.channel_number, 'state', a.state, 'amountFen', a.amount_fen, 'paidFen', a.paid_fen,
             'keptFen', coalesce(a.paid_fen, 0) - a.returned_fen, 'polls', a.polls, 'failures', a.failures,
             'nextAt', floor(extract(epoch from a.next_at) * 1000)) order by a.channel_number)
           from payment_attempts a where a.payment_id = p.id), '[]') as attempts,
         coalesce((select jsonb_agg(jsonb_build_object(
             'refundNumber', r.refund_number, 'channelNumber', r.channel_number, 'state', r.state,
             'amountFen', r.amount_fen, 'holdId', r.hold_id, 'polls', r.polls, 'failures', r.failures,
             'nextAt', floor(extract(epoch from r.next_at) * 1000)) order by r.refund_number)
           from payment_refunds r where r.payment_id = p.id), '[]') as refunds
    from payments p where p.id = :paymentId`;

export async function paymentRecord(db: Queryable, paymentId: string): Promise<PaymentRecord> {
  const row = await firstRow<Row>(db, select, { paymentId });
  if (row === undefined) throw new Error(`no payment ${paymentId}`);
  return {
    ...row,
    attempts: row.attempts.map((attempt) => ({ ...attempt, nextAt: instant(attempt.nextAt) })),
    refunds: row.refunds.map((refund) => ({ ...refund, nextAt: instant(refund.nextAt) })),
  };
}

function instant(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

export function attemptOf(payment: PaymentRecord, channelNumber: string): AttemptRecord {
  const attempt = payment.attempts.find((one) => one.channelNumber === channelNumber);
  if (attempt === undefined) throw new Error(`no attempt ${channelNumber} of ${payment.id}`);
  return attempt;
}

export function refundOf(payment: PaymentRecord, refundNumber: string): RefundRecord {
  const refund = payment.refunds.find((one) => one.refundNumber === refundNumber);
  if (refund === undefined) throw new Error(`no refund ${refundNumber} of ${payment.id}`);
  return refund;
}
