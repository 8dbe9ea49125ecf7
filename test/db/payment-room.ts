import { createPurchaseActivities } from '../../activities/purchase/activities';
import { rows, firstRow } from '../../db/connection';
import { paymentRecord, type PaymentRecord } from '../../db/payment/facts';
import { recordOpened, recordChannelPayment } from '../../db/payment/settlement';
import { recordChannelRefund } from '../../db/payment/refunds';
import type {
  ChannelPayment,
  ChannelRefund,
  ChannelStanding,
  RefundStanding,
} from '../../domain/ports/payment-channel';
import { furnish, type Furnished } from './furnished';
import { settlementTerms } from '../support/settlement-terms';

const times = { quickMs: 1_000, attemptMs: 3_000, firstRetryMs: 100, longestRetryMs: 1_000 };
export const policy = { askAgainMs: [1_000], channelStepMs: 5_000, workflowTaskMs: 2_000, times };

/** An enterprise with its manager, and what a channel says about payments of its orders. */
export type PaymentRoom = Furnished & ReturnType<typeof deeds>;

export async function furnishPayments(): Promise<PaymentRoom> {
  const base = await furnish();
  return { ...base, ...deeds(base) };
}

export interface Paid {
  readonly purchaseId: string;
  readonly paymentId: string;
  readonly channelNumber: string;
}

function deeds(base: Furnished) {
  const purchases = createPurchaseActivities(base.db, policy);
  const act = (purchaseId: string, commandId: string | null = null) => ({
    purchaseId,
    commandId,
    actor: base.managerId,
    requestId: null,
  });
  const record = (paymentId: string): Promise<PaymentRecord> => paymentRecord(base.db, paymentId);
  const ask = async (purchaseId: string): Promise<Paid> => {
    const { payment } = await purchases.requestPayment({ ...act(purchaseId), method: 'wechat_native' });
    const paymentId = payment?.start.paymentId ?? '';
    const { attempts } = await record(paymentId);
    return { purchaseId, paymentId, channelNumber: attempts.at(-1)?.channelNumber ?? '' };
  };
  const open = async (of: Paid): Promise<void> =>
    base.inTrx((trx) =>
      recordOpened(trx, { ...of, code: { keyId: 'k', ciphertext: Buffer.from('sealed') }, askAgainInMs: 1_000 }),
    );
  return {
    purchases,
    act,
    record,
    ask,
    open,
    /** An order with an open attempt. */
    payable: async (quantity = 1): Promise<Paid> => {
      const of = await ask(await base.place({ quantity }));
      await open(of);
      return of;
    },
    say: (of: Paid, standing: ChannelStanding, more: Partial<ChannelPayment> = {}): Promise<void> =>
      base.inTrx((trx) =>
        recordChannelPayment(trx, {
          ...of,
          fact: {
            ...{ channelNumber: of.channelNumber, standing, amountFen: standing === 'paid' ? 500 : null, foreign: [] },
            transactionId: standing === 'paid' ? `wx${of.channelNumber}` : null,
            paidAt: standing === 'paid' ? new Date() : null,
            ...more,
          },
          askAgainInMs: 1_000,
          ...settlementTerms,
        }),
      ),
    sayRefund: (paymentId: string, refundNumber: string, standing: RefundStanding): Promise<void> =>
      base.inTrx((trx) =>
        recordChannelRefund(trx, { paymentId, fact: refundFact(refundNumber, standing), askAgainInMs: 1 }),
      ),
    purchase: async (id: string) =>
      (await firstRow<{ state: string; openPaymentId: string | null; closing: string | null }>(
        base.owner,
        'select state, open_payment_id as "openPaymentId", closing_act as closing from purchases where id = :id',
        { id },
      ))!,
    /** What the ledger says of the enterprise, in fen. */
    ledger: async () => {
      const found = await rows<{ purpose: string; posted: number; held: number }>(
        base.owner,
        `select a.purpose, b.posted, b.held from ledger_balances b join ledger_accounts a on a.id = b.account_id`,
      );
      const of = (purpose: string) => found.find((row) => row.purpose === purpose) ?? { posted: NaN, held: NaN };
      return {
        taken: -of('wechat_pay').posted,
        received: of('received').posted,
        onItsWayBack: of('received').held,
        spent: of('spent').posted,
      };
    },
  };
}

function refundFact(refundNumber: string, standing: RefundStanding): ChannelRefund {
  return {
    ...{ refundNumber, standing, channelNumber: '', refundId: `r${refundNumber}`, amountFen: null, foreign: [] },
    succeededAt: standing === 'succeeded' ? new Date() : null,
  };
}

/** Done, or the code it was refused with. */
export const code = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => {
      const { type, code } = error as { type?: string; code?: string };
      return type ?? code;
    },
  );
