import { z } from 'zod';
import { channelNames } from '../../domain/ports/payment-channel';
import { exceptionKinds, exceptionStates } from '../../domain/payment/reconciliation';
import { exceptionById, type ExceptionRow, type ReconciliationRow } from '../../db/payment/reconciliation-queries';
import type { Queryable } from '../../db/connection';
import { resourceShape } from '../http/answers';
import { iso, isoOrNull, isoTime } from '../http/times';

const dayShape = { channel: z.enum(channelNames), day: z.iso.date() };

/**
 * A day of a channel's books beside ours, in fen. `booked` is what our ledger has for the numbers that were compared:
 * where nothing differs, both sums are the same.
 */
export const reconciliationSchema = z.strictObject({
  ...resourceShape,
  ...dayShape,
  state: z.enum(['equal', 'differs']),
  billSha1: z.string(),
  billRows: z.int(),
  bill: z.strictObject({ paidFen: z.int(), refundedFen: z.int() }),
  booked: z.strictObject({ paidFen: z.int(), refundedFen: z.int() }),
  differences: z.int(),
  openExceptions: z.int(),
});

export function renderReconciliation(row: ReconciliationRow) {
  return {
    id: `${row.channel}:${row.day}`,
    state: row.differences === 0 ? 'equal' : 'differs',
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.checkedAt),
    actions: [],
    channel: row.channel,
    day: row.day,
    billSha1: row.billSha1,
    billRows: row.billRows,
    bill: { paidFen: row.paidFen, refundedFen: row.refundedFen },
    booked: { paidFen: row.bookedPaidFen, refundedFen: row.bookedRefundedFen },
    differences: row.differences,
    openExceptions: row.openExceptions,
  };
}

/** `number` is a channel number or a refund number; amounts are in fen, null where that side knows nothing of it. */
export const exceptionSchema = z.strictObject({
  ...resourceShape,
  ...dayShape,
  state: z.enum(exceptionStates),
  kind: z.enum(exceptionKinds),
  number: z.string(),
  paymentId: z.string().nullable(),
  billFen: z.int().nullable(),
  paymentFen: z.int().nullable(),
  ledgerFen: z.int().nullable(),
  resolvedAt: isoTime.nullable(),
  resolvedBy: z.string().nullable(),
  resolution: z.string().nullable(),
});

export function renderException(row: ExceptionRow) {
  const { foundAt, resolvedAt, ...rest } = row;
  return {
    ...rest,
    createdAt: iso(foundAt),
    updatedAt: iso(resolvedAt ?? foundAt),
    actions: row.state === 'open' ? ['resolve'] : [],
    resolvedAt: isoOrNull(resolvedAt),
  };
}

export async function renderExceptionById(db: Queryable, id: string) {
  const row = await exceptionById(db, id);
  if (row === undefined) throw new Error(`no exception ${id}`);
  return renderException(row);
}
