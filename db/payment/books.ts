import type { JournalKind } from '../../domain/ledger/accounts';
import type { ChannelName } from '../../domain/ports/payment-channel';
import { boundsOfBookDay } from '../../domain/payment/reconciliation';
import { rows, type Db } from '../connection';

/** Numbers of attempts and numbers of refunds are told apart: each is booked in its own way. */
export type About = 'payment' | 'refund';

/** What we have under a number: our row's amount, and the ledger's. */
export interface Booked {
  readonly number: string;
  readonly known: boolean;
  readonly paymentId: string | null;
  readonly paymentFen: number | null;
  readonly ledgerFen: number | null;
  /** When the money moved, by our row. */
  readonly at: Date | null;
}

/** What the channel's mirror account lost by a journal; a look at each number by itself, however large the ledger is. */
const takenSql = (kind: JournalKind): string => `
    (select sum(-l.amount)::bigint from ledger_journals j
       join ledger_lines l on l.journal_id = j.id
       join ledger_accounts c on c.id = l.account_id and c.purpose = :channel
      where j.source = n.number and j.kind = '${kind}')`;

/** Receipts come out of the mirror account, refunds go back into it. */
const bookedSql: Readonly<Record<About, string>> = {
  payment: `
    select n.number, a.channel_number is not null as known, a.payment_id as "paymentId", a.paid_fen as "paymentFen",
           a.paid_at as at, ${takenSql('channel_receipt')} as "ledgerFen"
      from unnest(:numbers::text[]) as n (number)
      left join payment_attempts a on a.channel_number = n.number`,
  refund: `
    select n.number, r.refund_number is not null as known, r.payment_id as "paymentId",
           case when r.state = 'succeeded' then r.amount_fen end as "paymentFen", r.settled_at as at,
           -${takenSql('channel_refund')} as "ledgerFen"
      from unnest(:numbers::text[]) as n (number)
      left join payment_refunds r on r.refund_number = n.number`,
};

/** What we have under each of these numbers, also where that is nothing. */
export async function bookedUnder(
  db: Db,
  of: { readonly channel: ChannelName; readonly about: About; readonly numbers: readonly string[] },
): Promise<Booked[]> {
  return rows<Booked>(db, bookedSql[of.about], of);
}

/** Of a day, in the order of time; `:afterAt` and `:afterNumber` are the last of the page before. */
const daySql: Readonly<Record<About, string>> = {
  payment: `
    select a.channel_number as number, a.paid_at::text as "sortedAt"
      from payment_attempts a join payments p on p.id = a.payment_id
     where a.paid_at >= :from and a.paid_at < :until and p.channel = :channel
       and (a.paid_at, a.channel_number) > (:afterAt::timestamptz, :afterNumber)
     order by a.paid_at, a.channel_number limit :limit`,
  refund: `
    select r.refund_number as number, r.settled_at::text as "sortedAt"
      from payment_refunds r join payments p on p.id = r.payment_id
     where r.state = 'succeeded' and r.settled_at >= :from and r.settled_at < :until and p.channel = :channel
       and (r.settled_at, r.refund_number) > (:afterAt::timestamptz, :afterNumber)
     order by r.settled_at, r.refund_number limit :limit`,
};

/** The numbers that moved money on a day by our rows, some at a time. */
export async function* bookedOnDay(
  db: Db,
  of: { readonly channel: ChannelName; readonly about: About; readonly day: string; readonly limit: number },
): AsyncGenerator<string[]> {
  const bounds = boundsOfBookDay(of.day);
  let after = { afterAt: '-infinity', afterNumber: '' };
  for (let more = true; more;) {
    const found = await rows<{ number: string; sortedAt: string }>(db, daySql[of.about], {
      ...of,
      ...bounds,
      ...after,
    });
    const last = found.at(-1);
    if (last === undefined) return;
    yield found.map(({ number }) => number);
    after = { afterAt: last.sortedAt, afterNumber: last.number };
    more = found.length === of.limit;
  }
}

const strayJournalsSql: Readonly<Record<About, string>> = {
  payment: `
    select j.source as number from ledger_journals j
     where j.kind = 'channel_receipt' and j.posted_at >= :from and j.posted_at < :until
       and not exists (select from payment_attempts a where a.channel_number = j.source and a.state = 'paid')`,
  refund: `
    select j.source as number from ledger_journals j
     where j.kind = 'channel_refund' and j.posted_at >= :from and j.posted_at < :until
       and not exists (select from payment_refunds r where r.refund_number = j.source and r.state = 'succeeded')`,
};

/** Journals of a day that no payment and no refund stands for. */
export async function strayJournals(db: Db, of: { readonly about: About; readonly day: string }): Promise<string[]> {
  const found = await rows<{ number: string }>(db, strayJournalsSql[of.about], boundsOfBookDay(of.day));
  return found.map(({ number }) => number);
}

/** Which of these numbers the bill of another day has told of. */
export async function seenOnOtherDays(
  db: Db,
  of: { readonly channel: ChannelName; readonly day: string; readonly numbers: readonly string[] },
): Promise<ReadonlySet<string>> {
  const found = await rows<{ number: string }>(
    db,
    `select distinct number from reconciliation_exceptions
      where number = any(:numbers::text[]) and channel = :channel and day <> :day::date
        and kind in ('other_day', 'unknown_number', 'not_booked', 'amount_differs', 'ledger_differs')
        and bill_fen is not null`,
    of,
  );
  return new Set(found.map(({ number }) => number));
}
