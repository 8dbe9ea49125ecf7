import { eventually } from '../support/eventually';
import { commodityRow, proposalOf } from '../support/allocations';
import { draftCommodity } from '../support/own-commodities';
import { cancel, close, order, payFromBalance, post, refused, showCode, type Actors, type Begun } from './stage';
import type { Stage } from './stage';

const paid = async ({ outside }: Actors, { number = '' }: Begun): Promise<void> => {
  await outside.pay(number);
};

const ordered = async (by: Actors): Promise<Begun> => ({ purchase: await order(by) });

const orders: readonly Stage[] = [
  {
    way: 'is paid from the balance',
    cases: { purchase: ['awaiting_payment', 'closed'] },
    begin: ordered,
    finish: async (by, begun) => {
      await payFromBalance(by, begun.purchase ?? '');
      await close(by, begun);
    },
  },
  {
    way: 'is paid online',
    cases: { purchase: ['awaiting_payment', 'closed'] },
    begin: ordered,
    finish: async (by, begun) => {
      await paid(by, await showCode(by, begun.purchase));
      await close(by, begun);
    },
  },
  {
    way: 'is cancelled while payable',
    cases: { purchase: ['awaiting_payment', 'cancelled'] },
    begin: ordered,
    finish: async (by, begun) => {
      const { number = '' } = await showCode(by, begun.purchase);
      await cancel(by, begun);
      await expect(by.outside.pay(number)).rejects.toThrow('the order is closed');
    },
  },
  {
    way: 'is closed',
    cases: { purchase: ['stocked', 'closed'] },
    begin: async (by) => {
      const purchase = await order(by);
      await payFromBalance(by, purchase);
      return { purchase };
    },
    finish: close,
  },
  {
    way: 'was paid online, and is closed',
    cases: { purchase: ['stocked', 'closed'] },
    begin: async (by) => {
      const { purchase = '', number = '' } = await showCode(by);
      await by.outside.pay(number);
      await eventually(
        async () => (await by.manager.get(`/v1/purchases/${purchase}`)).body,
        ({ state }) => state === 'stocked',
      );
      return { purchase };
    },
    finish: close,
  },
];

const shown: readonly Stage[] = [
  {
    way: 'shows a code, which is paid',
    cases: { purchase: ['awaiting_payment', 'closed'], payment: ['awaiting_payer', 'succeeded'] },
    begin: showCode,
    finish: async (by, begun) => {
      await paid(by, begun);
      await close(by, begun);
    },
  },
  {
    way: 'is paid while no worker runs',
    cases: { purchase: ['awaiting_payment', 'closed'], payment: ['awaiting_payer', 'succeeded'] },
    begin: showCode,
    meanwhile: paid,
    finish: close,
  },
  {
    way: 'shows a code, and is cancelled',
    cases: { purchase: ['awaiting_payment', 'cancelled'], payment: ['awaiting_payer', 'cancelled'] },
    begin: showCode,
    finish: cancel,
  },
  {
    way: 'shows a code, and is paid from the balance',
    cases: { purchase: ['awaiting_payment', 'closed'], payment: ['awaiting_payer', 'cancelled'] },
    begin: showCode,
    finish: async (by, begun) => {
      await payFromBalance(by, begun.purchase ?? '');
      await close(by, begun);
    },
  },
  {
    way: 'was refused to its payer, who pays another code',
    cases: { purchase: ['awaiting_payment', 'closed'], payment: ['created', 'succeeded'] },
    begin: refused,
    finish: async (by, begun) => {
      await paid(by, await showCode(by, begun.purchase));
      await close(by, begun);
    },
  },
];

const stock: readonly Stage[] = [
  {
    way: 'is completed',
    cases: { commodity_add: ['draft', 'online'] },
    begin: async ({ manager }) => ({ commodity_add: await draftCommodity(manager) }),
    finish: async ({ manager }, { commodity_add: id = '' }) => {
      const secondStep = { totalStock: 5, expiresAt: null, platforms: [], tags: [] };
      await post(manager, `/v1/commodities/${id}/complete`, secondStep);
    },
  },
  {
    way: 'is confirmed',
    cases: { stock_allocation: ['awaiting_confirmation', 'confirmed'] },
    begin: async ({ manager, mallflow }) => {
      const commodityId = await commodityRow(mallflow.database.db);
      const { id } = await post(manager, '/v1/stock-allocations', proposalOf(commodityId));
      return { stock_allocation: id as string };
    },
    finish: async ({ manager }, { stock_allocation: id = '' }) => {
      await post(manager, `/v1/stock-allocations/${id}/confirm`);
    },
  },
];

/** Orders, what of them is paid online, and the stock of the enterprise's own: nothing goes wrong outside. */
export const orderStages: readonly Stage[] = [...orders, ...shown, ...stock];
