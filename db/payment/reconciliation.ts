import { systemActor } from '../../domain/case/states';
import type { ChannelBill, ChannelName } from '../../domain/ports/payment-channel';
import { billDifferences } from '../../domain/payment/reconciliation';
import { recordAudit } from '../case/repository';
import type { By } from '../case/record-transition';
import { firstRow, rows, run, type Db, type Trx } from '../connection';
import { newId } from '../new-id';
import { compareWithBooks, type Comparison, type Finding } from './comparison';
import { wishToAsk } from './inbox';

export interface Reconciliation extends Omit<Comparison, 'notes'> {
  readonly channel: ChannelName;
  readonly day: string;
  readonly billRows: number;
  readonly billSha1: string;
  /** Numbers of ours that the channel is asked about anew. */
  readonly asked: number;
}

/**
 * Compares the channel's book of a day with ours and writes down what differs. Running a day again replaces what was
 * found before: what agrees by now is resolved, what is resolved and differs again is open again.
 */
export async function reconcile(db: Db, bill: ChannelBill): Promise<Reconciliation> {
  const { notes, ...comparison } = await compareWithBooks(db, bill);
  const asked = await db.transaction(async (trx) => {
    // First: whoever else writes down the same day waits here.
    await recordSummary(trx, bill, comparison);
    await recordFindings(trx, bill, { differences: comparison.differences, notes });
    return askAboutUnbooked(trx, bill, comparison.differences);
  });
  const { channel, day, sha1: billSha1 } = bill;
  return { channel, day, billRows: bill.rows.length, billSha1, asked, ...comparison };
}

async function recordSummary(
  trx: Trx,
  bill: ChannelBill,
  found: Pick<Comparison, 'bill' | 'booked' | 'differences'>,
): Promise<void> {
  await run(
    trx,
    `insert into reconciliations (channel, day, bill_sha1, bill_rows, paid_fen, refunded_fen, booked_paid_fen,
                                  booked_refunded_fen, exceptions)
     values (:channel, :day::date, :sha1, :billRows, :paidFen, :refundedFen, :bookedPaidFen, :bookedRefundedFen,
             :exceptions)
     on conflict (channel, day) do update
       set bill_sha1 = excluded.bill_sha1, bill_rows = excluded.bill_rows, paid_fen = excluded.paid_fen,
           refunded_fen = excluded.refunded_fen, booked_paid_fen = excluded.booked_paid_fen,
           booked_refunded_fen = excluded.booked_refunded_fen, exceptions = excluded.exceptions, checked_at = now()`,
    {
      ...{ channel: bill.channel, day: bill.day, sha1: bill.sha1, billRows: bill.rows.length },
      ...found.bill,
      bookedPaidFen: found.booked.paidFen,
      bookedRefundedFen: found.booked.refundedFen,
      exceptions: found.differences.length,
    },
  );
}

/** Findings written in one statement. */
const batch = 500;

async function recordFindings(
  trx: Trx,
  { channel, day }: ChannelBill,
  { differences, notes }: { readonly differences: readonly Finding[]; readonly notes: readonly Finding[] },
): Promise<void> {
  const of = { channel, day };
  const open: string[] = [];
  for (const findings of inBatches(differences)) open.push(...(await recordDifferences(trx, { ...of, findings })));
  for (const findings of inBatches(notes)) await recordNotes(trx, { ...of, findings });
  // rule: what-agrees-is-resolved
  await run(
    trx,
    `update reconciliation_exceptions
        set state = 'resolved', resolved_at = now(), resolved_by = :by, resolution = 'agrees now'
      where channel = :channel and day = :day::date and state = 'open' and kind = any(:kinds::text[])
        and not exists (select from unnest(:open::text[]) as found (id) where found.id = reconciliation_exceptions.id)`,
    { ...of, by: systemActor, kinds: billDifferences, open },
  );
  const told = [...differences, ...notes].filter(({ billFen }) => billFen !== null).map(({ number }) => number);
  // rule: found-in-another-bill
  await run(
    trx,
    `update reconciliation_exceptions
        set state = 'resolved', resolved_at = now(), resolved_by = :by, resolution = 'in the bill of ' || :day::text
      where number = any(:told::text[]) and channel = :channel and day <> :day::date and kind = 'missing_in_bill'
        and state = 'open'`,
    { ...of, by: systemActor, told },
  );
}

/** The ids of those that are open now: what a person has accepted stays accepted, as long as it is the same. */
async function recordDifferences(trx: Trx, found: FoundOnDay): Promise<string[]> {
  // rule: accepted-differences-stay-accepted
  const written = await rows<{ id: string }>(
    trx,
    `insert into reconciliation_exceptions as known
            (id, channel, day, kind, number, payment_id, bill_fen, payment_fen, ledger_fen)
     select id, :channel, :day::date, kind, number, "paymentId", "billFen", "paymentFen", "ledgerFen"
       from jsonb_to_recordset(:findings::jsonb) as f (id text, kind text, number text, "paymentId" text,
            "billFen" bigint, "paymentFen" bigint, "ledgerFen" bigint)
     on conflict on constraint reconciliation_exceptions_once do update
       set payment_id = excluded.payment_id, bill_fen = excluded.bill_fen, payment_fen = excluded.payment_fen,
           ledger_fen = excluded.ledger_fen, state = 'open', resolved_at = null, resolved_by = null, resolution = null
     where known.state = 'open' or known.resolved_by = :by
        or (known.bill_fen, known.payment_fen, known.ledger_fen)
           is distinct from (excluded.bill_fen, excluded.payment_fen, excluded.ledger_fen)
     returning id`,
    { ...bound(found), by: systemActor },
  );
  return written.map(({ id }) => id);
}

/** Notes need nobody: they are resolved from the start. */
async function recordNotes(trx: Trx, found: FoundOnDay): Promise<void> {
  await run(
    trx,
    `insert into reconciliation_exceptions (id, channel, day, kind, number, payment_id, bill_fen, payment_fen,
            ledger_fen, state, resolved_at, resolved_by, resolution)
     select id, :channel, :day::date, kind, number, "paymentId", "billFen", "paymentFen", "ledgerFen",
            'resolved', now(), :by, 'agrees; our rows count it to another day'
       from jsonb_to_recordset(:findings::jsonb) as f (id text, kind text, number text, "paymentId" text,
            "billFen" bigint, "paymentFen" bigint, "ledgerFen" bigint)
     on conflict on constraint reconciliation_exceptions_once do nothing`,
    { ...bound(found), by: systemActor },
  );
}

interface FoundOnDay {
  readonly channel: ChannelName;
  readonly day: string;
  readonly findings: readonly Finding[];
}

function bound({ channel, day, findings }: FoundOnDay) {
  const withIds = findings.map((finding) => ({ ...finding, id: newId('reconciliationException') }));
  return { channel, day, findings: JSON.stringify(withIds) };
}

function* inBatches(findings: readonly Finding[]): Generator<readonly Finding[]> {
  for (let from = 0; from < findings.length; from += batch) yield findings.slice(from, from + batch);
}

/**
 * The channel counts money under a number of ours that we know nothing about: its payment asks at once, and what it
 * hears is booked or goes back like any other late message. Each comparison may ask anew.
 */
async function askAboutUnbooked(trx: Trx, bill: ChannelBill, differences: readonly Finding[]): Promise<number> {
  const numbers = differences.filter(({ kind }) => kind === 'not_booked').map(({ number }) => number);
  if (numbers.length === 0) return 0;
  // rule: unbooked-money-is-asked-about
  return wishToAsk(trx, { channel: bill.channel, numbers, why: `BILL:${bill.day}:${newId('command')}` });
}

/** A person has looked at it and says why it may stay. Does nothing where it is resolved already. */
export async function resolveException(trx: Trx, id: string, by: By): Promise<void> {
  const { actor, reason = null } = by;
  // rule: exception-resolved-once
  const resolved = await firstRow(
    trx,
    `update reconciliation_exceptions
        set state = 'resolved', resolved_at = now(), resolved_by = :actor, resolution = :reason
      where id = :id and state = 'open' returning id`,
    { id, actor, reason },
  );
  if (resolved === undefined) return;
  await recordAudit(trx, { action: 'reconciliation_exception.resolve', subjectId: id, enterpriseId: null, by });
}
