import { randomUUID } from 'node:crypto';
import { firstRow, rows } from '../../db/connection';
import { claimOf, type Action, type StepDefinition } from './action';
import { insist } from './insist';
import { allocationSteps } from './steps/allocation';
import { commoditySteps } from './steps/commodity';
import { feeSteps } from './steps/fee';
import { merchantSteps } from './steps/merchant';
import { onboardingSteps } from './steps/onboarding';
import { paymentSteps } from './steps/payment';
import { purchaseSteps } from './steps/purchase';
import { reviewSteps } from './steps/review';
import { until } from './until';
import type { World } from './world';

/** What happens to a seller on its way in. */
const sellerSteps = {
  ...onboardingSteps,
  ...feeSteps,
  ...merchantSteps,
  ...reviewSteps,
} as const;

/** The steps of every case at which something may die. */
const definitions = {
  ...purchaseSteps,
  ...commoditySteps,
  ...allocationSteps,
  ...paymentSteps,
  ...sellerSteps,
} as const satisfies Record<string, StepDefinition>;

export type Step = keyof typeof definitions;
export const steps = Object.keys(definitions) as readonly Step[];
/** The clock's steps do not pass through the API. */
export const commandSteps = steps.filter((step) => !definitions[step].byClock);
/** Those an outside party has a part in. */
export const channelSteps = steps.filter((step) => step in paymentSteps || step in sellerSteps);
export const stepsOfSellers = steps.filter((step) => step in sellerSteps);

export function prepare(world: World, step: Step): Promise<Action> {
  return definitions[step].prepare(world, randomUUID());
}

export async function workflowIdOf(action: Action): Promise<string> {
  return action.workflowId ?? `${action.subject.workflow}:${await action.subjectId()}`;
}

/** True once the step's transaction is committed. */
export async function hasHappened(world: World, action: Action): Promise<boolean> {
  if (action.happened !== undefined) return action.happened();
  if (action.call !== null) return (await claimOf(world, action.key))?.hasEffect ?? false;
  return (await stateOfSubject(world, action)) === action.reaches;
}

async function stateOfSubject(world: World, action: Action): Promise<string | undefined> {
  const sql = `select state from ${action.subject.table} where id = :id`;
  return (await firstRow<{ state: string }>(world.db, sql, { id: await action.subjectId() }))?.state;
}

/** The step has happened once, its caller is told, and the case goes on from there to its end. */
export async function verifyOnce(world: World, action: Action): Promise<void> {
  const { client, subject, reaches, next } = action;
  if (action.call !== null) {
    // An order is paid otherwise only once its open payment is certainly closed, which takes as long as it takes.
    const { reply } = await insist(action.call, undefined, ['409 PAYMENT_IN_PROGRESS']);
    expect(reply.status).toBe(action.status);
  }
  const at = `${subject.path}/${await action.subjectId()}`;
  const stateIsThere = async (): Promise<boolean> => {
    const { status, body } = await client.get(at);
    return status === 200 && body.state === reaches;
  };
  await until(`${at} is ${reaches}`, action.stands ?? stateIsThere);
  expect(await arrivals(world, action)).toBe(1);
  await action.afterwards?.();
  if (next === null) return;
  const key = randomUUID();
  const { reply } = await insist(() => client.post(`${at}/${next}`, undefined, { key }));
  expect(reply.status).toBe(200);
}

/** How often the case came to where the step leaves it, or the step is among its events. */
async function arrivals(world: World, action: Action): Promise<number> {
  const counted = action.act === undefined ? 'e.from_state is distinct from e.to_state' : 'e.act = :act';
  const events = await rows(
    world.db,
    `select e.id from case_events e join process_cases c on c.id = e.case_id
      where c.subject_id = :id and e.to_state = :to and ${counted}`,
    { id: await action.subjectId(), to: action.reaches, act: action.act ?? null },
  );
  return events.length;
}
