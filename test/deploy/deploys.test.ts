import { purchaseMachine } from '../../domain/purchase/states';
import { isFinal } from '../../domain/shared/state-machine';
import { caseById } from '../../db/case/queries';
import { processIdOf } from '../../domain/shared/ids';
import { eventually } from '../support/eventually';
import type { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { previousBundle } from './previous-bundle';

/** A stage of a case: how it is reached on the workflows of before, and how the case is finished on today's. */
interface Stage {
  readonly kind: string;
  readonly stage: string;
  readonly begin: (as: HttpClient) => Promise<string>;
  readonly finish: (as: HttpClient, id: string) => Promise<void>;
  readonly ends: string;
}

async function placed(as: HttpClient): Promise<string> {
  const benefits = await as.get('/v1/benefits?kind=coupon');
  const order = await as.post('/v1/purchases', { benefitId: benefits.body.items[0].id, quantity: 1 });
  expect(order.status).toBe(201);
  return order.body.id as string;
}

const pay = async (as: HttpClient, id: string): Promise<void> => {
  expect((await as.post(`/v1/purchases/${id}/pay`, { method: 'balance' })).status).toBe(200);
};
const close = async (as: HttpClient, id: string): Promise<void> => {
  expect((await as.post(`/v1/purchases/${id}/close`, {})).status).toBe(200);
};

const stages: readonly Stage[] = [
  {
    kind: 'purchase',
    stage: 'awaiting_payment',
    begin: placed,
    finish: async (as, id) => {
      await pay(as, id);
      await close(as, id);
    },
    ends: 'closed',
  },
  {
    kind: 'purchase',
    stage: 'stocked',
    begin: async (as) => {
      const id = await placed(as);
      await pay(as, id);
      return id;
    },
    finish: close,
    ends: 'closed',
  },
];

describe('a case begun on the workflows of before', () => {
  let installation: Installation;
  const begun = new Map<Stage, string>();
  let manager: HttpClient;

  beforeAll(async () => {
    installation = await startInstallation({ worker: false });
    manager = await installation.as('manager@demo');
    await installation.startWorker(await previousBundle());
    for (const stage of stages) begun.set(stage, await stage.begin(manager));
    await installation.stopWorker();
    await installation.startWorker();
  }, 90_000);
  afterAll(() => installation.stop());

  it.each(stages)('$kind at $stage is finished on today’s', async (stage) => {
    const id = begun.get(stage) ?? '';
    const { db, temporal } = installation.services;
    const before = await caseById(db, processIdOf(id));
    expect(before).toMatchObject({ kind: stage.kind, stage: stage.stage, state: 'open' });
    await stage.finish(manager, id);
    expect(await caseById(db, processIdOf(id))).toMatchObject({ stage: stage.ends, state: 'completed' });
    // It would stall here, could today's workflows not read what it lived through.
    const run = temporal.workflow.getHandle(before?.workflowId ?? '');
    await eventually(
      async () => (await run.describe()).status.name,
      (status) => status === 'COMPLETED',
    );
  });

  it('is there for every stage a purchase can rest in', () => {
    // `paid` and `stocked` share one transaction.
    const resting = Object.keys(purchaseMachine.transitions).filter(
      (state) => state !== 'paid' && !isFinal(purchaseMachine, state as keyof typeof purchaseMachine.transitions),
    );
    expect(stages.filter(({ kind }) => kind === 'purchase').map(({ stage }) => stage)).toEqual(resting);
  });
});
