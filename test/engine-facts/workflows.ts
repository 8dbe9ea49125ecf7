import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { FactActivities } from './engine';

/** Workflows that do nothing but show one fact about the engine. */

const local = proxyLocalActivities<FactActivities>({ scheduleToCloseTimeout: '20s', retry: { maximumAttempts: 1 } });
const tireless = proxyLocalActivities<FactActivities>({
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: 100, backoffCoefficient: 1 },
});

const closed = () => ApplicationFailure.create({ type: 'CLOSED', message: 'closed', nonRetryable: true });

/** A desk that refuses until it is opened, and stays until it is ended. */
export async function desk(): Promise<void> {
  let open = false;
  let ended = false;
  setHandler(defineSignal('open'), () => void (open = true));
  setHandler(defineSignal('end'), () => void (ended = true));
  setHandler(defineUpdate<string>('refusedByHandler'), () => {
    if (!open) throw closed();
    return 'done';
  });
  setHandler(defineUpdate<string>('refusedByValidator'), () => 'done', {
    validator: () => {
      if (!open) throw closed();
    },
  });
  setHandler(defineUpdate<string>('waits'), async () => {
    await condition(() => open);
    return 'done';
  });
  setHandler(defineUpdate<string>('step'), async () => {
    await local.step();
    return 'done';
  });
  await condition(() => ended);
  await condition(allHandlersFinished);
}

/** Closes with a step in its last task, so that a message can arrive while it closes. */
export async function closing(): Promise<void> {
  setHandler(defineSignal('poke'), () => undefined);
  setHandler(defineUpdate<string>('late'), () => 'done');
  await local.step();
}

/** The shape of a purchase: three messages, four steps, two clocks. */
export async function threeMessages(): Promise<void> {
  let stage = 0;
  const reach = async (next: number): Promise<void> => {
    await local.step();
    stage = next;
  };
  setHandler(defineUpdate('opened'), () => condition(() => stage >= 1));
  setHandler(defineUpdate('pay'), () => reach(2));
  setHandler(defineUpdate('close'), () => reach(3));
  await reach(1);
  await condition(() => stage >= 2, '30 minutes');
  await condition(() => stage >= 3, '7 days');
  await condition(allHandlersFinished);
}

/** A step that never works, repeated locally. */
export async function retriesLocally(): Promise<void> {
  await tireless.fails();
}

/** Signals another run; what becomes of a failure is its caller's choice. */
export async function signals(input: { readonly to: string; readonly caught: 'caught' | 'uncaught' }): Promise<string> {
  try {
    await getExternalWorkflowHandle(input.to).signal('poke');
    return 'delivered';
  } catch (error) {
    if (input.caught === 'uncaught') throw error;
    return `${(error as Error).name}: ${(error as ApplicationFailure).type ?? ''}`;
  }
}

/** What a bug in workflow code does: its tasks fail, and the run stands still. */
export async function broken(): Promise<void> {
  setHandler(defineUpdate<string>('act'), () => 'done');
  await Promise.resolve();
  throw new Error('not an ApplicationFailure');
}
