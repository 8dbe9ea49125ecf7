import { systemActor } from '../../domain/case/states';
import { feeTitle } from '../../domain/case/titles';
import { feeDuties, type FeeTimes } from '../../domain/seller/fee-clock';
import { feeMachine, type FeeState } from '../../domain/seller/fee-states';
import { DomainError } from '../../domain/shared/errors';
import { wrongState } from '../../domain/shared/state-machine';
import type { By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';
import { moveFee } from './fee-repository';

/*
 * A period of the certification fee and the payment that may still pay it. Its row names that payment, and whoever
 * changes either locks the period first.
 */

const bySystem: By = { actor: systemActor, requestId: null };

/** What is fixed by configuration when a period is paid. `validForMs` null: a year of the calendar. */
export interface FeeTerms extends FeeTimes {
  readonly validForMs: number | null;
}

interface LockedFee {
  readonly state: FeeState;
  readonly dueAt: Date | null;
  readonly sellerId: string;
  readonly amountFen: number;
  readonly openPaymentId: string | null;
  /** Nobody is to make that payment any more; until it is certainly closed there can be no other. */
  readonly closing: boolean;
}

/** The period, locked until the transaction ends. */
export async function lockFee(trx: Trx, feeId: string): Promise<LockedFee> {
  const fee = await firstRow<LockedFee>(
    trx,
    `select f.state, f.due_at as "dueAt", f.seller_id as "sellerId", f.amount_fen as "amountFen",
            f.open_payment_id as "openPaymentId",
            coalesce(p.close_asked_at is not null or p.expires_at <= clock_timestamp(), false) as closing
       from certification_fees f left join payments p on p.id = f.open_payment_id
      where f.id = :feeId for no key update of f`,
    { feeId },
  );
  if (fee === undefined) throw new Error(`no certification fee ${feeId}`);
  return fee;
}

/**
 * What a payment of it is made of.
 *
 * @throws DomainError WRONG_STATE `{state, allowed, dueAt}`, PAYMENT_IN_PROGRESS
 */
export async function payableFee(trx: Trx, feeId: string) {
  const fee = await lockFee(trx, feeId);
  if (fee.state !== 'unpaid' && fee.state !== 'paying')
    throw wrongState(feeMachine, fee.state, { dueAt: fee.dueAt?.toISOString() ?? null });
  // rule: no-fee-payment-while-one-is-closing
  if (fee.closing) throw new DomainError('PAYMENT_IN_PROGRESS', { allowed: [] });
  const { sellerId, amountFen, openPaymentId } = fee;
  return { enterpriseId: null, sellerId, amountFen, title: feeTitle.zh, expiresAt: null, openPaymentId };
}

/** From now on this payment may pay it. */
export async function expectFeePayment(trx: Trx, of: FeePaid, by: By): Promise<void> {
  await run(
    trx,
    `update certification_fees set state = 'paying', state_since = now(), open_payment_id = :paymentId,
            updated_at = now()
      where id = :subjectId and state = 'unpaid'`,
    { subjectId: of.subjectId, paymentId: of.paymentId },
  );
  await moveFee(trx, { feeId: of.subjectId, act: 'pay', from: 'unpaid', dueAt: null, by });
}

interface FeePaid {
  readonly subjectId: string;
  readonly paymentId: string;
}

/**
 * Paid: valid from now on, or from the end of what is paid already, so that paying early loses nothing. False when it
 * waits for no such payment (any more): then the money is late or double.
 */
export async function settleFee(trx: Trx, of: FeePaid, terms: FeeTerms): Promise<boolean> {
  // rule: fee-paid-by-its-open-payment
  const dueAt = await beginPeriod(trx, { ...of, from: 'paying' }, terms);
  if (dueAt === undefined) return false;
  await moveFee(trx, { feeId: of.subjectId, act: 'settle', from: 'paying', dueAt, by: bySystem });
  return true;
}

/**
 * Waived: valid as if it had been paid now, and nothing is booked, since nothing came in. Two operators have agreed.
 *
 * @throws DomainError PAYMENT_IN_PROGRESS, WRONG_STATE
 */
export async function waiveFee(
  trx: Trx,
  waiver: { readonly feeId: string; readonly approvalId: string; readonly by: By },
  terms: FeeTerms,
): Promise<void> {
  const { feeId, approvalId, by } = waiver;
  const { state } = await lockFee(trx, feeId);
  // rule: fee-with-open-payment-is-not-waived
  if (state === 'paying') throw new DomainError('PAYMENT_IN_PROGRESS', { allowed: [] });
  const dueAt = await beginPeriod(trx, { subjectId: feeId, paymentId: null, from: 'unpaid' }, terms);
  if (dueAt === undefined) throw wrongState(feeMachine, state);
  await run(trx, 'update certification_fees set waived_at = now(), waiver_id = :approvalId where id = :feeId', {
    feeId,
    approvalId,
  });
  await moveFee(trx, { feeId, act: 'waive', from: 'unpaid', dueAt, by });
}

/** When the clock of a period that is valid from now on has something to do; undefined where it does not stand there. */
async function beginPeriod(
  trx: Trx,
  of: { readonly subjectId: string; readonly paymentId: string | null; readonly from: 'paying' | 'unpaid' },
  terms: FeeTerms,
): Promise<Date | null | undefined> {
  // rule: renewal-extends-from-the-end
  const paid = await firstRow<{ validUntil: Date; now: Date }>(
    trx,
    `with fee as (
       select id, seller_id from certification_fees
        where id = :subjectId and state = :from
          and open_payment_id is not distinct from :paymentId::text for update
     ), begins as (
       select fee.id, greatest(now(), (select max(valid_until) from certification_fees p
                                        where p.seller_id = fee.seller_id)) as at
         from fee
     )
     update certification_fees f set state = 'paid', state_since = now(), open_payment_id = null, valid_from = b.at,
            valid_until = case when :validForS::double precision is null
              then ((b.at at time zone 'Asia/Shanghai') + interval '1 year') at time zone 'Asia/Shanghai'
              else b.at + make_interval(secs => :validForS::double precision) end,
            updated_at = now()
       from begins b where f.id = b.id
     returning f.valid_until as "validUntil", now() as now`,
    { ...of, validForS: terms.validForMs === null ? null : terms.validForMs / 1_000 },
  );
  if (paid === undefined) return undefined;
  const period = { validUntil: paid.validUntil, reminded: 0, nextOpened: false, renewed: false };
  const { dueAt } = feeDuties(period, paid.now, terms);
  await run(trx, 'update certification_fees set due_at = :dueAt where id = :id', { dueAt, id: of.subjectId });
  return dueAt;
}

/** The payment that might have paid it never will: it can be paid anew. */
export async function releaseFee(trx: Trx, of: FeePaid): Promise<void> {
  // rule: fee-released-by-its-own-payment
  const released = await firstRow(
    trx,
    `update certification_fees set state = 'unpaid', state_since = now(), open_payment_id = null, updated_at = now()
      where id = :subjectId and state = 'paying' and open_payment_id = :paymentId returning id`,
    { subjectId: of.subjectId, paymentId: of.paymentId },
  );
  if (released === undefined) return;
  await moveFee(trx, { feeId: of.subjectId, act: 'payment_ended', from: 'paying', dueAt: null, by: bySystem });
}
