import { eventually } from '../support/eventually';
import type { EmulatorControl } from '../support/emulator-control';
import type { HttpClient } from '../support/http-client';
import { commodityRow, proposalOf } from '../support/allocations';
import { draftCommodity } from '../support/own-commodities';
import type { Db } from '../../db/connection';

export interface Actors {
  readonly manager: HttpClient;
  readonly outside: EmulatorControl;
  readonly owner: Db;
}

/** A stage of a case: how it is reached on the workflows of before, and how the case is finished on today's. */
export interface Stage {
  readonly kind: string;
  readonly stage: string;
  /** What becomes of it. */
  readonly way: string;
  readonly begin: (by: Actors) => Promise<string>;
  readonly finish: (by: Actors, id: string) => Promise<void>;
  readonly ends: string;
}

async function placed({ manager }: Actors): Promise<string> {
  const benefits = await manager.get('/v1/benefits?kind=coupon');
  const order = await manager.post('/v1/purchases', { benefitId: benefits.body.items[0].id, quantity: 1 });
  expect(order.status).toBe(201);
  return order.body.id as string;
}

async function post(manager: HttpClient, path: string, body: object = {}) {
  const answer = await manager.post(path, body);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}

const pay = (manager: HttpClient, id: string) => post(manager, `/v1/purchases/${id}/pay`, { method: 'balance' });
const close = ({ manager }: Actors, id: string): Promise<void> => post(manager, `/v1/purchases/${id}/close`);

const purchaseAt = ({ manager }: Actors, id: string, state: string) =>
  eventually(
    async () => (await manager.get(`/v1/purchases/${id}`)).body,
    (body) => body.state === state,
  );

async function askOnline(manager: HttpClient, id: string): Promise<string> {
  const { payment } = await post(manager, `/v1/purchases/${id}/pay`, { method: 'wechat_native' });
  expect(payment).toMatchObject({ state: 'awaiting_payer' });
  return payment.channelNumber as string;
}

const orders: readonly Stage[] = [
  {
    ...{ kind: 'purchase', stage: 'awaiting_payment', way: 'paid from the balance', ends: 'closed', begin: placed },
    finish: async (by, id) => {
      await pay(by.manager, id);
      await close(by, id);
    },
  },
  // Before, there was no way to pay it so.
  {
    ...{ kind: 'purchase', stage: 'awaiting_payment', way: 'paid online', ends: 'closed', begin: placed },
    finish: async (by, id) => {
      await by.outside.pay(await askOnline(by.manager, id));
      await purchaseAt(by, id, 'stocked');
      await close(by, id);
    },
  },
  {
    ...{
      kind: 'purchase',
      stage: 'awaiting_payment',
      way: 'cancelled while payable',
      ends: 'cancelled',
      begin: placed,
    },
    finish: async ({ manager, outside }, id) => {
      const number = await askOnline(manager, id);
      await post(manager, `/v1/purchases/${id}/cancel`);
      await expect(outside.pay(number)).rejects.toThrow('the order is closed');
    },
  },
  {
    ...{ kind: 'purchase', stage: 'stocked', way: 'closed', ends: 'closed', finish: close },
    begin: async (by) => {
      const id = await placed(by);
      await pay(by.manager, id);
      return id;
    },
  },
];

const stock: readonly Stage[] = [
  {
    ...{ kind: 'commodity_add', stage: 'draft', way: 'completed', ends: 'online' },
    begin: ({ manager }) => draftCommodity(manager),
    finish: async ({ manager }, id) => {
      const secondStep = { totalStock: 5, expiresAt: null, platforms: [], tags: [] };
      await post(manager, `/v1/commodities/${id}/complete`, secondStep);
    },
  },
  {
    ...{ kind: 'stock_allocation', stage: 'awaiting_confirmation', way: 'confirmed', ends: 'confirmed' },
    begin: async ({ manager, owner }) => {
      const proposal = await manager.post('/v1/stock-allocations', proposalOf(await commodityRow(owner)));
      expect(proposal).toMatchObject({ status: 201 });
      return proposal.body.id as string;
    },
    finish: async ({ manager }, id) => {
      await post(manager, `/v1/stock-allocations/${id}/confirm`);
    },
  },
];

export const stages: readonly Stage[] = [...orders, ...stock];
