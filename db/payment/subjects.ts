import type { JournalKind } from '../../domain/ledger/accounts';
import type { SubjectKind } from '../../domain/payment/states';
import { purchaseMachine } from '../../domain/purchase/states';
import { wrongState } from '../../domain/shared/state-machine';
import type { By } from '../case/record-transition';
import type { Trx } from '../connection';
import {
  expectPayment,
  lockOrder,
  refuseWhileClosing,
  releaseOrder,
  stockPaidOrder,
} from '../purchase/online-repository';
import { expectFeePayment, lockFee, payableFee, releaseFee, settleFee, type FeeTerms } from '../seller/fee-payment';

/** What of a subject its payment is made of. Its tenant is an enterprise or a seller, whose accounts it is booked in. */
export interface PayableSubject {
  readonly enterpriseId: string | null;
  readonly sellerId: string | null;
  readonly amountFen: number;
  /** What the payer reads; no personal data. */
  readonly title: string;
  /** Until when it can be paid; null where it waits without a bound. */
  readonly expiresAt: Date | null;
  readonly openPaymentId: string | null;
}

/** A subject, and a payment of it. */
export interface PaidFor {
  readonly subjectId: string;
  readonly paymentId: string;
}

/** What is fixed by configuration when money is delivered for. */
export interface SettlementTerms {
  /** How long the order detail of a paid purchase stays open by itself. */
  readonly detailOpenForMs: number;
  readonly fee: FeeTerms;
}

/**
 * What a payment pays for, as payments see it. The subject's row names the payment that may still pay it, and whoever
 * changes either locks the subject first: so it is never given up while money for it may come, and never paid twice.
 */
export interface PaymentSubject {
  /** Of its delivery: received → spent. */
  readonly journal: JournalKind;
  /** Until the transaction ends. */
  readonly lock: (trx: Trx, subjectId: string) => Promise<unknown>;
  /** Locked as well. @throws DomainError WRONG_STATE, PAYMENT_IN_PROGRESS */
  readonly payable: (trx: Trx, subjectId: string) => Promise<PayableSubject>;
  /** From now on this payment may pay it. */
  readonly expect: (trx: Trx, of: PaidFor, by: By) => Promise<void>;
  /** Paid and delivered. False when it waits for no payment (any more): then the money is late or double. */
  readonly settle: (trx: Trx, of: PaidFor, terms: SettlementTerms) => Promise<boolean>;
  /** The payment that might have paid it never will. */
  readonly release: (trx: Trx, of: PaidFor) => Promise<void>;
}

const purchase: PaymentSubject = {
  journal: 'purchase_payment',
  lock: lockOrder,
  payable: async (trx, purchaseId) => {
    const order = await lockOrder(trx, purchaseId);
    if (order.state !== 'awaiting_payment')
      throw wrongState(purchaseMachine, order.state, { dueAt: order.dueAt?.toISOString() ?? null });
    refuseWhileClosing(order);
    const { enterpriseId, totalFen: amountFen, title, expiresAt, openPaymentId } = order;
    return { enterpriseId, sellerId: null, amountFen, title, expiresAt, openPaymentId };
  },
  expect: (trx, { subjectId, paymentId }) => expectPayment(trx, subjectId, paymentId),
  settle: (trx, { subjectId }, { detailOpenForMs }) => stockPaidOrder(trx, { purchaseId: subjectId, detailOpenForMs }),
  release: (trx, { subjectId, paymentId }) => releaseOrder(trx, subjectId, paymentId),
};

const certificationFee: PaymentSubject = {
  journal: 'fee_payment',
  lock: lockFee,
  payable: payableFee,
  expect: expectFeePayment,
  settle: (trx, of, { fee }) => settleFee(trx, of, fee),
  release: releaseFee,
};

const subjects: Readonly<Record<SubjectKind, PaymentSubject>> = { purchase, certification_fee: certificationFee };

export function subjectOf(kind: SubjectKind): PaymentSubject {
  return subjects[kind];
}
