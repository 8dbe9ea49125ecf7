import { randomUUID } from 'node:crypto';
import { firstRow, run } from '../../db/connection';
import { reloadSignalName } from '../../workflows/shared/messages';
import type { Reply } from '../support/http-client';
import { eventsOf, signaled, timerStarted } from './history';
import { insist } from './insist';
import { RowLock } from './row-lock';
import { until } from './until';
import type { World } from './world';

/** The steps of a purchase at which something may die. */
export const steps = ['create', 'pay', 'cancel', 'close', 'expire'] as const;
export type Step = (typeof steps)[number];
export const commandSteps = ['create', 'pay', 'cancel', 'close'] as const;

/** A step about to be taken: everything before it is done. */
export interface Action {
  readonly step: Step;
  readonly key: string;
  /** The row its transaction cannot do without. */
  lock(): Promise<RowLock>;
  /** The person's call; a step of the clock has none. */
  readonly call: (() => Promise<Reply>) | null;
  /** Sets the clock of a step that has one; a person's step has none. */
  arm(dueInMs: number): Promise<void>;
  purchaseId(): Promise<string>;
}

export const stateAfter = {
  create: 'awaiting_payment',
  pay: 'stocked',
  cancel: 'cancelled',
  close: 'closed',
  expire: 'expired',
} as const;

export interface Claim {
  readonly id: string;
  readonly state: string;
  readonly resourceId: string;
  readonly hasEffect: boolean;
  readonly hasOutcome: boolean;
}

export function claimOf(world: World, key: string): Promise<Claim | undefined> {
  return firstRow<Claim>(
    world.db,
    `select id, state, resource_id as "resourceId", effect_at is not null as "hasEffect",
            outcome_status is not null as "hasOutcome" from commands where key = :key`,
    { key },
  );
}

export async function stateOf(world: World, purchaseId: string): Promise<string | undefined> {
  const sql = 'select state from purchases where id = :purchaseId';
  return (await firstRow<{ state: string }>(world.db, sql, { purchaseId }))?.state;
}

/** True once the step's transaction is committed. */
export async function hasHappened(world: World, action: Action): Promise<boolean> {
  if (action.call !== null) return (await claimOf(world, action.key))?.hasEffect ?? false;
  return (await stateOf(world, await action.purchaseId())) === stateAfter[action.step];
}

export async function benefitId(world: World): Promise<string> {
  const row = await firstRow<{ id: string }>(world.db, `select id from benefits where name like '咖啡%'`);
  return row?.id ?? '';
}

export async function placeOrder(world: World, quantity = 1): Promise<string> {
  const body = { benefitId: await benefitId(world), quantity };
  const key = randomUUID();
  return (await insist(() => world.manager.post('/v1/purchases', body, { key }))).reply.body.id as string;
}

export function payCall(world: World, purchaseId: string, key: string): () => Promise<Reply> {
  return () => world.manager.post(`/v1/purchases/${purchaseId}/pay`, { method: 'balance' }, { key });
}

export async function payOrder(world: World, purchaseId: string): Promise<void> {
  const { reply } = await insist(payCall(world, purchaseId, randomUUID()));
  if (reply.status !== 200) throw new Error(`paying answered ${reply.status}`);
}

/** Moves the order's due time, lets its run know by the product's own signal, and waits until its timer is set. */
export async function makeDue(world: World, purchaseId: string, inMs: number): Promise<void> {
  const due = { purchaseId, inS: inMs / 1_000 };
  const at = 'now() + make_interval(secs => :inS)';
  await world.db.transaction(async (trx) => {
    await run(trx, `update purchases set due_at = ${at}, expires_at = ${at} where id = :purchaseId`, due);
    await run(trx, `update process_cases set due_at = ${at} where subject_id = :purchaseId`, due);
  });
  await world.temporal.workflow.getHandle(`purchase:${purchaseId}`).signal(reloadSignalName);
  await until('the clock is set', async () => {
    const events = await eventsOf(world, purchaseId);
    return events.lastIndexOf(timerStarted) > events.lastIndexOf(signaled);
  });
}

export async function prepare(world: World, step: Step): Promise<Action> {
  const key = randomUUID();
  if (step === 'create') return creation(world, key);
  const id = await placeOrder(world);
  if (step === 'close') await payOrder(world, id);
  const call: Record<Exclude<Step, 'create'>, Action['call']> = {
    pay: payCall(world, id, key),
    cancel: () => world.manager.post(`/v1/purchases/${id}/cancel`, undefined, { key }),
    close: () => world.manager.post(`/v1/purchases/${id}/close`, undefined, { key }),
    expire: null,
  };
  return {
    step,
    key,
    call: call[step],
    lock: () => RowLock.take(world.engines.databaseUrl, 'purchases', id),
    arm: async (dueInMs) => {
      if (step === 'expire') await makeDue(world, id, dueInMs);
    },
    purchaseId: () => Promise.resolve(id),
  };
}

/** By the other enterprise: holding its row stops creations alone. */
async function creation(world: World, key: string): Promise<Action> {
  const body = { benefitId: await benefitId(world), quantity: 2 };
  const { body: me } = await world.otherManager.get('/v1/me');
  return {
    step: 'create',
    key,
    call: () => world.otherManager.post('/v1/purchases', body, { key }),
    lock: () => RowLock.take(world.engines.databaseUrl, 'enterprises', me.enterpriseId as string),
    arm: () => Promise.resolve(),
    purchaseId: async () => (await until('the claim', () => claimOf(world, key))).resourceId,
  };
}

/** The step has happened once, its caller is told, and the purchase goes on from there to its end. */
export async function verifyOnce(world: World, action: Action): Promise<void> {
  const client = action.step === 'create' ? world.otherManager : world.manager;
  if (action.call !== null) {
    const { reply } = await insist(action.call);
    expect(reply.status).toBe(action.step === 'create' ? 201 : 200);
  }
  const id = await action.purchaseId();
  const detail = await until(`${action.step} has happened`, async () => {
    const { status, body } = await client.get(`/v1/purchases/${id}`);
    return status === 200 && body.state === stateAfter[action.step] ? body : undefined;
  });
  const arrivals = (detail.history as { to: string }[]).filter(({ to }) => to === stateAfter[action.step]);
  expect(arrivals).toHaveLength(1);
  const next = { create: 'cancel', pay: 'close' }[action.step as string];
  if (next === undefined) return;
  const key = randomUUID();
  const { reply } = await insist(() => client.post(`/v1/purchases/${id}/${next}`, undefined, { key }));
  expect(reply.status).toBe(200);
}
