import { caseById } from '../../db/case/queries';
import { paymentMachine } from '../../domain/payment/states';
import { purchaseMachine } from '../../domain/purchase/states';
import { processIdOf } from '../../domain/shared/ids';
import { isFinal, type StateMachine } from '../../domain/shared/state-machine';
import { allocationMachine } from '../../domain/stock/allocation-states';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import { startInstallation, type Installation } from '../support/installation';
import { previousBundle } from './previous-bundle';
import type { Actors, Begun, Kind, Stage } from './stage';
import { stages, weathers } from './stages';

let emulator: Emulator;
let mallflow: Installation;
let actors: Actors;
const begun = new Map<Stage, Begun>();
let switched = false;

beforeAll(async () => {
  emulator = await startEmulator();
  // All runs are replayed at once when the workflows change.
  const options = { worker: false, tasksAtOnce: 5, environment: { MALLFLOW_RESULT_MS: '2000' } };
  mallflow = await startInstallation({ emulator, ...options });
  const [manager, operator] = await Promise.all([mallflow.as('manager@demo'), mallflow.as('operator@demo')]);
  actors = { manager, operator, outside: emulator.control, mallflow };
});
afterAll(async () => {
  await mallflow.stop();
  await emulator.stop();
});

const statusOf = async (workflowId: string): Promise<string> =>
  (await mallflow.services.temporal.workflow.getHandle(workflowId).describe()).status.name;

const casesOf = (stage: Stage) =>
  (Object.entries(stage.cases) as [Kind, readonly [at: string, ends: string]][]).map(([kind, [at, ends]]) => ({
    ...{ kind, at, ends },
    processId: processIdOf(begun.get(stage)?.[kind] ?? ''),
  }));

describe('cases begun on the workflows of before', () => {
  it('stand where they should when those go', async () => {
    await mallflow.startWorker(await previousBundle());
    for (const weather of weathers) {
      for (const { kind, ...how } of weather.faults) await emulator.control.fault(kind, how);
      await Promise.all(weather.stages.map(async (stage) => begun.set(stage, await stage.begin(actors))));
    }
    await mallflow.stopWorker();
    for (const stage of stages) await stage.meanwhile?.(actors, begun.get(stage) ?? {});
    for (const stage of stages) {
      const runs = stage.areOver === true ? 'COMPLETED' : 'RUNNING';
      for (const { kind, at, processId } of casesOf(stage)) {
        const found = await caseById(mallflow.services.db, processId);
        const stands = {
          way: stage.way,
          kind: found?.kind,
          stage: found?.stage,
          runs: await statusOf(found?.workflowId ?? ''),
        };
        expect(stands).toEqual({ way: stage.way, kind, stage: at, runs });
      }
      const { reconciliation } = begun.get(stage) ?? {};
      if (reconciliation !== undefined) expect([stage.way, await statusOf(reconciliation)]).toEqual([stage.way, runs]);
    }
    await emulator.control.clearFaults();
    await mallflow.startWorker();
    switched = true;
  });

  const named = stages.map((stage): [string, Stage] => [titleOf(stage), stage]);
  it.each(named)('%s, on today’s', async (_, stage) => {
    expect(switched).toBe(true);
    await stage.finish(actors, begun.get(stage) ?? {});
    for (const { ends, processId } of casesOf(stage)) {
      const ended = await eventually(
        () => caseById(mallflow.services.db, processId),
        (found) => found?.stage === ends && found.whoseTurn === 'nobody',
      );
      // It would stall here, could today's workflows not read what it lived through.
      await completed(ended?.workflowId ?? '');
    }
    const { reconciliation } = begun.get(stage) ?? {};
    if (reconciliation === undefined) return;
    await completed(reconciliation);
    const outcomes: unknown = await mallflow.services.temporal.workflow.getHandle(reconciliation).result();
    expect(outcomes).toMatchObject([{ kind: 'compared' }]);
  });

  const completed = (workflowId: string) =>
    eventually(
      () => statusOf(workflowId),
      (status) => status === 'COMPLETED',
    );

  it.each([
    // `paid` and `stocked` share one transaction.
    ['purchase', restingIn(purchaseMachine, ['paid'])],
    // Any of them may be at something, or begin a run again.
    ['payment', restingIn(paymentMachine, [])],
    // Whatever comes after the draft is without its run.
    ['commodity_add', ['draft']],
    ['stock_allocation', restingIn(allocationMachine, [])],
  ] as const)('are there for every stage a %s can rest in', (kind, resting) => {
    const tried = stages.flatMap(({ cases }) => cases[kind]?.[0] ?? []);
    expect(new Set(tried)).toEqual(new Set(resting));
  });
});

/** Which cases, at which stages, go which way. */
function titleOf({ way, cases }: Stage): string {
  const at = Object.entries(cases).map(([kind, [stage]]) => `${kind} at ${stage}`);
  return `${at.length === 0 ? 'reconciliation' : at.join(', ')}: ${way}`;
}

function restingIn<S extends string, A extends string, C extends A>(
  machine: StateMachine<S, A, C>,
  passing: readonly S[],
): S[] {
  return (Object.keys(machine.transitions) as S[]).filter(
    (state) => !passing.includes(state) && !isFinal(machine, state),
  );
}
