import type { BillRow, ChannelBill } from '../../domain/ports/payment-channel';
import { bookDayOf, differenceOf, type BillDifference } from '../../domain/payment/reconciliation';
import type { Db } from '../connection';
import { bookedOnDay, bookedUnder, seenOnOtherDays, strayJournals, type About, type Booked } from './books';

/** A number about which the channel's book and ours do not say the same. */
export interface Finding {
  readonly kind: BillDifference | 'other_day';
  readonly number: string;
  readonly paymentId: string | null;
  readonly billFen: number | null;
  readonly paymentFen: number | null;
  readonly ledgerFen: number | null;
}

export interface Sums {
  readonly paidFen: number;
  readonly refundedFen: number;
}

export interface Comparison {
  /** By the channel's book. */
  readonly bill: Sums;
  /** What our ledger has booked for the numbers that were compared. */
  readonly booked: Sums;
  readonly differences: readonly Finding[];
  /** Numbers that agree, but that our rows count to another day. */
  readonly notes: readonly Finding[];
}

/** Rows read and compared at a time. */
const batch = 1_000;

const abouts = ['payment', 'refund'] as const;

/**
 * Compares the channel's book of a day with ours, number by number: first each row of the bill, then what we booked on
 * that day without one, then journals that stand for nothing. Only the bill itself and what differs are held in memory.
 */
export async function compareWithBooks(db: Db, bill: ChannelBill): Promise<Comparison> {
  const tally = new Tally(bill.day);
  for (const about of abouts) {
    const inBill = amountsOf(bill.rows, about);
    for (const numbers of inBatches([...inBill.keys()]))
      for (const booked of await bookedUnder(db, { channel: bill.channel, about, numbers }))
        tally.take(about, booked, inBill.get(booked.number) ?? null);
    const absent = (number: string): boolean => !inBill.has(number);
    for await (const page of bookedOnDay(db, { ...bill, about, limit: batch }))
      await takeUnbilled(db, bill, { tally, about, numbers: page.filter(absent) });
    const strays = (await strayJournals(db, { ...bill, about })).filter(absent);
    for (const numbers of inBatches(strays)) await takeUnbilled(db, bill, { tally, about, numbers });
  }
  return tally.result();
}

async function takeUnbilled(
  db: Db,
  { channel, day }: ChannelBill,
  { tally, about, numbers }: { readonly tally: Tally; readonly about: About; readonly numbers: readonly string[] },
): Promise<void> {
  if (numbers.length === 0) return;
  // rule: other-days-bills-count
  const elsewhere = await seenOnOtherDays(db, { channel, day, numbers });
  const missing = numbers.filter((number) => !elsewhere.has(number));
  for (const booked of await bookedUnder(db, { channel, about, numbers: missing })) tally.take(about, booked, null);
}

/** Fen by number. What a book names twice counts twice: then it is not our amount. */
function amountsOf(rows: readonly BillRow[], about: About): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>();
  for (const row of rows) {
    if (row.about !== about) continue;
    const number = numberOf(row);
    // rule: rows-of-one-number-add-up
    amounts.set(number, (amounts.get(number) ?? 0) + row.amountFen);
  }
  return amounts;
}

/** A refund that the channel's staff made has no number of ours; it must not be taken for its order. */
function numberOf({ about, channelNumber, refundNumber }: BillRow): string {
  return about === 'payment' ? channelNumber : (refundNumber ?? `refund of ${channelNumber}`);
}

function* inBatches(numbers: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < numbers.length; from += batch) yield numbers.slice(from, from + batch);
}

class Tally {
  private readonly bill = { payment: 0, refund: 0 };
  private readonly booked = { payment: 0, refund: 0 };
  private readonly differences: Finding[] = [];
  private readonly notes: Finding[] = [];

  constructor(private readonly day: string) {}

  take(about: About, booked: Booked, billFen: number | null): void {
    const { number, paymentId, paymentFen, ledgerFen } = booked;
    this.bill[about] += billFen ?? 0;
    this.booked[about] += ledgerFen ?? 0;
    const finding = { number, paymentId, billFen, paymentFen, ledgerFen };
    const kind = differenceOf({ ...booked, billFen });
    if (kind !== undefined) this.differences.push({ ...finding, kind });
    else if (booked.at !== null && bookDayOf(booked.at) !== this.day)
      this.notes.push({ ...finding, kind: 'other_day' });
  }

  result(): Comparison {
    return {
      bill: { paidFen: this.bill.payment, refundedFen: this.bill.refund },
      booked: { paidFen: this.booked.payment, refundedFen: this.booked.refund },
      differences: this.differences,
      notes: this.notes,
    };
  }
}
