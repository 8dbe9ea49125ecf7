/**
 * The channel's book of a day against ours: each number three ways, bill, payment and ledger. Amounts are whole fen;
 * null where that side knows nothing of the number.
 */
export interface ThreeWays {
  /** An attempt or a refund of ours has this number. */
  readonly known: boolean;
  readonly billFen: number | null;
  /** What our attempt is paid with, or our refund gave back. */
  readonly paymentFen: number | null;
  readonly ledgerFen: number | null;
}

/**
 * `unknown_number`: the channel moved money under a number that is none of ours. `not_booked`: the number is ours, but
 * we know nothing of the money (yet). `amount_differs`: both know it, of different amounts. `missing_in_bill`: we booked
 * it on that day, the channel did not. `ledger_differs`: bill and payment agree, the ledger does not.
 */
export const billDifferences = [
  'unknown_number',
  'not_booked',
  'amount_differs',
  'missing_in_bill',
  'ledger_differs',
] as const;
export type BillDifference = (typeof billDifferences)[number];

/** Signed messages of the channel that were set apart: about somebody else's money, or about a number we lack. */
export const notificationDifferences = [
  'foreign_notification',
  'unknown_notification',
  'doubtful_notification',
] as const;

/** `other_day`: no difference, but a note: the bill of that day has what we count to another day. */
export const exceptionKinds = [...billDifferences, ...notificationDifferences, 'other_day'] as const;
export type ExceptionKind = (typeof exceptionKinds)[number];

export const exceptionStates = ['open', 'resolved'] as const;
export type ExceptionState = (typeof exceptionStates)[number];

/** What is wrong with a number, undefined when all three agree to the fen. */
export function differenceOf({ known, billFen, paymentFen, ledgerFen }: ThreeWays): BillDifference | undefined {
  // rule: unknown-numbers-are-told
  if (!known && billFen !== null) return 'unknown_number';
  // rule: unbooked-money-is-told
  if (billFen !== null && paymentFen === null) return 'not_booked';
  // rule: bill-amounts-are-compared
  if (billFen !== null && paymentFen !== billFen) return 'amount_differs';
  // rule: books-without-bill-are-told
  if (billFen === null && paymentFen !== null) return 'missing_in_bill';
  // rule: ledger-is-compared
  return ledgerFen === paymentFen ? undefined : 'ledger_differs';
}

/** The channel's calendar is that of Shanghai, which knows no summer time. */
const shanghaiMs = 8 * 3_600_000;
const dayMs = 86_400_000;

/** The day an instant belongs to in the channel's books, YYYY-MM-DD. */
export function bookDayOf(at: Date): string {
  // rule: book-days-are-shanghai-days
  return new Date(at.getTime() + shanghaiMs).toISOString().slice(0, 10);
}

/** A day of the calendar, as YYYY-MM-DD. */
export function isBookDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  // rule: book-days-are-in-the-calendar
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** When a day of the channel's books begins and when the next one does. */
export function boundsOfBookDay(day: string): { readonly from: Date; readonly until: Date } {
  const from = Date.parse(`${day}T00:00:00Z`) - shanghaiMs;
  return { from: new Date(from), until: new Date(from + dayMs) };
}

/** The day `days` before. */
export function bookDayBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * dayMs).toISOString().slice(0, 10);
}
