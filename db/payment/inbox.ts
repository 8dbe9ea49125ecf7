import type { ChannelName, ChannelPayment, ChannelRefund, ChannelReport } from '../../domain/ports/payment-channel';
import { firstRow, rows, run, type Db, type Queryable, type Trx } from '../connection';
import { newId } from '../new-id';

/**
 * Takes in what a channel told, once per event and all of it in one statement: it is safe before anybody acts on it. A
 * number that is none of ours, or a message about somebody else's money, is set apart for people and acted on by nobody.
 */
export async function takeIn(db: Queryable, channel: ChannelName, ...reports: readonly ChannelReport[]): Promise<void> {
  // rule: same-event-once, unknown-numbers-are-set-apart, set-apart-is-listed
  await run(
    db,
    `with told as (
       select * from jsonb_to_recordset(:told::jsonb) as t (place integer, number text, about text, event text,
         event_type text, report jsonb, other text, exception_id text, amount_fen bigint)
     ), judged as (
       select told.*, payment_id,
              coalesce(other, case when payment_id is null then 'UNKNOWN_NUMBER' end) as problem
         from told left join lateral (
           select payment_id from payment_attempts where about = 'payment' and channel_number = number
           union all
           select payment_id from payment_refunds where about = 'refund' and refund_number = number
         ) as whose on true
     ), taken as (
       insert into payment_inbox (channel, number, event, event_type, payment_id, report, state, problem)
       select :channel, number, event, event_type, payment_id, report,
              case when problem is null then 'waiting' else 'quarantined' end, problem
         from judged order by place
       on conflict on constraint payment_inbox_once do nothing
       returning number, event
     )
     insert into reconciliation_exceptions (id, channel, day, kind, number, payment_id, bill_fen)
     select exception_id, :channel, (now() at time zone 'Asia/Shanghai')::date,
            case when other is null then 'unknown_notification' else 'foreign_notification' end,
            number, payment_id, amount_fen
       from taken join judged using (number, event) where problem is not null
     on conflict on constraint reconciliation_exceptions_once do nothing`,
    { channel, told: JSON.stringify(reports.map(toldBy)) },
  );
}

/** A report as a row, in the order it came. */
function toldBy(report: ChannelReport, place: number) {
  const [number, said] = subjectOf(report);
  return {
    ...{ place, number, report, about: report.about, event: report.eventId, event_type: report.eventType },
    // rule: foreign-events-are-set-apart
    other: said.foreign.length > 0 ? `FOREIGN:${said.foreign.join('+')}` : null,
    exception_id: newId('reconciliationException'),
    amount_fen: said.amountFen,
  };
}

function subjectOf(report: ChannelReport): readonly [string, ChannelPayment | ChannelRefund] {
  return report.about === 'payment'
    ? [report.payment.channelNumber, report.payment]
    : [report.refund.refundNumber, report.refund];
}

/**
 * A wish to ask the channel about attempts and refunds anew, told like messages of the channel; `why` makes it single.
 * Answers how many of the numbers are ours.
 */
export async function wishToAsk(
  trx: Trx,
  wish: { readonly channel: ChannelName; readonly numbers: readonly string[]; readonly why: string },
): Promise<number> {
  const wished = await rows(
    trx,
    `insert into payment_inbox (channel, number, event, event_type, payment_id, report, state)
     select :channel, number, :why, 'ASK', payment_id, '{"about":"ask"}', 'waiting' from (
       select channel_number as number, payment_id from payment_attempts where channel_number = any(:numbers::text[])
       union all
       select refund_number, payment_id from payment_refunds where refund_number = any(:numbers::text[])
     ) as ours
     on conflict on constraint payment_inbox_once do nothing returning id`,
    wish,
  );
  return wished.length;
}

export interface WaitingReport {
  readonly id: number;
  readonly paymentId: string;
}

/** What nobody has been told of yet, oldest first. */
export async function waitingReports(db: Db, limit: number): Promise<WaitingReport[]> {
  return rows<WaitingReport>(
    db,
    `select id, payment_id as "paymentId" from payment_inbox where state = 'waiting' order by id limit :limit`,
    { limit },
  );
}

/** Their payment's run knows: it applies them in their order. */
export async function markTold(db: Db, ids: readonly number[]): Promise<void> {
  await run(
    db,
    `update payment_inbox set state = 'told', told_at = clock_timestamp()
      where id = any(:ids::bigint[]) and state = 'waiting'`,
    { ids },
  );
}

export type InboxReport = ChannelReport | { readonly about: 'ask' };

export interface UnappliedReport {
  readonly id: number;
  readonly number: string;
  readonly report: InboxReport;
}

/** The oldest report about a payment that was not acted on. Call it under the lock of the payment. */
export async function nextReport(trx: Trx, paymentId: string): Promise<UnappliedReport | undefined> {
  // rule: reports-in-their-order
  const found = await firstRow<UnappliedReport>(
    trx,
    `select id, number, report from payment_inbox
      where payment_id = :paymentId and state in ('waiting', 'told') order by id limit 1`,
    { paymentId },
  );
  return found === undefined ? undefined : { ...found, report: withInstants(found.report) };
}

/** JSON has no instants. */
function withInstants(report: InboxReport): InboxReport {
  const instant = (at: Date | string | null): Date | null => (at === null ? null : new Date(at));
  if (report.about === 'payment')
    return { ...report, payment: { ...report.payment, paidAt: instant(report.payment.paidAt) } };
  if (report.about === 'refund')
    return { ...report, refund: { ...report.refund, succeededAt: instant(report.refund.succeededAt) } };
  return report;
}

export async function markApplied(trx: Trx, id: number): Promise<void> {
  await run(
    trx,
    `update payment_inbox set state = 'applied', applied_at = clock_timestamp(),
            told_at = coalesce(told_at, clock_timestamp())
      where id = :id and state in ('waiting', 'told')`,
    { id },
  );
}

/** A report nothing is done upon: it is set apart for people, beside what we expected. */
export async function setApart(trx: Trx, id: number, expectedFen: number): Promise<void> {
  await run(
    trx,
    `with doubtful as (
       update payment_inbox set state = 'quarantined', problem = 'OTHER_AMOUNT'
        where id = :id and state in ('waiting', 'told')
       returning channel, number, payment_id, coalesce(report #>> '{payment,amountFen}', report #>> '{refund,amountFen}')::bigint as told_fen
     )
     insert into reconciliation_exceptions (id, channel, day, kind, number, payment_id, bill_fen, payment_fen)
     select :exceptionId, channel, (now() at time zone 'Asia/Shanghai')::date, 'doubtful_notification', number,
            payment_id, told_fen, :expectedFen
       from doubtful
     on conflict on constraint reconciliation_exceptions_once do nothing`,
    { id, expectedFen, exceptionId: newId('reconciliationException') },
  );
}

/** An attempt is to be asked about at once, whatever its turn would be, and although it had ended unpaid. */
export async function askAtOnce(trx: Trx, channelNumber: string): Promise<void> {
  await run(
    trx,
    `update payment_attempts set next_at = now(), updated_at = now()
      where channel_number = :channelNumber and state <> 'paid'`,
    { channelNumber },
  );
}
