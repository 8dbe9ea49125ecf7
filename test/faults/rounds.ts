import type { Reply } from '../support/http-client';
import { claimOf, type Action } from './action';
import { hasHappened, prepare, type Step } from './actions';
import type { RowLock } from './row-lock';
import { until } from './until';
import type { World } from './world';

export type Victim = 'api' | 'worker' | 'temporal' | 'postgres' | 'emulator';
/** A wire between two of them. */
export type CutWire = 'apiToTemporal' | 'workerToTemporal' | 'apiToPostgres' | 'workerToPostgres' | 'workerToChannel';
export type Target = Victim | CutWire;
/** Before its transaction commits, or after that and before anybody has heard of it. */
export type Moment = 'before' | 'after';

/** What was seen of one step at the moment of the kill. */
export interface Evidence {
  readonly action: Action;
  readonly hadEffect: boolean;
  /** The worker's transaction was seen waiting for the held row. */
  readonly wasWaiting: boolean;
  readonly hadClaim: boolean;
  readonly hadOutcome: boolean;
  /** The first call of the person, where it had been answered by then. */
  readonly answered: Reply | undefined;
  /** The call itself, which the kill may have cut. */
  readonly call: Promise<Reply | undefined>;
}

/** Kills a process, or ends all connections of a wire; {@link World.restore} brings it back. */
export function kill(world: World, target: Target): Promise<void> {
  const cut = (wire: CutWire) => () => {
    world.wires[wire].cut();
    return Promise.resolve();
  };
  const kills: Record<Target, () => Promise<void>> = {
    api: () => world.api.kill9(),
    worker: () => world.worker.kill9(),
    temporal: () => world.engines.killTemporal(),
    postgres: () => world.engines.killPostgres(),
    emulator: () => world.emulator.kill9(),
    apiToTemporal: cut('apiToTemporal'),
    workerToTemporal: cut('workerToTemporal'),
    apiToPostgres: cut('apiToPostgres'),
    workerToPostgres: cut('workerToPostgres'),
    workerToChannel: cut('workerToChannel'),
  };
  return kills[target]();
}

/** The calls with which a worker tells the engine what it did. */
const activityReports = ['RespondActivityTaskCompleted', 'RespondActivityTaskFailed'] as const;
const taskReports = ['RespondWorkflowTaskCompleted', 'RespondWorkflowTaskFailed'] as const;

/** The calls whose answers tell the API what became of a command. */
export const commandCalls = [
  'UpdateWorkflowExecution',
  'ExecuteMultiOperation',
  'PollWorkflowExecutionUpdate',
] as const;

/** Brings every step to the moment, strikes the target once, and lets everything come back. */
export async function strike(
  world: World,
  { target, moment, steps }: { target: Target; moment: Moment; steps: readonly Step[] },
): Promise<Map<Step, Evidence>> {
  const actions = await Promise.all(steps.map((step) => prepare(world, step)));
  const begun = moment === 'before' ? await beginBefore(actions) : await beginAfter(world, actions, target);
  const { locks, calls } = begun;
  const evidence = await Promise.all(
    actions.map((action, at) => lookAt(world, action, { call: calls[at], lock: locks[at] })),
  );
  await kill(world, target);
  // A report that the dead had not sent is never sent.
  if (target === 'worker' || target === 'workerToTemporal') world.wires.workerCalls.forget();
  await Promise.all(locks.map((lock) => lock.release()));
  await world.restore();
  return new Map(steps.map((step, at) => [step, evidence[at] as Evidence]));
}

/** Long enough for everything to be in place before the clock strikes. */
const dueInMs = 8_000;

interface UnderWay {
  readonly locks: readonly RowLock[];
  readonly calls: readonly Begun[];
}

async function beginBefore(actions: readonly Action[]): Promise<UnderWay> {
  await Promise.all(actions.map((action) => action.arm(dueInMs)));
  const locks = await Promise.all(actions.map((action) => action.lock()));
  const calls = actions.map((action) => begin(action));
  await until('every step waits for its row', () => allTrue(locks, (lock) => lock.struck()));
  return { locks, calls };
}

/**
 * An activity is asked for by the report of a workflow task, so those steps come first: what they report is held, while
 * tasks still pass; then the reports of tasks too, and the other steps begin.
 */
async function beginAfter(world: World, actions: readonly Action[], target: Target): Promise<UnderWay> {
  const hidesAnswers = target === 'api' || target === 'apiToTemporal';
  const [first, then] = [actions.filter(byActivity), actions.filter((action) => !byActivity(action))];
  const happen = (some: readonly Action[]) =>
    until('every step has happened', () => allTrue(some, (action) => hasHappened(world, action)));
  await Promise.all(first.map((action) => action.arm(dueInMs)));
  if (hidesAnswers) world.wires.apiCalls.holdAnswers(...commandCalls);
  else world.wires.workerCalls.holdRequests(...activityReports);
  await happen(first);
  await Promise.all(then.map((action) => action.arm(dueInMs)));
  if (!hidesAnswers) world.wires.workerCalls.holdRequests(...taskReports);
  const callOf = new Map(actions.map((action) => [action, begin(action)]));
  await happen(then);
  return { locks: [], calls: actions.map((action) => callOf.get(action) as Begun) };
}

const byActivity = (action: Action): boolean => action.carriedOutBy === 'activity';

interface Begun {
  readonly call: Promise<Reply | undefined>;
  reply: Reply | undefined;
}

function begin(action: Action): Begun {
  const call = action.call === null ? Promise.resolve(undefined) : action.call().catch(() => undefined);
  const begun: Begun = { call, reply: undefined };
  void call.then((reply) => (begun.reply = reply));
  return begun;
}

async function allTrue<T>(things: readonly T[], ask: (thing: T) => Promise<boolean>): Promise<boolean> {
  return (await Promise.all(things.map(ask))).every(Boolean);
}

async function lookAt(
  world: World,
  action: Action,
  { call: begun, lock }: { readonly call: Begun | undefined; readonly lock: RowLock | undefined },
): Promise<Evidence> {
  const claim = await claimOf(world, action.key);
  return {
    action,
    hadEffect: await hasHappened(world, action),
    wasWaiting: lock !== undefined && (await lock.struck()),
    hadClaim: claim !== undefined,
    hadOutcome: claim?.hasOutcome ?? false,
    answered: begun?.reply,
    call: begun?.call ?? Promise.resolve(undefined),
  };
}
