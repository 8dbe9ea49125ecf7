import { ChannelError, type PaymentChannel } from '../domain/ports/payment-channel';
import { isBookDay } from '../domain/payment/reconciliation';
import type { Db } from '../db/connection';
import type { Finding } from '../db/payment/comparison';
import { reconcile, type Reconciliation } from '../db/payment/reconciliation';
import { UsageError } from './input';

/** What is printed, and the exit code: 0 all equal, 1 something differs, 2 it could not be compared. */
export interface Told {
  readonly code: 0 | 1 | 2;
  readonly lines: readonly string[];
}

/** Compares the channel's book of a day with ours, as the schedule does every morning, and tells what differs. */
export async function reconcileByHand(
  parts: { readonly db: Db; readonly channel: PaymentChannel | undefined },
  options: { readonly day: string; readonly json: boolean },
): Promise<Told> {
  const { day } = options;
  if (!isBookDay(day)) throw new UsageError('--day: expected a day as YYYY-MM-DD');
  if (parts.channel === undefined) return failed('no payment channel is configured');
  try {
    const bill = await parts.channel.bill(day);
    if (bill === 'not_ready') return failed(`the channel has not closed its book of ${day}`);
    const found = await reconcile(parts.db, bill);
    const equal = found.differences.length === 0;
    return { code: equal ? 0 : 1, lines: options.json ? [JSON.stringify({ equal, ...found })] : inWords(found) };
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return failed(`the channel did not give its book of ${day}: ${error.message}`);
  }
}

function failed(text: string): Told {
  return { code: 2, lines: [text] };
}

function inWords({ channel, day, billRows, bill, booked, differences, asked }: Reconciliation): string[] {
  const sums = [
    `${channel} ${day}: ${billRows} rows in the channel's book`,
    `  paid      channel ${bill.paidFen} fen, ours ${booked.paidFen} fen`,
    `  refunded  channel ${bill.refundedFen} fen, ours ${booked.refundedFen} fen`,
  ];
  if (differences.length === 0) return [...sums, 'all equal'];
  const told = asked === 0 ? [] : [`the channel is asked again about ${asked}; compare once more in a few minutes`];
  return [...sums, ...differences.map(difference), `${differences.length} differences`, ...told];
}

function difference({ kind, number, paymentId, billFen, paymentFen, ledgerFen }: Finding): string {
  const fen = (amount: number | null): string => (amount === null ? 'nothing' : `${amount} fen`);
  const whose = paymentId === null ? '' : ` (${paymentId})`;
  return `  ${kind}  ${number}${whose}: bill ${fen(billFen)}, payment ${fen(paymentFen)}, ledger ${fen(ledgerFen)}`;
}
