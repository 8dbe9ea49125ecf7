import { run } from '../../db/connection';
import { listExceptions, listReconciliations, type ExceptionRow } from '../../db/payment/reconciliation-queries';
import { bookDayBefore, boundsOfBookDay } from '../../domain/payment/reconciliation';
import type { BillRow, ChannelBill } from '../../domain/ports/payment-channel';
import { furnishPayments, type Paid, type PaymentRoom } from './payment-room';

export const noonOf = (day: string): Date => new Date(boundsOfBookDay(day).from.getTime() + 12 * 3_600_000);

export const payment = ({ channelNumber }: { readonly channelNumber: string }, amountFen = 500): BillRow => ({
  ...{ about: 'payment', channelNumber, refundNumber: null, transactionId: `wx${channelNumber}`, amountFen },
  at: new Date(0),
});

export const refund = (channelNumber: string, refundNumber: string | null, amountFen = 500): BillRow => ({
  ...payment({ channelNumber }, amountFen),
  about: 'refund',
  refundNumber,
});

/** The channel's book of a day. */
export const book = (day: string, ...billRows: BillRow[]): ChannelBill => ({
  ...{ channel: 'wechat_pay', day, rows: billRows, sha1: 'a'.repeat(40) },
});

export type BooksRoom = PaymentRoom & ReturnType<typeof deeds>;

export async function furnishBooks(): Promise<BooksRoom> {
  const room = await furnishPayments();
  return { ...room, ...deeds(room) };
}

function deeds(room: PaymentRoom) {
  let days = 0;
  const exceptions = async (day: string): Promise<ExceptionRow[]> =>
    (await listExceptions(room.db, { state: null, day, kind: null }, { limit: 200, after: null })).items;
  return {
    /** A day of its own for every case, so that what it books is nobody else's. */
    aDay: (): string => bookDayBefore('2026-10-31', (days += 3)),
    paidOn: async (day: string, at = noonOf(day)): Promise<Paid> => {
      const of = await room.payable();
      await room.say(of, 'paid', { paidAt: at });
      return of;
    },
    /** Money that came too late on that day, and is on its way back. */
    late: async (day: string): Promise<Paid & { refundNumber: string }> => {
      const of = await room.payable();
      await run(room.owner, `update purchases set state = 'cancelled', open_payment_id = null where id = :id`, {
        id: of.purchaseId,
      });
      await room.say(of, 'paid', { paidAt: noonOf(day) });
      const { refunds } = await room.record(of.paymentId);
      return { ...of, refundNumber: refunds[0]!.refundNumber };
    },
    settled: async (of: Paid & { refundNumber: string }, at: Date): Promise<void> => {
      await room.sayRefund(of.paymentId, of.refundNumber, 'succeeded');
      await run(room.owner, 'update payment_refunds set settled_at = :at where refund_number = :number', {
        at,
        number: of.refundNumber,
      });
    },
    exceptions,
    summary: async (day: string) => (await listReconciliations(room.db, { day }, { limit: 1, after: null })).items[0],
    /** Kind and standing of a day's exceptions. */
    standing: async (day: string) =>
      (await exceptions(day)).map(({ kind, state, resolvedBy, resolution }) => ({
        kind,
        state,
        resolvedBy,
        resolution,
      })),
  };
}
