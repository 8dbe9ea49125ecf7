import type { ChannelName } from '../../domain/ports/payment-channel';
import { billDifferences, type ExceptionKind, type ExceptionState } from '../../domain/payment/reconciliation';
import { firstRow, rows, type Db, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

export interface ReconciliationRow {
  readonly channel: ChannelName;
  readonly day: string;
  /** The day as a number: the list is sorted by it. */
  readonly sortedBy: number;
  readonly billSha1: string;
  readonly billRows: number;
  readonly paidFen: number;
  readonly refundedFen: number;
  readonly bookedPaidFen: number;
  readonly bookedRefundedFen: number;
  /** Numbers that differed when it was last compared. */
  readonly differences: number;
  /** Of all kinds, still open. */
  readonly openExceptions: number;
  readonly createdAt: Date;
  readonly checkedAt: Date;
}

/** Newest day first. */
export async function listReconciliations(
  db: Queryable,
  filter: { readonly day: string | null },
  request: PageRequest,
): Promise<Page<ReconciliationRow>> {
  const found = await rows<ReconciliationRow>(
    db,
    `select r.channel, to_char(r.day, 'YYYY-MM-DD') as day, to_char(r.day, 'YYYYMMDD')::int as "sortedBy",
            r.bill_sha1 as "billSha1", r.bill_rows as "billRows", r.paid_fen as "paidFen",
            r.refunded_fen as "refundedFen", r.booked_paid_fen as "bookedPaidFen",
            r.booked_refunded_fen as "bookedRefundedFen", r.exceptions as differences, r.created_at as "createdAt",
            r.checked_at as "checkedAt",
            (select count(*) from reconciliation_exceptions e
              where e.channel = r.channel and e.day = r.day and e.state = 'open') as "openExceptions"
       from reconciliations r
      where (:day::date is null or r.day = :day::date)
        and (:after::text is null or to_char(r.day, 'YYYYMMDD')::bigint < :after::bigint)
      order by r.day desc, r.channel limit :limit + 1`,
    { ...filter, ...request },
  );
  return pageOf(found, request, ({ sortedBy }) => String(sortedBy));
}

export interface ExceptionRow {
  readonly id: string;
  readonly channel: ChannelName;
  readonly day: string;
  readonly kind: ExceptionKind;
  readonly number: string;
  readonly paymentId: string | null;
  readonly billFen: number | null;
  readonly paymentFen: number | null;
  readonly ledgerFen: number | null;
  readonly state: ExceptionState;
  readonly foundAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly resolution: string | null;
}

const select = `
  select id, channel, to_char(day, 'YYYY-MM-DD') as day, kind, number, payment_id as "paymentId",
         bill_fen as "billFen", payment_fen as "paymentFen", ledger_fen as "ledgerFen", state, found_at as "foundAt",
         resolved_at as "resolvedAt", resolved_by as "resolvedBy", resolution
    from reconciliation_exceptions`;

export interface ExceptionFilter {
  readonly state: ExceptionState | null;
  readonly day: string | null;
  readonly kind: ExceptionKind | null;
}

/** Newest first. */
export async function listExceptions(
  db: Queryable,
  filter: ExceptionFilter,
  request: PageRequest,
): Promise<Page<ExceptionRow>> {
  const found = await rows<ExceptionRow>(
    db,
    `${select}
      where (:state::text is null or state = :state) and (:day::date is null or day = :day::date)
        and (:kind::text is null or kind = :kind) and (:after::text is null or id < :after)
      order by id desc limit :limit + 1`,
    { ...filter, ...request },
  );
  return pageOf(found, request, ({ id }) => id);
}

export async function exceptionById(db: Queryable, id: string): Promise<ExceptionRow | undefined> {
  return firstRow<ExceptionRow>(db, `${select} where id = :id`, { id });
}

/** How far back a day that was left out, or differs, is taken up again. */
const daysBack = 7;

/**
 * What is to be compared by now, oldest first: yesterday, and of the days before those that were left out since the first
 * payment or still differ. By the database's clock, in the channel's calendar.
 */
export async function daysToReconcile(db: Db, channel: ChannelName): Promise<string[]> {
  // rule: left-out-days-are-taken-up, days-that-differ-are-taken-up
  const found = await rows<{ day: string }>(
    db,
    `with clock as (select (now() at time zone 'Asia/Shanghai')::date - 1 as yesterday),
          first as (select (created_at at time zone 'Asia/Shanghai')::date as day
                      from payment_attempts order by channel_number limit 1)
     select to_char(d, 'YYYY-MM-DD') as day
       from clock, generate_series(yesterday - :daysBack::int, yesterday, interval '1 day') as d
      where d = yesterday
         or (d >= (select day from first)
             and not exists (select from reconciliations r where r.channel = :channel and r.day = d::date))
         or exists (select from reconciliation_exceptions e
                     where e.channel = :channel and e.day = d::date and e.state = 'open'
                       and e.kind = any(:kinds::text[]))
      order by d`,
    { channel, daysBack, kinds: billDifferences },
  );
  return found.map(({ day }) => day);
}
