import { firstRow, rows, run } from '../../../db/connection';
import type { SellerJourney } from '../../support/seller-journey';
import type { Action, StepDefinition, Subject } from '../action';
import { channelStates, paymentState } from '../online-orders';
import { RowLock } from '../row-lock';
import { expectTold, feeOf, paidSeller, requirementIs, sellerWithFee, timesOf } from '../sellers';
import type { World } from '../world';
import { makeDue } from './clock';
import { formOf } from './merchant';
import { oweIn, oweLater } from './payment';

const fee: Subject = {
  table: 'certification_fees',
  path: '',
  workflow: 'certification-fee',
  clock: ['valid_until', 'due_at'],
};
const payment: Subject = { table: 'payments', path: '/v1/payments', workflow: 'payment', clock: [] };

type Rest = Pick<Action, 'key' | 'call' | 'reaches'> & Partial<Action>;

async function upon(world: World, { seller, feeId }: OfFee, rest: Rest): Promise<Action> {
  return Promise.resolve({
    ...{ subject: fee, client: seller.seller, status: 200, next: null },
    lock: () => RowLock.take(world.engines.databaseUrl, 'certification_fees', feeId),
    arm: () => Promise.resolve(),
    subjectId: () => Promise.resolve(feeId),
    ...rest,
  });
}

interface OfFee {
  readonly seller: SellerJourney;
  readonly feeId: string;
}

/** Paid once, by one payment, and open: whoever died. */
async function expectPaidAndOpen(world: World, seller: SellerJourney): Promise<void> {
  expect(await timesOf(world, seller, 'settle')).toBe(1);
  expect(await timesOf(world, seller, 'fee_paid')).toBe(1);
  expect((await seller.seller.get('/v1/me')).body.roles).toEqual(['seller']);
  await expectTold(world, seller, 'seller_centre_open');
}

async function ask(world: World, key: string): Promise<Action> {
  const seller = await sellerWithFee(world);
  const feeId = await feeOf(world, seller);
  return upon(
    world,
    { seller, feeId },
    {
      ...{ key, reaches: 'paying' },
      call: () => seller.seller.post(`${seller.path}/certification-fee/pay`, { method: 'wechat_native' }, { key }),
      stands: () => requirementIs(seller, 'certification_fee', { state: 'in_progress' }),
      afterwards: async () => {
        const { paymentId } = await seller.openPayment();
        expect(await rows(world.db, 'select id from payments where subject_id = :feeId', { feeId })).toEqual([
          { id: paymentId },
        ]);
        expect(await channelStates(world, paymentId)).toEqual(['unpaid']);
        await seller.payFee();
        await expectPaidAndOpen(world, seller);
      },
    },
  );
}

/** Nobody tells us that it was paid: the question does. The seller centre opens by it. */
async function settle(world: World, key: string): Promise<Action> {
  const seller = await sellerWithFee(world);
  const feeId = await feeOf(world, seller);
  const of = await seller.openPayment();
  await oweLater(world, 'payment_attempts', of);
  return upon(
    world,
    { seller, feeId },
    {
      ...{ subject: payment, key, call: null, reaches: 'succeeded', carriedOutBy: 'activity', trace: 'activity' },
      arm: async (dueInMs) => {
        await world.channel.pay(of.channelNumber, { notify: false });
        await oweIn(world, 'payment_attempts', of, dueInMs);
      },
      subjectId: () => Promise.resolve(of.paymentId),
      happened: async () => (await paymentState(world, of.paymentId)) === 'succeeded',
      stands: () => requirementIs(seller, 'seller_centre', { state: 'met' }),
      afterwards: async () => {
        expect(await channelStates(world, of.paymentId)).toEqual(['paid']);
        await expectPaidAndOpen(world, seller);
      },
    },
  );
}

/** The year is over: what it opened is closed, and the next one can be paid. */
async function over(world: World, key: string): Promise<Action> {
  const seller = await paidSeller(world);
  const feeId = await feeOf(world, seller);
  const began = `update certification_fees set valid_from = valid_from - interval '1 year' where id = :feeId`;
  await run(world.db, began, { feeId });
  return upon(
    world,
    { seller, feeId },
    {
      ...{ key, call: null, reaches: 'expired' },
      arm: (dueInMs) => makeDue(world, fee, feeId, dueInMs),
      happened: async () => {
        const state = 'select state from certification_fees where id = :feeId';
        return (await firstRow<{ state: string }>(world.db, state, { feeId }))?.state === 'expired';
      },
      stands: () => requirementIs(seller, 'certification_fee', { state: 'expired', whoseTurn: 'seller' }),
      afterwards: async () => {
        expect(await timesOf(world, seller, 'open_renewal')).toBe(1);
        await expectTold(world, seller, 'fee_expired');
        const next = 'select state from certification_fees where seller_id = :sellerId and year > 1';
        expect(await rows(world.db, next, { sellerId: seller.sellerId })).toEqual([{ state: 'unpaid' }]);
        const wish = { channels: ['wechat_pay'], form: await formOf(seller) };
        const refused = await seller.seller.post(`${seller.path}/merchant-ids`, wish);
        expect(refused).toMatchObject({ status: 409, body: { code: 'FEE_NOT_PAID' } });
      },
    },
  );
}

export const feeSteps = {
  askFeePayment: { byClock: false, prepare: ask },
  settleFee: { byClock: true, prepare: settle },
  feeOver: { byClock: true, prepare: over },
} as const satisfies Record<string, StepDefinition>;
