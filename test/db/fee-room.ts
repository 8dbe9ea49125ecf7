import { createCertificationFeeActivities } from '../../activities/certification-fee/activities';
import { addAccount } from '../../db/account/repository';
import { firstRow, rows } from '../../db/connection';
import { newId } from '../../db/new-id';
import { paymentRecord } from '../../db/payment/facts';
import { recordChannelRefund } from '../../db/payment/refunds';
import { recordChannelPayment, recordOpened } from '../../db/payment/settlement';
import { openFee } from '../../db/seller/fee-repository';
import { feeFactsOf } from '../../db/seller/fees';
import { addSeller } from '../../db/seller/repository';
import type { ChannelStanding } from '../../domain/ports/payment-channel';
import { sellerIdOf } from '../../domain/shared/ids';
import { certificationFeeWorkflowId, type FeePolicy } from '../../workflows/certification-fee/contract';
import { settlementTerms } from '../support/settlement-terms';
import { furnish, type Furnished } from './furnished';
import { policy as paymentPolicy } from './payment-room';

const { times } = paymentPolicy;
export const feePolicy: FeePolicy = {
  ...{ payWithinMs: 600_000, awaitPaymentMs: 1_000, workflowTaskMs: 2_000, times },
  ...{ renewalOpensMs: settlementTerms.fee.renewalOpensMs, remindBeforeMs: settlementTerms.fee.remindBeforeMs },
};

/** A database with sellers whose fee has opened, and what they and a channel do about it. */
export type FeeRoom = Furnished & ReturnType<typeof deeds>;

export async function furnishFees(): Promise<FeeRoom> {
  const base = await furnish();
  return { ...base, ...deeds(base) };
}

export interface Seller {
  readonly sellerId: string;
  readonly accountId: string;
  /** The first period. */
  readonly feeId: string;
}

export interface FeeRow {
  readonly id: string;
  readonly year: number;
  readonly state: string;
  readonly openPaymentId: string | null;
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly dueAt: Date | null;
  readonly amountFen: number;
  readonly deferred: boolean;
}

interface Asked {
  readonly paymentId: string;
  readonly channelNumber: string;
}

function deeds(base: Furnished) {
  const fees = createCertificationFeeActivities(base.db, { payment: paymentPolicy, fee: feePolicy, amountFen: 35_000 });
  const by = { actor: 'system', requestId: null };
  const record = (paymentId: string) => paymentRecord(base.db, paymentId);
  const pay = async (feeId: string, actor: string = base.managerId, payWithinMs = 600_000): Promise<Asked> => {
    const act = { feeId, commandId: null, actor, requestId: null };
    const { payment } = await fees.requestFeePayment({ ...act, method: 'wechat_native', payWithinMs });
    const paymentId = payment?.start.paymentId ?? '';
    return { paymentId, channelNumber: (await record(paymentId)).attempts.at(-1)?.channelNumber ?? '' };
  };
  const say = ({ paymentId, channelNumber }: Asked, standing: ChannelStanding, amountFen = 30_000): Promise<void> =>
    base.inTrx((trx) =>
      recordChannelPayment(trx, {
        ...{ ...settlementTerms, paymentId, askAgainInMs: 1_000 },
        fact: {
          ...{ channelNumber, standing, amountFen: standing === 'paid' ? amountFen : null, foreign: [] },
          transactionId: standing === 'paid' ? `wx${channelNumber}` : null,
          paidAt: standing === 'paid' ? new Date() : null,
        },
      }),
    );
  return {
    fees,
    record,
    pay,
    say,
    seller: async (): Promise<Seller> => {
      const sellerId = sellerIdOf(newId('onboarding'));
      return base.inTrx(async (trx) => {
        const account = { login: sellerId, passwordHash: '-', displayName: '卖家', roles: [], enterpriseId: null };
        const accountId = await addAccount(trx, { ...account, mallId: null });
        await addSeller(trx, { sellerId, accountId });
        const opening = { sellerId, amountFen: 30_000, by, workflowIdOf: certificationFeeWorkflowId };
        return { sellerId, accountId, feeId: await openFee(trx, opening) };
      });
    },
    open: (of: Asked): Promise<void> =>
      base.inTrx((trx) =>
        recordOpened(trx, { ...of, code: { keyId: 'k', ciphertext: Buffer.from('sealed') }, askAgainInMs: 1_000 }),
      ),
    paid: async (feeId: string, amountFen = 30_000): Promise<Asked> => {
      const asked = await pay(feeId);
      await say(asked, 'paid', amountFen);
      return asked;
    },
    /** The clock of a period, as it calls at a moment. */
    advance: (feeId: string, asOf = new Date()) => {
      const { renewalOpensMs, remindBeforeMs } = feePolicy;
      const call = { feeId, commandId: null, ...by, asOf: asOf.toISOString(), renewalOpensMs, remindBeforeMs };
      return fees.advanceFee(call);
    },
    /** Everything of a paid period happened this much earlier. */
    age: (feeId: string, days: number) =>
      rows(
        base.owner,
        `update certification_fees set valid_from = valid_from - make_interval(days => :days),
                valid_until = valid_until - make_interval(days => :days), due_at = due_at - make_interval(days => :days)
          where id = :feeId`,
        { feeId, days },
      ),
    facts: (sellerId: string) => feeFactsOf(base.db, sellerId),
    periods: (sellerId: string) =>
      rows<FeeRow>(
        base.owner,
        `select id, year, state, open_payment_id as "openPaymentId", valid_from as "validFrom",
                valid_until as "validUntil", due_at as "dueAt", amount_fen as "amountFen",
                deferred_at is not null as deferred
           from certification_fees where seller_id = :sellerId order by year`,
        { sellerId },
      ),
    case: (subjectId: string) =>
      firstRow<{ state: string; stage: string; whoseTurn: string; dueAt: Date | null }>(
        base.owner,
        `select state, stage, whose_turn as "whoseTurn", due_at as "dueAt" from process_cases where subject_id = :subjectId`,
        { subjectId },
      ),
    refundOf: (paymentId: string) =>
      firstRow<{ refundNumber: string; reason: string; amountFen: number }>(
        base.owner,
        `select refund_number as "refundNumber", reason, amount_fen as "amountFen" from payment_refunds
          where payment_id = :paymentId`,
        { paymentId },
      ),
    givenBack: async (paymentId: string, refundNumber: string): Promise<void> => {
      const fact = { refundNumber, channelNumber: '', refundId: `r${refundNumber}`, amountFen: null, foreign: [] };
      const said = { ...fact, standing: 'succeeded', succeededAt: new Date() } as const;
      const { refunds } = await record(paymentId);
      const channelNumber = refunds.find((one) => one.refundNumber === refundNumber)?.channelNumber ?? '';
      await base.inTrx((trx) =>
        recordChannelRefund(trx, { paymentId, fact: { ...said, channelNumber }, askAgainInMs: 1 }),
      );
    },
    notices: (accountId: string) =>
      rows<{ kind: string; params: Record<string, string> }>(
        base.owner,
        'select kind, params from notices where account_id = :accountId order by id',
        { accountId },
      ),
    /** What the ledger says of a seller, in fen. */
    ledger: async (sellerId: string) => {
      const found = await rows<{ purpose: string; posted: number; held: number }>(
        base.owner,
        `select a.purpose, b.posted, b.held from ledger_balances b join ledger_accounts a on a.id = b.account_id
          where a.seller_id = :sellerId`,
        { sellerId },
      );
      const of = (purpose: string) => found.find((row) => row.purpose === purpose) ?? { posted: NaN, held: NaN };
      return { taken: 0 - of('wechat_pay').posted, received: of('received').posted, earned: of('spent').posted };
    },
  };
}
