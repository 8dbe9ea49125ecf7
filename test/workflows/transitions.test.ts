import { purchaseCommands, purchaseMachine, type PurchaseAct, type PurchaseState } from '../../domain/purchase/states';
import { allowedCommands, allows, alreadyReached, isFinal } from '../../domain/shared/state-machine';
import { Gate, PurchaseRuns, type PurchaseRun } from './purchase-runs';

const openStates = (Object.keys(purchaseMachine.transitions) as PurchaseState[]).filter(
  (state) => !isFinal(purchaseMachine, state),
);
const count = (events: string[], type: string): number => events.filter((event) => event === type).length;

describe('the purchase workflow follows the table', () => {
  let runs: PurchaseRuns;
  beforeAll(async () => {
    runs = await PurchaseRuns.start();
  });
  afterAll(() => runs.stop());

  const done = { kind: 'done' };
  const actsOf = (run: PurchaseRun) => runs.fake.callsOf(run.id).map(({ activity, actor }) => [activity, actor]);

  /** How each edge is walked; a new edge in the table fails until it has its walk. */
  const walks: Readonly<Record<string, () => Promise<PurchaseState | null>>> = {
    'awaiting_payment.pay': async () => {
      const run = await runs.placed();
      expect(await run.command('pay')).toEqual(done);
      const stands = runs.fake.rowOf(run.id).state;
      await run.handle.terminate();
      return stands;
    },
    'awaiting_payment.cancel': async () => {
      const run = await runs.placed();
      expect(await run.command('cancel')).toEqual(done);
      return run.ends();
    },
    'awaiting_payment.expire': async () => {
      const run = await runs.placed({ payWithinMs: 300 });
      const ended = await run.ends();
      expect(actsOf(run)).toEqual([
        ['openPurchase', null],
        ['expirePurchase', 'system'],
      ]);
      return ended;
    },
    'awaiting_payment.pay_online': async () => {
      const run = await runs.placed();
      expect(await run.payOnline()).toEqual(done);
      runs.fake.write(run.id, 'stocked', 60_000);
      await run.hearSettled();
      expect(await run.command('close')).toEqual(done);
      expect(await run.ends()).toBe('closed');
      return 'stocked';
    },
    'awaiting_payment.close_payment': async () => {
      const run = await runs.placed();
      expect(await run.payOnline()).toEqual(done);
      expect(await run.command('cancel')).toEqual(done);
      expect(await run.ends()).toBe('cancelled');
      // A read that the engine asks for twice is no second act.
      expect([...new Set(actsOf(run).map(([activity]) => activity))]).toEqual([
        ...['openPurchase', 'requestPayment', 'cancelPurchase', 'loadPurchase'],
      ]);
      return 'awaiting_payment';
    },
    'awaiting_payment.payment_closed': async () => {
      const run = await runs.placed();
      expect(await run.payOnline()).toEqual(done);
      expect(await run.command('pay')).toEqual(done);
      expect(runs.fake.rowOf(run.id).state).toBe('stocked');
      // Once to have the payment closed, once to pay.
      expect(runs.fake.callsOf(run.id, 'payFromBalance')).toHaveLength(2);
      await run.handle.terminate();
      return 'awaiting_payment';
    },
    'paid.stock': async () => {
      const run = await runs.resumed('paid', null);
      runs.fake.write(run.id, 'stocked', 60_000);
      await run.reload();
      expect(await run.command('close')).toEqual(done);
      expect(await run.ends()).toBe('closed');
      return 'stocked';
    },
    'stocked.close': async () => {
      const run = await runs.resumed('stocked', 60_000);
      expect(await run.command('close')).toEqual(done);
      expect(actsOf(run)).toContainEqual(['closeOrderDetail', 'acc_1']);
      return run.ends();
    },
    'stocked.close_unattended': async () => {
      const run = await runs.placed({ detailOpenForMs: 500 });
      expect(await run.command('pay')).toEqual(done);
      const ended = await run.ends();
      expect(actsOf(run)).toContainEqual(['closeOrderDetail', 'system']);
      return ended;
    },
  };

  const edges = openStates.flatMap((from) =>
    Object.keys(purchaseMachine.transitions[from]).map((act) => ({ edge: `${from}.${act}`, from, act })),
  );
  it.each(edges)('$edge', async ({ edge, from, act }) => {
    const to = purchaseMachine.transitions[from][act as PurchaseAct];
    // Payment and stocking share one transaction: nobody sees `paid` between them.
    expect(await walks[edge]?.()).toBe(to === 'paid' ? 'stocked' : to);
  });

  const questions = openStates.flatMap((state) => purchaseCommands.map((command) => ({ state, command })));

  it.each(questions.filter(({ state, command }) => isRefused(state, command)))(
    'refuses $command while $state, without an UpdateAccepted event',
    async ({ state, command }) => {
      const run = await runs.resumed(state, 60_000);
      await run.eventsShow('WORKFLOW_TASK_COMPLETED');
      const before = await run.events();
      expect(await run.command(command)).toEqual({
        kind: 'refused',
        code: 'WRONG_STATE',
        facts: { state, allowed: allowedCommands(purchaseMachine, state) },
      });
      expect(await run.events()).toEqual(before);
      expect(runs.fake.callsOf(run.id)).toHaveLength(1);
      await run.handle.terminate();
    },
  );

  it.each(questions.filter(({ state, command }) => alreadyReached(purchaseMachine, state, command)))(
    'answers a repeated $command while $state, without doing it again',
    async ({ state, command }) => {
      const run = await runs.resumed(state, 60_000);
      expect(await run.command(command)).toEqual(done);
      expect(runs.fake.callsOf(run.id)).toHaveLength(1);
      await run.handle.terminate();
    },
  );

  it('a refused opening refuses the creation and whoever waits, and the run ends', async () => {
    const run = runs.prepare({ benefitId: 'none' });
    const gate = new Gate();
    runs.fake.interfere(run.id, 'openPurchase', {
      before: ({ quick }) => {
        if (quick) throw new Error('not this time');
        return gate.pass();
      },
    });
    const created = run.create();
    await gate.reached();
    const pay = run.command('pay');
    await run.eventsShow('WORKFLOW_EXECUTION_UPDATE_ACCEPTED', 2);
    gate.open();
    const refused = { kind: 'refused', code: 'REFERENCE_NOT_FOUND', facts: { errors: [] } };
    expect(await Promise.all([created, pay])).toEqual([refused, refused]);
    expect(await run.ends()).toBeNull();
    expect(runs.fake.callsOf(run.id, 'payFromBalance')).toEqual([]);
  });

  it('needs at most 25 history events from creation to close, with both timers', async () => {
    const run = await runs.placed();
    expect(await run.command('pay')).toEqual(done);
    expect(await run.command('close')).toEqual(done);
    expect(await run.ends()).toBe('closed');
    const events = await run.events();
    expect(count(events, 'TIMER_STARTED')).toBe(2);
    expect(count(events, 'TIMER_CANCELED')).toBe(2);
    expect(events.length).toBeLessThanOrEqual(25);
  });
});

function isRefused(state: PurchaseState, command: (typeof purchaseCommands)[number]): boolean {
  return !allows(purchaseMachine, state, command) && !alreadyReached(purchaseMachine, state, command);
}
