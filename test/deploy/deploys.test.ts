import { caseById } from '../../db/case/queries';
import { purchaseMachine } from '../../domain/purchase/states';
import { processIdOf } from '../../domain/shared/ids';
import { isFinal, type StateMachine } from '../../domain/shared/state-machine';
import { allocationMachine } from '../../domain/stock/allocation-states';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import { startInstallation, type Installation } from '../support/installation';
import { previousBundle } from './previous-bundle';
import { stages, type Actors, type Stage } from './stages';

describe('a case begun on the workflows of before', () => {
  let emulator: Emulator;
  let installation: Installation;
  const begun = new Map<Stage, string>();
  let actors: Actors;

  beforeAll(async () => {
    emulator = await startEmulator();
    installation = await startInstallation({ emulator, worker: false });
    const manager = await installation.as('manager@demo');
    actors = { manager, outside: emulator.control, owner: installation.database.db };
    await installation.startWorker(await previousBundle());
    for (const stage of stages) begun.set(stage, await stage.begin(actors));
    await installation.stopWorker();
    await installation.startWorker();
  });
  afterAll(async () => {
    await installation.stop();
    await emulator.stop();
  });

  it.each(stages)('$kind at $stage is $way on today’s', async (stage) => {
    const id = begun.get(stage) ?? '';
    const { db, temporal } = installation.services;
    const before = await caseById(db, processIdOf(id));
    expect(before).toMatchObject({ kind: stage.kind, stage: stage.stage, state: 'open' });
    await stage.finish(actors, id);
    expect(await caseById(db, processIdOf(id))).toMatchObject({ stage: stage.ends, whoseTurn: 'nobody' });
    // It would stall here, could today's workflows not read what it lived through.
    const run = temporal.workflow.getHandle(before?.workflowId ?? '');
    await eventually(
      async () => (await run.describe()).status.name,
      (status) => status === 'COMPLETED',
    );
  });

  it.each([
    // `paid` and `stocked` share one transaction.
    ['purchase', restingIn(purchaseMachine, ['paid'])],
    // Whatever comes after the draft is without its run.
    ['commodity_add', ['draft']],
    ['stock_allocation', restingIn(allocationMachine, [])],
  ])('is there for every stage a %s can rest in', (kind, resting) => {
    const tried = stages.filter((stage) => stage.kind === kind).map(({ stage }) => stage);
    expect([...new Set(tried)]).toEqual(resting);
  });
});

function restingIn<S extends string, A extends string, C extends A>(
  machine: StateMachine<S, A, C>,
  passing: readonly S[],
): S[] {
  return (Object.keys(machine.transitions) as S[]).filter(
    (state) => !passing.includes(state) && !isFinal(machine, state),
  );
}
