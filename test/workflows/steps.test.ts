import { asFailure } from '../../activities/shared/failures';
import { DomainError } from '../../domain/shared/errors';
import { pendingSteps } from '../../temporal/run-health';
import { eventually } from '../support/eventually';
import { Gate, PurchaseRuns } from './purchase-runs';

const done = { kind: 'done' };
const scheduled = 'ACTIVITY_TASK_SCHEDULED';

describe("a purchase's own transactions", () => {
  let runs: PurchaseRuns;
  beforeAll(async () => {
    runs = await PurchaseRuns.start();
  });
  afterAll(() => runs.stop());

  it('are quick when all is well: no activity task in the history', async () => {
    const run = await runs.placed();
    expect(await run.command('cancel')).toEqual(done);
    expect(await run.ends()).toBe('cancelled');
    expect(await run.events()).not.toContain(scheduled);
    expect(runs.fake.callsOf(run.id).map(({ quick }) => quick)).toEqual([true, true]);
  });

  it('become normal activities when the quick attempt fails: repeated, visible, and done once mended', async () => {
    const run = await runs.placed();
    runs.fake.interfere(run.id, 'payFromBalance', {
      before: () => {
        throw new Error('the row is poisoned');
      },
    });
    const pay = run.command('pay');
    const [pending] = await eventually(
      () => pendingSteps(runs.client, run.workflowId),
      ([step]) => (step?.attempt ?? 0) >= 4,
    );
    expect(pending).toMatchObject({ activity: 'payFromBalance', lastFailure: 'the row is poisoned' });
    const whilePoisoned = await run.events();
    runs.fake.leaveAlone(run.id, 'payFromBalance');
    expect(await pay).toEqual(done);
    const calls = runs.fake.callsOf(run.id, 'payFromBalance');
    expect(calls.filter(({ quick }) => quick).length).toBeLessThanOrEqual(3);
    expect(calls.filter(({ quick }) => !quick).length).toBeGreaterThanOrEqual(4);
    // However often it was repeated, the history grew by one activity.
    expect(whilePoisoned.filter((event) => event === scheduled)).toHaveLength(1);
    expect((await run.events()).filter((event) => event.startsWith('ACTIVITY_TASK'))).toHaveLength(3);
    await run.handle.terminate();
  });

  it('that hang longer than the quick bound become normal activities, and take effect once', async () => {
    const run = await runs.placed({ quickMs: 1_000 });
    const gate = new Gate();
    // The quick attempt has written its row, and its answer never comes.
    runs.fake.interfere(run.id, 'payFromBalance', { after: ({ quick }) => (quick ? gate.pass() : undefined) });
    expect(await run.command('pay')).toEqual(done);
    gate.open();
    expect(await run.events()).toContain(scheduled);
    expect(runs.fake.callsOf(run.id, 'payFromBalance').map(({ quick }) => quick)).toEqual([true, false]);
    expect(runs.fake.rowOf(run.id).state).toBe('stocked');
    await run.handle.terminate();
  });

  it('open a case patiently too', async () => {
    const run = runs.prepare();
    runs.fake.interfere(run.id, 'openPurchase', {
      before: ({ quick, attempt }) => {
        if (quick || attempt < 3) throw new Error('the database is away');
      },
    });
    expect(await run.create()).toEqual(done);
    expect(await run.command('cancel')).toEqual(done);
    expect(await run.ends()).toBe('cancelled');
  });

  it('are not repeated when the domain refuses, and the case stands where it stood', async () => {
    const run = await runs.placed();
    const short = asFailure(new DomainError('BALANCE_SHORT', { missingFen: 7 }));
    runs.fake.interfere(run.id, 'payFromBalance', {
      before: () => {
        throw short;
      },
    });
    expect(await run.command('pay')).toEqual({ kind: 'refused', code: 'BALANCE_SHORT', facts: { missingFen: 7 } });
    expect(runs.fake.callsOf(run.id, 'payFromBalance')).toHaveLength(1);
    expect(await run.events()).not.toContain(scheduled);
    runs.fake.leaveAlone(run.id, 'payFromBalance');
    expect(await run.command('pay')).toEqual(done);
    await run.handle.terminate();
  });

  it('refused by the row as normal activities move the run just the same', async () => {
    const run = await runs.placed();
    runs.fake.interfere(run.id, 'cancelPurchase', {
      before: ({ quick }) => {
        if (quick) throw new Error('not this time');
        runs.fake.write(run.id, 'stocked', 60_000);
      },
    });
    expect(await run.command('cancel')).toMatchObject({ code: 'WRONG_STATE', facts: { state: 'stocked' } });
    expect(await run.command('close')).toEqual(done);
    expect(await run.ends()).toBe('closed');
  });

  it('of the clock become normal activities too', async () => {
    const run = await runs.placed({ payWithinMs: 300 });
    runs.fake.interfere(run.id, 'expirePurchase', {
      before: ({ quick, attempt }) => {
        if (quick || attempt < 2) throw new Error('the database is away');
      },
    });
    expect(await run.ends()).toBe('expired');
    expect(await run.events()).toContain('ACTIVITY_TASK_COMPLETED');
  });
});
