import { randomUUID } from 'node:crypto';
import { firstRow } from '../../db/connection';
import type { Reply } from '../support/http-client';
import { insist } from './insist';
import { placeOrder } from './steps/purchase';
import { until } from './until';
import type { World } from './world';

export interface OnlineOrder {
  readonly purchaseId: string;
  readonly paymentId: string;
  readonly channelNumber: string;
}

export function payOnlineCall(world: World, purchaseId: string, key: string): () => Promise<Reply> {
  return () => world.manager.post(`/v1/purchases/${purchaseId}/pay`, { method: 'wechat_native' }, { key });
}

/** Asks for payment of an order that is there, until somebody can pay. */
export async function openPayment(world: World, purchaseId: string): Promise<OnlineOrder> {
  const { reply } = await insist(payOnlineCall(world, purchaseId, randomUUID()));
  const paymentId = reply.body.payment?.id as string | undefined;
  if (paymentId === undefined) throw new Error(`asking for payment answered ${reply.status}`);
  const channelNumber = await until('an attempt is open', async () => {
    const { body } = await world.manager.get(`/v1/payments/${paymentId}`);
    return body.state === 'awaiting_payer' && (body.channelNumber as string);
  });
  return { purchaseId, paymentId, channelNumber };
}

export const payableOrder = async (world: World): Promise<OnlineOrder> => openPayment(world, await placeOrder(world));

export async function paymentState(world: World, paymentId: string): Promise<string | undefined> {
  const sql = 'select state from payments where id = :paymentId';
  return (await firstRow<{ state: string }>(world.db, sql, { paymentId }))?.state;
}

/** Waits for a payment and its order to come there. */
export async function reaches(
  world: World,
  { purchaseId, paymentId }: OnlineOrder,
  there: { readonly payment: string; readonly order: string },
): Promise<void> {
  let at: unknown;
  await until('payment and order are there', async () => {
    const [{ body: ofPayment }, { body: ofOrder }] = await Promise.all([
      world.manager.get(`/v1/payments/${paymentId}`),
      world.manager.get(`/v1/purchases/${purchaseId}`),
    ]);
    at = { payment: ofPayment.state as unknown, order: ofOrder.state as unknown };
    return ofPayment.state === there.payment && ofOrder.state === there.order;
  }).catch(() => undefined);
  expect(at).toEqual(there);
}

export async function closeOrder(world: World, purchaseId: string): Promise<void> {
  const key = randomUUID();
  const { reply } = await insist(() => world.manager.post(`/v1/purchases/${purchaseId}/close`, undefined, { key }));
  expect(reply.status).toBe(200);
}

export async function cancelOrder(world: World, purchaseId: string): Promise<void> {
  const key = randomUUID();
  const { reply } = await insist(() => world.manager.post(`/v1/purchases/${purchaseId}/cancel`, undefined, { key }));
  expect(reply.status).toBe(200);
}

/** What the channel's books hold of a payment, oldest first: the state of each order. */
export async function channelStates(world: World, paymentId: string): Promise<string[]> {
  return (await world.channel.payments(paymentId)).map(({ state }) => state).reverse();
}

/** Two attempts of one payment: the buyer was refused at the first, and another was opened. */
export async function twoAttempts(world: World): Promise<{ first: OnlineOrder; second: OnlineOrder }> {
  const first = await payableOrder(world);
  await world.channel.refuse(first.channelNumber);
  await until('it is known that the buyer was refused', async () => {
    return (await paymentState(world, first.paymentId)) === 'created';
  });
  // Who was refused could try the same code again: it is closed, so that only a lost close lets it be paid.
  await until('the refused attempt is closed', async () => {
    return (await channelStates(world, first.paymentId))[0] === 'closed';
  });
  const second = await openPayment(world, first.purchaseId);
  expect(second.paymentId).toBe(first.paymentId);
  expect(second.channelNumber).not.toBe(first.channelNumber);
  return { first, second };
}

export async function refundStates(world: World, { paymentId }: OnlineOrder): Promise<readonly string[]> {
  const { body } = await world.manager.get(`/v1/payments/${paymentId}`);
  return (body.refunds as { state: string }[]).map(({ state }) => state);
}
