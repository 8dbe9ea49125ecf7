import { purchaseMachine } from '../../domain/purchase/states';
import { allowedCommands } from '../../domain/shared/state-machine';
import { eventually } from '../support/eventually';
import { Gate, PurchaseRuns } from './purchase-runs';

const done = { kind: 'done' };
const accepted = 'WORKFLOW_EXECUTION_UPDATE_ACCEPTED';

describe('when several things happen to a purchase at once', () => {
  let runs: PurchaseRuns;
  beforeAll(async () => {
    runs = await PurchaseRuns.start();
  });
  afterAll(() => runs.stop());

  const refusedIn = (state: 'stocked' | 'expired' | 'closed', dueAt?: string | null) => ({
    kind: 'refused',
    code: 'WRONG_STATE',
    facts: { state, allowed: allowedCommands(purchaseMachine, state), ...(dueAt === undefined ? {} : { dueAt }) },
  });

  it('commands queue one at a time, and each is judged again when its turn comes', async () => {
    const run = await runs.placed();
    const gate = new Gate();
    // As a normal activity, so that later commands reach the run while the step is under way.
    runs.fake.interfere(run.id, 'payFromBalance', { before: ({ quick }) => (quick ? fail() : gate.pass()) });
    const pay = run.command('pay');
    await gate.reached();
    const later = [run.command('cancel'), run.command('pay'), run.command('pay')];
    await run.eventsShow(accepted, 5);
    expect(runs.fake.callsOf(run.id, 'cancelPurchase')).toEqual([]);
    gate.open();
    expect(await pay).toEqual(done);
    expect(await Promise.all(later)).toEqual([refusedIn('stocked'), done, done]);
    expect(runs.fake.callsOf(run.id).filter(({ quick }) => !quick)).toHaveLength(1);
    expect(runs.fake.callsOf(run.id, 'cancelPurchase')).toEqual([]);
    expect(runs.fake.mostAtOnce).toBe(1);
    await run.handle.terminate();
  });

  it('pay before expiry: a clock that fires while the payment is under way leaves the order paid', async () => {
    const run = runs.prepare({ payWithinMs: 50 });
    const [opening, paying] = [new Gate(), new Gate()];
    runs.fake.interfere(run.id, 'openPurchase', { before: ({ quick }) => (quick ? fail() : opening.pass()) });
    runs.fake.interfere(run.id, 'payFromBalance', { before: ({ quick }) => (quick ? fail() : paying.pass()) });
    const created = run.create();
    await opening.reached();
    // The payment waits for the opening, so it stands in line before the clock is even set.
    const pay = run.command('pay');
    await run.eventsShow(accepted, 2);
    opening.open();
    await paying.reached();
    await run.eventsShow('TIMER_FIRED');
    paying.open();
    expect(await created).toEqual(done);
    expect(await pay).toEqual(done);
    expect(await run.command('close')).toEqual(done);
    expect(await run.ends()).toBe('closed');
    expect(runs.fake.callsOf(run.id, 'expirePurchase')).toEqual([]);
  });

  it('expiry before pay: the payment is told that the order expired, and the run ends', async () => {
    const run = runs.prepare({ payWithinMs: 500 });
    const gate = new Gate();
    runs.fake.interfere(run.id, 'expirePurchase', { before: ({ quick }) => (quick ? fail() : gate.pass()) });
    expect(await run.create()).toEqual(done);
    await gate.reached();
    const pay = run.command('pay');
    await run.eventsShow(accepted, 2);
    gate.open();
    expect(await pay).toEqual(refusedIn('expired'));
    expect(await run.ends()).toBe('expired');
    expect(runs.fake.callsOf(run.id, 'payFromBalance')).toEqual([]);
  });

  it('a refusal by the row moves the run to where the row stands', async () => {
    const run = await runs.placed();
    const { dueAt } = runs.fake.write(run.id, 'stocked', 60_000);
    expect(await run.command('cancel')).toEqual(refusedIn('stocked', dueAt));
    // No reload: the run knows from the refusal alone.
    expect(await run.command('close')).toEqual(done);
    expect(await run.ends()).toBe('closed');
    expect(runs.fake.callsOf(run.id, 'loadPurchase')).toEqual([]);
  });

  it('a refusal by the row brings its due time with it', async () => {
    const run = await runs.placed();
    runs.fake.write(run.id, 'stocked', 700);
    expect(await run.command('cancel')).toMatchObject({ kind: 'refused', code: 'WRONG_STATE' });
    expect(await run.ends()).toBe('closed');
  });

  it('a clock refused by the row moves the run and does not fail it', async () => {
    const run = runs.prepare({ payWithinMs: 300 });
    // Somebody else was faster by a hair.
    const ahead = () => void runs.fake.write(run.id, 'stocked', 60_000);
    runs.fake.interfere(run.id, 'expirePurchase', { before: ahead });
    expect(await run.create()).toEqual(done);
    await eventually(
      async () => runs.fake.callsOf(run.id, 'expirePurchase'),
      (calls) => calls.length === 1,
    );
    await run.eventsShow('TIMER_STARTED', 2);
    expect(await run.command('close')).toEqual(done);
    expect(await run.ends()).toBe('closed');
  });

  it('reload makes the run re-read its row', async () => {
    const run = await runs.placed();
    runs.fake.write(run.id, 'stocked', 60_000);
    expect(await run.command('close')).toMatchObject({ kind: 'refused', code: 'WRONG_STATE' });
    await run.reload();
    expect(await run.command('close')).toEqual(done);
    expect(await run.ends()).toBe('closed');
    expect(runs.fake.callsOf(run.id, 'loadPurchase')).toHaveLength(1);
  });

  it('reload ends a run whose row is over', async () => {
    const run = await runs.placed();
    runs.fake.write(run.id, 'cancelled', null);
    await run.reload();
    expect(await run.ends()).toBe('cancelled');
  });

  it('reload takes the new due time of the same state', async () => {
    const run = await runs.placed({ payWithinMs: 60_000 });
    runs.fake.write(run.id, 'awaiting_payment', 300);
    await run.reload();
    expect(await run.ends()).toBe('expired');
  });

  it('a command that was in line before the reload was asked for is judged by what the reload finds', async () => {
    const run = await runs.placed();
    const gate = new Gate();
    runs.fake.interfere(run.id, 'payFromBalance', {
      before: ({ quick }) => (quick ? fail() : gate.pass()),
      after: () => void runs.fake.write(run.id, 'closed', null),
    });
    const pay = run.command('pay');
    await gate.reached();
    const cancel = run.command('cancel');
    await run.eventsShow(accepted, 3);
    await run.reload();
    gate.open();
    expect(await pay).toEqual(done);
    expect(await cancel).toEqual(refusedIn('closed'));
    expect(await run.ends()).toBe('closed');
  });

  it('a run that is over answers every accepted command before it ends', async () => {
    const run = runs.prepare({ payWithinMs: 500 });
    const gate = new Gate();
    runs.fake.interfere(run.id, 'expirePurchase', { before: ({ quick }) => (quick ? fail() : gate.pass()) });
    // The command must re-read the row first, which takes it a step longer than the main flow.
    runs.fake.interfere(run.id, 'loadPurchase', { before: ({ quick }) => (quick ? fail() : undefined) });
    expect(await run.create()).toEqual(done);
    await gate.reached();
    const pay = run.command('pay');
    await run.eventsShow(accepted, 2);
    await run.reload();
    gate.open();
    expect(await pay).toEqual(refusedIn('expired'));
    expect(await run.ends()).toBe('expired');
  });

  it('a command that waits for a payment to be closed is still told when the flow has ended', async () => {
    const run = await runs.placed();
    expect(await run.payOnline()).toEqual(done);
    const gate = new Gate();
    runs.fake.heldPayments.set(run.id, gate.pass);
    const cancel = run.command('cancel');
    await gate.reached();
    const markers = (await run.events()).filter((event) => event === 'MARKER_RECORDED').length;
    // Over, as somebody else's row says, and the payment not closed yet: the flow ends, the command waits on.
    runs.fake.writeUnclosed(run.id, 'cancelled');
    await run.reload();
    await run.eventsShow('MARKER_RECORDED', markers + 1);
    runs.fake.write(run.id, 'cancelled', null);
    await run.reload();
    expect(await cancel).toEqual(done);
    expect(await run.ends()).toBe('cancelled');
    gate.open();
  });

  it('a command that races a reload is judged by what the reload finds', async () => {
    const run = await runs.placed();
    const gate = new Gate();
    runs.fake.interfere(run.id, 'loadPurchase', { before: ({ quick }) => (quick ? fail() : gate.pass()) });
    runs.fake.write(run.id, 'stocked', 60_000);
    await run.reload();
    await gate.reached();
    // By what the run knew it would be refused; while it reads, nobody can tell.
    const close = run.command('close');
    await run.eventsShow(accepted, 2);
    gate.open();
    expect(await close).toEqual(done);
    expect(await run.ends()).toBe('closed');
  });

  it('a reload asked for while one is under way is not lost', async () => {
    const run = await runs.placed();
    const gate = new Gate();
    let rowsRead = 0;
    // The first one has read the row already, and its answer is on the way.
    runs.fake.interfere(run.id, 'loadPurchase', {
      after: ({ quick }) => (rowsRead > 0 ? undefined : quick ? fail() : ((rowsRead += 1), gate.pass())),
    });
    await run.reload();
    await gate.reached();
    runs.fake.write(run.id, 'stocked', 60_000);
    await run.reload();
    await run.eventsShow('WORKFLOW_EXECUTION_SIGNALED', 2);
    gate.open();
    expect(await run.command('close')).toEqual(done);
    expect(await run.ends()).toBe('closed');
  });

  it('two creations of one purchase are one', async () => {
    const run = runs.prepare();
    expect(await Promise.all([run.create(), run.create(), run.create()])).toEqual([done, done, done]);
    expect(runs.fake.callsOf(run.id, 'openPurchase')).toHaveLength(1);
    await run.handle.terminate();
  });
});

function fail(): never {
  throw new Error('not this time');
}
