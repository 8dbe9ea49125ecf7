import { purchaseStates, type PurchaseState } from '../../domain/purchase/states';
import { PurchaseRuns, type PurchaseRun } from './purchase-runs';

const done = { kind: 'done' };

describe('a purchase started again from facts', () => {
  let runs: PurchaseRuns;
  beforeAll(async () => {
    runs = await PurchaseRuns.start();
  });
  afterAll(() => runs.stop());

  /** From each state of the row to the end of the run. */
  const rest: Readonly<Record<PurchaseState, (run: PurchaseRun) => Promise<PurchaseState>>> = {
    awaiting_payment: async (run) => {
      expect(await run.command('pay')).toEqual(done);
      expect(await run.command('close')).toEqual(done);
      return 'closed';
    },
    paid: async (run) => {
      runs.fake.write(run.id, 'stocked', 60_000);
      await run.reload();
      expect(await run.command('close')).toEqual(done);
      return 'closed';
    },
    stocked: async (run) => {
      expect(await run.command('close')).toEqual(done);
      return 'closed';
    },
    closed: async () => 'closed',
    cancelled: async () => 'cancelled',
    expired: async () => 'expired',
  };

  it.each(purchaseStates)('goes on from a row that is %s', async (state) => {
    const isOver = state === 'closed' || state === 'cancelled' || state === 'expired';
    const run = await runs.resumed(state, isOver ? null : 60_000);
    const end = await rest[state](run);
    expect(await run.ends()).toBe(end);
    expect(runs.fake.callsOf(run.id, 'openPurchase')).toHaveLength(1);
  });

  it('goes on in the middle of a life, after its run was lost', async () => {
    const run = await runs.placed();
    await run.handle.terminate();
    expect(await run.resume()).toBe(true);
    expect(await run.command('pay')).toEqual(done);
    await run.handle.terminate();
    expect(await run.resume()).toBe(true);
    expect(await run.command('close')).toEqual(done);
    expect(await run.ends()).toBe('closed');
    expect(runs.fake.callsOf(run.id, 'payFromBalance')).toHaveLength(1);
  });

  it('does not disturb a run that is open', async () => {
    const run = await runs.placed();
    expect(await run.resume()).toBe(false);
    expect(runs.fake.callsOf(run.id)).toHaveLength(1);
    await run.handle.terminate();
  });

  it('does at once what fell due while there was no run', async () => {
    const unpaid = await runs.resumed('awaiting_payment', -60_000);
    expect(await unpaid.ends()).toBe('expired');
    const leftOpen = await runs.resumed('stocked', -60_000);
    expect(await leftOpen.ends()).toBe('closed');
    expect(runs.fake.callsOf(leftOpen.id, 'closeOrderDetail')).toMatchObject([{ actor: 'system' }]);
  });

  it('waits for a fact where no clock moves it on, even with a due time long past', async () => {
    const run = await runs.resumed('paid', -60_000);
    await run.eventsShow('WORKFLOW_TASK_COMPLETED');
    expect(await run.events()).not.toContain('TIMER_STARTED');
    runs.fake.write(run.id, 'stocked', 60_000);
    await run.reload();
    expect(await run.command('close')).toEqual(done);
    expect(await run.ends()).toBe('closed');
  });
});
