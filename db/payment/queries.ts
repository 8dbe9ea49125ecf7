import type {
  AttemptState,
  PaymentException,
  PaymentState,
  RefundState,
  SubjectKind,
} from '../../domain/payment/states';
import { firstRow, rows, type Db, type Queryable } from '../connection';

/** What the run of a payment starts from. */
export interface PaymentOrigin {
  readonly paymentId: string;
  /** Null where it is a seller's. */
  readonly enterpriseId: string | null;
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
}

export async function paymentOrigin(db: Queryable, paymentId: string): Promise<PaymentOrigin | undefined> {
  return firstRow<PaymentOrigin>(
    db,
    `select id as "paymentId", enterprise_id as "enterpriseId", subject_kind as "subjectKind",
            subject_id as "subjectId"
       from payments where id = :paymentId`,
    { paymentId },
  );
}

export interface PaymentRow {
  readonly id: string;
  readonly subjectId: string;
  readonly method: 'wechat_native';
  readonly state: PaymentState;
  readonly exception: PaymentException | null;
  readonly amountFen: number;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly settledBy: string | null;
  readonly closing: boolean;
  readonly attempts: readonly AttemptRow[];
  readonly refunds: readonly RefundRow[];
}

export interface AttemptRow {
  readonly channelNumber: string;
  readonly state: AttemptState;
  readonly paidFen: number | null;
  readonly refundableFen: number;
}

export interface RefundRow {
  readonly refundNumber: string;
  readonly channelNumber: string;
  readonly state: RefundState;
  readonly amountFen: number;
  readonly reason: PaymentException;
}

const select = `
  select p.id, p.subject_id as "subjectId", p.method, p.state, p.exception,
         p.amount_fen as "amountFen", p.expires_at as "expiresAt", p.created_at as "createdAt",
         p.updated_at as "updatedAt", p.settled_by as "settledBy", p.close_asked_at is not null as closing,
         (select jsonb_agg(jsonb_build_object('channelNumber', a.channel_number, 'state', a.state,
             'paidFen', a.paid_fen, 'refundableFen',
             case when a.channel_number is distinct from p.settled_by
                  then coalesce(a.paid_fen, 0) - a.returned_fen else 0 end) order by a.channel_number)
           from payment_attempts a where a.payment_id = p.id) as attempts,
         coalesce((select jsonb_agg(jsonb_build_object('refundNumber', r.refund_number,
             'channelNumber', r.channel_number, 'state', r.state, 'amountFen', r.amount_fen, 'reason', r.reason)
             order by r.refund_number)
           from payment_refunds r where r.payment_id = p.id), '[]') as refunds
    from payments p`;

/** Whose payments somebody may see: those of the enterprise, and those of the seller, it acts for. */
export interface PayingTenant {
  readonly enterpriseId: string | null;
  readonly sellerId: string | null;
}

/** `tenant` null: of anybody, for operators. */
export async function paymentById(
  db: Queryable,
  tenant: PayingTenant | null,
  id: string,
): Promise<PaymentRow | undefined> {
  // rule: own-payments-alone
  return firstRow<PaymentRow>(
    db,
    `${select} where p.id = :id
        and (:anybody or p.enterprise_id = :enterpriseId::text or p.seller_id = :sellerId::text)`,
    { id, anybody: tenant === null, enterpriseId: tenant?.enterpriseId ?? null, sellerId: tenant?.sellerId ?? null },
  );
}

/** The payments of an order, newest first. */
export async function paymentsOf(db: Queryable, subjectId: string): Promise<PaymentRow[]> {
  return rows<PaymentRow>(db, `${select} where p.subject_id = :subjectId order by p.id desc`, { subjectId });
}

/** The sealed code of an attempt that can be paid now. */
export async function openCode(
  db: Queryable,
  paymentId: string,
): Promise<{ readonly channelNumber: string; readonly keyId: string; readonly ciphertext: Buffer } | undefined> {
  return firstRow(
    db,
    `select channel_number as "channelNumber", code_key_id as "keyId", code_ciphertext as ciphertext
       from payment_attempts
      where payment_id = :paymentId and state = 'open' and code_key_id is not null
      order by channel_number desc limit 1`,
    { paymentId },
  );
}

/** Payments that have owed something for a while: their run may be gone, or was never told. */
export async function paymentsWithoutProgress(
  db: Db,
  page: { readonly overdueByMs: number; readonly limit: number },
): Promise<string[]> {
  const found = await rows<{ paymentId: string }>(
    db,
    `select payment_id as "paymentId" from (
       select payment_id, next_at from payment_attempts where next_at < now() - make_interval(secs => :overdueS)
       union all
       select payment_id, next_at from payment_refunds where next_at < now() - make_interval(secs => :overdueS)
       union all
       select payment_id, received_at from payment_inbox
        where state = 'told' and told_at < now() - make_interval(secs => :overdueS)
     ) owed group by 1 order by min(next_at) limit :limit`,
    { overdueS: page.overdueByMs / 1_000, limit: page.limit },
  );
  return found.map(({ paymentId }) => paymentId);
}
