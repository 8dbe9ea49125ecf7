import { randomUUID } from 'node:crypto';
import { run } from '../../db/connection';
import { takeIn } from '../../db/payment/inbox';
import { eventually } from '../support/eventually';
import {
  cancel,
  close,
  order,
  payFromBalance,
  paymentIs,
  post,
  refundsAre,
  showCode,
  showSecondCode,
  type Actors,
  type Begun,
  type Stage,
  type Weather,
} from './stage';

async function cancelled(by: Actors): Promise<Begun> {
  const begun = await showCode(by);
  await cancel(by, begun);
  return begun;
}

async function payLate({ outside }: Actors, { number = '' }: Begun): Promise<void> {
  await outside.pay(number, { force: true });
}

/** The order is given up, its code is paid all the same, and the money is on its way back. */
const paidTooLate =
  (refund: string) =>
  async (by: Actors): Promise<Begun> => {
    const begun = await cancelled(by);
    await payLate(by, begun);
    const [number = ''] = await refundsAre(by, begun, refund);
    return { ...begun, refund: number };
  };

/** The channel ends what it kept in processing, or could not give back. */
async function settle(by: Actors, begun: Begun): Promise<void> {
  await by.outside.settle(begun['refund'] ?? '', 'success');
  await refundsAre(by, begun, 'succeeded');
}

/** Money that was not owed; nothing goes wrong outside. */
export const returns: readonly Stage[] = [
  {
    way: 'took another amount, which an operator gives back',
    cases: { purchase: ['awaiting_payment', 'cancelled'], payment: ['processing', 'refunded'] },
    begin: async (by) => {
      const begun = await showCode(by);
      const { payment: id = '', number = '' } = begun;
      await run(by.mallflow.database.owner, 'update payments set amount_fen = amount_fen + 100 where id = :id', { id });
      await by.outside.pay(number);
      await paymentIs(by, begun, { state: 'processing', actions: ['refund'] });
      return begun;
    },
    finish: async (by, begun) => {
      const refund = { channelNumber: begun['number'], amountFen: 350, reason: '金额不符' };
      await post(by.operator, `/v1/payments/${begun.payment ?? ''}/refunds`, refund);
      await cancel(by, begun);
    },
  },
  {
    way: 'is paid late, while no worker runs',
    cases: { payment: ['cancelled', 'refunded'] },
    areOver: true,
    begin: cancelled,
    meanwhile: payLate,
    finish: async (by, begun) => {
      await refundsAre(by, begun, 'succeeded');
    },
  },
  {
    way: 'is paid late a second time, while no worker runs',
    cases: { payment: ['refunded', 'refunded'] },
    areOver: true,
    begin: async (by) => {
      const begun = await showSecondCode(by);
      await cancel(by, begun);
      await payLate(by, begun);
      await refundsAre(by, begun, 'succeeded');
      return begun;
    },
    meanwhile: async ({ outside }, { first = '' }) => {
      await outside.pay(first, { force: true });
    },
    finish: async (by, begun) => {
      await refundsAre(by, begun, 'succeeded', 'succeeded');
    },
  },
];

const keepsRefunds: Weather = {
  faults: [{ kind: 'keep_processing', on: 'refund', times: 2 }],
  stages: [
    {
      way: 'gives back what came late, and the channel is at it',
      cases: { payment: ['refunding', 'refunded'] },
      begin: paidTooLate('processing'),
      finish: settle,
    },
    {
      way: 'gives back what came twice, and the channel is at it',
      cases: { purchase: ['stocked', 'closed'], payment: ['succeeded', 'succeeded'] },
      begin: async (by) => {
        const begun = await showSecondCode(by);
        await by.outside.pay(begun['number'] ?? '');
        await paymentIs(by, begun, { state: 'succeeded' });
        await payLate(by, { number: begun['first'] ?? '' });
        const [refund = ''] = await refundsAre(by, begun, 'processing');
        return { ...begun, refund };
      },
      finish: async (by, begun) => {
        await settle(by, begun);
        await close(by, begun);
      },
    },
  ],
};

const failsRefunds: Weather = {
  faults: [{ kind: 'refund_abnormal', on: 'refund' }],
  stages: [
    {
      way: 'could not give back what came late, until the channel mends it',
      cases: { payment: ['refunding', 'refunded'] },
      begin: paidTooLate('abnormal'),
      finish: settle,
    },
  ],
};

const often = 100_000;

const takesNoRefunds: Weather = {
  faults: [{ kind: '500', on: 'refund', times: often }],
  stages: [
    {
      way: 'gives back what came late, and the channel has not heard of it',
      cases: { payment: ['refunding', 'refunded'] },
      begin: paidTooLate('created'),
      finish: async (by, begun) => {
        await refundsAre(by, begun, 'succeeded');
      },
    },
  ],
};

const answersNoQueries: Weather = {
  faults: [{ kind: '500', on: 'query', times: often }],
  stages: [
    {
      way: 'is being paid',
      cases: { purchase: ['awaiting_payment', 'closed'], payment: ['processing', 'succeeded'] },
      begin: async (by) => {
        const begun = await showCode(by);
        const nothing = { transactionId: null, amountFen: null, paidAt: null, foreign: [] };
        await takeIn(by.mallflow.database.db, 'wechat_pay', {
          ...{ about: 'payment', eventId: randomUUID(), eventType: 'TRANSACTION.PAYING' },
          payment: { ...nothing, channelNumber: begun['number'] ?? '', standing: 'in_progress' },
        });
        await paymentIs(by, begun, { state: 'processing' });
        return begun;
      },
      finish: async (by, begun) => {
        await by.outside.pay(begun['number'] ?? '');
        await close(by, begun);
      },
    },
  ],
};

/** Asked to be closed, and the channel does not confirm it. */
const closing =
  (ask: (by: Actors, begun: Begun) => Promise<unknown>) =>
  async (by: Actors): Promise<Begun> => {
    const begun = await showCode(by);
    await ask(by, begun);
    await eventually(
      async () => (await by.manager.get(`/v1/purchases/${begun.purchase ?? ''}`)).body,
      ({ actions }) => actions.length === 0,
    );
    return begun;
  };

const askToCancel = ({ manager }: Actors, { purchase = '' }: Begun) => manager.post(`/v1/purchases/${purchase}/cancel`);

const closesNothing: Weather = {
  faults: [{ kind: '500', on: 'close', times: often }],
  stages: [
    {
      way: 'is being cancelled',
      cases: { purchase: ['awaiting_payment', 'cancelled'], payment: ['awaiting_payer', 'cancelled'] },
      begin: closing(askToCancel),
      finish: (by, begun) => paymentIs(by, begun, { state: 'cancelled' }),
    },
    {
      way: 'is being cancelled, and is paid while no worker runs',
      cases: { purchase: ['awaiting_payment', 'closed'], payment: ['awaiting_payer', 'succeeded'] },
      begin: closing(askToCancel),
      meanwhile: async ({ outside }, { number = '' }) => {
        await outside.pay(number);
      },
      finish: close,
    },
    {
      way: 'is to be paid from the balance instead',
      cases: { purchase: ['awaiting_payment', 'closed'], payment: ['awaiting_payer', 'cancelled'] },
      begin: closing(({ manager }, { purchase = '' }) =>
        manager.post(`/v1/purchases/${purchase}/pay`, { method: 'balance' }),
      ),
      finish: async (by, begun) => {
        await paymentIs(by, begun, { state: 'cancelled' });
        await payFromBalance(by, begun.purchase ?? '');
        await close(by, begun);
      },
    },
  ],
};

/** 立即支付, which the channel does not answer. */
export async function askInVain(by: Actors): Promise<Begun> {
  const purchase = await order(by);
  const { payment } = await post(by.manager, `/v1/purchases/${purchase}/pay`, { method: 'wechat_native' });
  return { purchase, payment: payment.id as string, number: payment.channelNumber as string };
}

const takesNoOrders: Weather = {
  faults: [{ kind: '500', on: 'create', times: often }],
  stages: [
    {
      way: 'was not answered by the channel, and is paid',
      cases: { purchase: ['awaiting_payment', 'closed'], payment: ['created', 'succeeded'] },
      begin: askInVain,
      finish: async (by, { purchase = '' }) => {
        const begun = await showCode(by, purchase);
        await by.outside.pay(begun['number'] ?? '');
        await close(by, begun);
      },
    },
    {
      way: 'was not answered by the channel, and is being cancelled',
      cases: { purchase: ['awaiting_payment', 'cancelled'], payment: ['created', 'cancelled'] },
      begin: async (by) => {
        const begun = await askInVain(by);
        await askToCancel(by, begun);
        return begun;
      },
      finish: (by, begun) => paymentIs(by, begun, { state: 'cancelled' }),
    },
  ],
};

/** One after the other: what goes wrong first is not needed later. */
export const moneyWeathers: readonly Weather[] = [
  ...[keepsRefunds, failsRefunds, takesNoRefunds],
  ...[answersNoQueries, closesNothing, takesNoOrders],
];
