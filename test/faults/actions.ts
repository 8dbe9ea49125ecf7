import { randomUUID } from 'node:crypto';
import { firstRow } from '../../db/connection';
import { claimOf, type Action, type StepDefinition } from './action';
import { insist } from './insist';
import { allocationSteps } from './steps/allocation';
import { commoditySteps } from './steps/commodity';
import { purchaseSteps } from './steps/purchase';
import { until } from './until';
import type { World } from './world';

/** The steps of every case at which something may die. */
const definitions = { ...purchaseSteps, ...commoditySteps, ...allocationSteps } as const satisfies Record<
  string,
  StepDefinition
>;

export type Step = keyof typeof definitions;
export const steps = Object.keys(definitions) as readonly Step[];
/** The clock's steps do not pass through the API. */
export const commandSteps = steps.filter((step) => !definitions[step].byClock);

export function prepare(world: World, step: Step): Promise<Action> {
  return definitions[step].prepare(world, randomUUID());
}

export async function workflowIdOf(action: Action): Promise<string> {
  return `${action.subject.workflow}:${await action.subjectId()}`;
}

/** True once the step's transaction is committed. */
export async function hasHappened(world: World, action: Action): Promise<boolean> {
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
    const { reply } = await insist(action.call);
    expect(reply.status).toBe(action.status);
  }
  const at = `${subject.path}/${await action.subjectId()}`;
  const detail = await until(`${at} is ${reaches}`, async () => {
    const { status, body } = await client.get(at);
    return status === 200 && body.state === reaches ? body : undefined;
  });
  const arrivals = (detail.history as { to: string }[]).filter(({ to }) => to === reaches);
  expect(arrivals).toHaveLength(1);
  if (next === null) return;
  const key = randomUUID();
  const { reply } = await insist(() => client.post(`${at}/${next}`, undefined, { key }));
  expect(reply.status).toBe(200);
}
