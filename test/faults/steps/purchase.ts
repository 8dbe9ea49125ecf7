import { randomUUID } from 'node:crypto';
import { firstRow } from '../../../db/connection';
import type { HttpClient, Reply } from '../../support/http-client';
import { claimOf, type Action, type StepDefinition, type Subject } from '../action';
import { insist } from '../insist';
import { RowLock } from '../row-lock';
import { until } from '../until';
import type { World } from '../world';
import { makeDue } from './clock';

const subject: Subject = {
  table: 'purchases',
  path: '/v1/purchases',
  workflow: 'purchase',
  clock: ['due_at', 'expires_at'],
};

export async function stateOf(world: World, purchaseId: string): Promise<string | undefined> {
  const sql = 'select state from purchases where id = :purchaseId';
  return (await firstRow<{ state: string }>(world.db, sql, { purchaseId }))?.state;
}

export async function benefitId(world: World): Promise<string> {
  const row = await firstRow<{ id: string }>(world.db, `select id from benefits where name like '咖啡%'`);
  return row?.id ?? '';
}

export async function placeOrder(world: World, quantity = 1, client: HttpClient = world.manager): Promise<string> {
  const body = { benefitId: await benefitId(world), quantity };
  const key = randomUUID();
  return (await insist(() => client.post('/v1/purchases', body, { key }))).reply.body.id as string;
}

export function payCall(
  world: World,
  purchaseId: string,
  key: string,
  client: HttpClient = world.manager,
): () => Promise<Reply> {
  return () => client.post(`/v1/purchases/${purchaseId}/pay`, { method: 'balance' }, { key });
}

export async function payOrder(world: World, purchaseId: string, client: HttpClient = world.manager): Promise<Reply> {
  const { reply } = await insist(payCall(world, purchaseId, randomUUID(), client));
  if (reply.status !== 200) throw new Error(`paying answered ${reply.status}`);
  return reply;
}

export function makeOrderDue(world: World, purchaseId: string, inMs: number): Promise<void> {
  return makeDue(world, subject, purchaseId, inMs);
}

/** A step upon an order that is there. */
async function upon(
  world: World,
  id: string,
  rest: Pick<Action, 'key' | 'call' | 'reaches' | 'next'>,
): Promise<Action> {
  const clock = rest.call === null;
  return Promise.resolve({
    subject,
    client: world.manager,
    status: 200,
    lock: () => RowLock.take(world.engines.databaseUrl, 'purchases', id),
    arm: async (dueInMs: number) => {
      if (clock) await makeDue(world, subject, id, dueInMs);
    },
    subjectId: () => Promise.resolve(id),
    ...rest,
  });
}

export const purchaseSteps = {
  /** By the other enterprise: holding its row stops creations alone. */
  create: {
    byClock: false,
    prepare: async (world, key) => {
      const body = { benefitId: await benefitId(world), quantity: 2 };
      const { body: me } = await world.otherManager.get('/v1/me');
      return {
        ...{ subject, key, client: world.otherManager, status: 201, reaches: 'awaiting_payment', next: 'cancel' },
        call: () => world.otherManager.post('/v1/purchases', body, { key }),
        lock: () => RowLock.take(world.engines.databaseUrl, 'enterprises', me.enterpriseId as string),
        arm: () => Promise.resolve(),
        subjectId: async () => (await until('the claim', () => claimOf(world, key))).resourceId,
      };
    },
  },
  pay: {
    byClock: false,
    prepare: async (world, key) => {
      const id = await placeOrder(world);
      return upon(world, id, { key, call: payCall(world, id, key), reaches: 'stocked', next: 'close' });
    },
  },
  cancel: {
    byClock: false,
    prepare: async (world, key) => {
      const id = await placeOrder(world);
      const call = () => world.manager.post(`/v1/purchases/${id}/cancel`, undefined, { key });
      return upon(world, id, { key, call, reaches: 'cancelled', next: null });
    },
  },
  close: {
    byClock: false,
    prepare: async (world, key) => {
      const id = await placeOrder(world);
      await payOrder(world, id);
      const call = () => world.manager.post(`/v1/purchases/${id}/close`, undefined, { key });
      return upon(world, id, { key, call, reaches: 'closed', next: null });
    },
  },
  expire: {
    byClock: true,
    prepare: async (world, key) =>
      upon(world, await placeOrder(world), { key, call: null, reaches: 'expired', next: null }),
  },
} as const satisfies Record<string, StepDefinition>;
