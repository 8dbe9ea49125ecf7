import { firstRow, rows, type Db } from '../../db/connection';
import type { EmulatedBooks } from '../support/emulator-control';

interface OurAttempt {
  readonly number: string;
  readonly payment: string;
  readonly state: string;
  readonly amountFen: number;
  readonly paidFen: number | null;
  readonly transactionId: string | null;
  /** What the ledger says came in. */
  readonly bookedFen: number;
}

interface OurRefund {
  readonly number: string;
  readonly attempt: string;
  readonly state: string;
  readonly amountFen: number;
  /** What the ledger says went back. */
  readonly bookedFen: number;
}

const booked = (number: string, kind: string): string =>
  `coalesce((select sum(abs(l.amount))::bigint from ledger_journals j join ledger_lines l on l.journal_id = j.id
              join ledger_accounts c on c.id = l.account_id and c.purpose = 'wechat_pay'
             where j.source = ${number} and j.kind = '${kind}'), 0) as "bookedFen"`;

interface TwoBooks {
  readonly db: Db;
  readonly channel: { readonly books: () => Promise<EmulatedBooks> };
}

/** Every difference between the channel's books and ours, to the fen: per attempt, per refund, in sum. */
export async function differencesOfBooks(world: TwoBooks): Promise<string[]> {
  const theirs = await world.channel.books();
  const attempts = await rows<OurAttempt>(
    world.db,
    `select channel_number as number, payment_id as payment, state, amount_fen as "amountFen", paid_fen as "paidFen",
            transaction_id as "transactionId", ${booked('channel_number', 'channel_receipt')}
       from payment_attempts`,
  );
  const refunds = await rows<OurRefund>(
    world.db,
    `select refund_number as number, channel_number as attempt, state, amount_fen as "amountFen",
            ${booked('refund_number', 'channel_refund')}
       from payment_refunds`,
  );
  return [...differentAttempts(theirs, attempts), ...differentRefunds(theirs, refunds), ...(await sums(world, theirs))];
}

function differentAttempts(theirs: EmulatedBooks, ours: readonly OurAttempt[]): string[] {
  const known = new Map(ours.map((attempt) => [attempt.number, attempt]));
  const faults: string[] = [];
  for (const order of theirs.payments) {
    const attempt = known.get(order.channelNumber);
    known.delete(order.channelNumber);
    const isPaid = order.transactionId !== null;
    const said = `order ${order.channelNumber} is ${order.state} over ${order.amountFen}`;
    if (attempt === undefined) faults.push(`${said}, and unknown to us`);
    else if (
      attempt.payment !== order.reference ||
      attempt.amountFen !== order.amountFen ||
      (attempt.state === 'paid') !== isPaid ||
      attempt.transactionId !== order.transactionId ||
      (isPaid && (attempt.paidFen !== order.amountFen || attempt.bookedFen !== order.amountFen)) ||
      (attempt.state === 'closed' && order.state !== 'closed')
    )
      faults.push(`${said}, ours: ${JSON.stringify(attempt)}`);
  }
  for (const attempt of known.values())
    if (attempt.state === 'open' || attempt.state === 'paid')
      faults.push(`attempt ${attempt.number} is ${attempt.state}, and unknown to the channel`);
  return faults;
}

function differentRefunds(theirs: EmulatedBooks, ours: readonly OurRefund[]): string[] {
  const known = new Map(ours.map((refund) => [refund.number, refund]));
  const faults: string[] = [];
  for (const theirRefund of theirs.refunds) {
    const refund = known.get(theirRefund.refundNumber);
    known.delete(theirRefund.refundNumber);
    const given = theirRefund.state === 'succeeded';
    const said = `refund ${theirRefund.refundNumber} is ${theirRefund.state} over ${theirRefund.amountFen}`;
    if (refund === undefined) faults.push(`${said}, and unknown to us`);
    else if (
      refund.attempt !== theirRefund.channelNumber ||
      refund.amountFen !== theirRefund.amountFen ||
      (refund.state === 'succeeded') !== given ||
      refund.bookedFen !== (given ? theirRefund.amountFen : 0)
    )
      faults.push(`${said}, ours: ${JSON.stringify(refund)}`);
  }
  for (const refund of known.values())
    if (refund.state !== 'created')
      faults.push(`refund ${refund.number} is ${refund.state}, and unknown to the channel`);
  return faults;
}

async function sums(world: TwoBooks, { totals }: EmulatedBooks): Promise<string[]> {
  const ours = await firstRow<{ paidFen: number; refundedFen: number; heldFen: number }>(
    world.db,
    `select coalesce(-sum(l.amount) filter (where j.kind = 'channel_receipt'), 0)::bigint as "paidFen",
            coalesce(sum(l.amount) filter (where j.kind = 'channel_refund'), 0)::bigint as "refundedFen",
            (select coalesce(-sum(posted), 0) from ledger_balances b join ledger_accounts a on a.id = b.account_id
              where a.purpose = 'wechat_pay')::bigint as "heldFen"
       from ledger_lines l join ledger_journals j on j.id = l.journal_id
       join ledger_accounts a on a.id = l.account_id where a.purpose = 'wechat_pay'`,
  );
  const { paidFen, refundedFen, heldFen } = totals;
  const [channel, we] = [JSON.stringify({ paidFen, refundedFen, heldFen }), JSON.stringify(ours)];
  return channel === we ? [] : [`the channel's sums are ${channel}, ours ${we}`];
}
