import type { Delivery, Gateway } from './gateway';

/** One update upon one run. */
export interface RunOfClaim {
  readonly workflowId: string;
  readonly updateId: string;
}

interface Claim {
  /** Of a command that goes to several runs all of them, a blank between; ids have none. */
  readonly workflowId: string | null;
  readonly updateId: string;
}

/** What a claim's `workflowId` is when it goes to several runs. */
export function runsInOneClaim(workflowIds: readonly string[]): string {
  return workflowIds.join(' ');
}

/** The runs a claim goes to, each with an update id of its own that a retry finds again. */
export function runsOfClaim({ workflowId, updateId }: Claim): RunOfClaim[] {
  if (workflowId === null) return [];
  return workflowId
    .split(' ')
    .map((id, at) => ({ workflowId: id, updateId: at === 0 ? updateId : `${updateId}.${at}` }));
}

/** From the worst to the best: what became of a command is what became of the run that got least far. */
const order: readonly Delivery['kind'][] = [
  'refused',
  'run_failing',
  'no_run',
  'overloaded',
  'unconfirmed',
  'dropped',
  'accepted',
  'done',
];

/** A command is done when it is done everywhere. */
export function together(deliveries: readonly Delivery[]): Delivery {
  const [worst] = [...deliveries].sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  // rule: done-means-everywhere
  return worst ?? { kind: 'no_run' };
}

/** Asks again for the result of a command that was sent before, wherever it was sent. */
export async function outcomeOfClaim(gateway: Gateway, claim: Claim, withinMs: number): Promise<Delivery> {
  const asked = runsOfClaim(claim).map((run) => gateway.outcomeOf(run.workflowId, run.updateId, withinMs));
  return together(await Promise.all(asked));
}
