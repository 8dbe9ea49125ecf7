import type { PaymentActInput, PaymentRecords } from '../../workflows/payment/contract';
import type { Db, Trx } from '../../db/connection';
import { refundOf, type PaymentRecord } from '../../db/payment/facts';
import { askAtOnce, markApplied, nextReport, setApart, type UnappliedReport } from '../../db/payment/inbox';
import { endUnpaid, lockPayment } from '../../db/payment/repository';
import { askAboutRefundAtOnce, isOtherRefund, recordChannelRefund } from '../../db/payment/refunds';
import { recordChannelPayment } from '../../db/payment/settlement';
import type { SettlementTerms } from '../../db/payment/subjects';
import { inTransaction } from '../shared/transactions';
import { pauseMs } from './pauses';
import { paymentSnapshot } from './snapshot';

/** What a payment does among our own rows. */
export function createPaymentRecords(db: Db, terms: SettlementTerms): PaymentRecords {
  return {
    loadPayment: ({ paymentId }) => paymentSnapshot(db, paymentId),

    applyReports: async (input) => {
      // Each in its own transaction: what one does must not depend on how many there are.
      for (let more = true; more;) more = await inTransaction(db, (trx) => applyNext(trx, input, terms));
      return paymentSnapshot(db, input.paymentId);
    },

    endPayment: async ({ paymentId }) => {
      await inTransaction(db, (trx) => endUnpaid(trx, paymentId));
      return paymentSnapshot(db, paymentId);
    },
  };
}

async function applyNext(trx: Trx, input: PaymentActInput, terms: SettlementTerms): Promise<boolean> {
  const payment = await lockPayment(trx, input.paymentId);
  const next = await nextReport(trx, input.paymentId);
  if (next === undefined) return false;
  // rule: other-amounts-are-asked-about
  if (isDoubtful(next, payment)) {
    await setApart(trx, next.id, payment.amountFen);
    await askAbout(trx, next.number);
    return true;
  }
  await apply(trx, next, { payment, askAgainMs: input.askAgainMs, terms });
  await markApplied(trx, next.id);
  return true;
}

/**
 * Money of another amount than was asked for: nothing is done upon one message. The channel is asked, and its books
 * decide what came in or went back.
 */
function isDoubtful({ report }: UnappliedReport, payment: PaymentRecord): boolean {
  if (report.about === 'payment') {
    const told = report.payment.amountFen;
    return report.payment.standing === 'paid' && told !== null && told !== payment.amountFen;
  }
  return report.about === 'refund' && isOtherRefund(report.refund, refundOf(payment, report.refund.refundNumber));
}

/** A number is either an attempt's or a refund's. */
async function askAbout(trx: Trx, number: string): Promise<void> {
  await askAtOnce(trx, number);
  await askAboutRefundAtOnce(trx, number);
}

async function apply(
  trx: Trx,
  { report, number }: UnappliedReport,
  about: { readonly payment: PaymentRecord; readonly askAgainMs: readonly number[]; readonly terms: SettlementTerms },
): Promise<void> {
  const paymentId = about.payment.id;
  const askAgainInMs = pauseMs(about.askAgainMs, 0);
  if (report.about === 'payment')
    return recordChannelPayment(trx, { ...about.terms, paymentId, fact: report.payment, askAgainInMs });
  if (report.about === 'refund') return recordChannelRefund(trx, { paymentId, fact: report.refund, askAgainInMs });
  return askAbout(trx, number);
}
