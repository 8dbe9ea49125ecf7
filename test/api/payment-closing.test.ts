import { randomUUID } from 'node:crypto';
import { run } from '../../db/connection';
import { verifyLedger } from '../../db/ledger/queries';
import { paymentWorkflowId } from '../../workflows/payment/contract';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import type { FaultOptions } from '../support/emulator-control';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { paymentIs, paymentRows, payOnline, purchaseIs } from '../support/payments';
import { outcomeOf, place } from '../support/purchases';

/** An order is never given up, nor paid otherwise, while money for it may still come. */
let emulator: Emulator;
let mallflow: Installation;
/** It soon says 202: what becomes of a command is told later. */
let hasty: Installation;
let manager: HttpClient;
let hastyManager: HttpClient;

beforeAll(async () => {
  emulator = await startEmulator();
  mallflow = await startInstallation({ emulator });
  hasty = await startInstallation({ emulator, environment: { MALLFLOW_RESULT_MS: '2000' } });
  manager = await mallflow.as('manager@demo');
  hastyManager = await hasty.as('manager@demo');
});
afterEach(() => emulator.control.clearFaults());
afterAll(async () => {
  for (const { services, stop } of [mallflow, hasty]) {
    expect(await verifyLedger(services.db)).toEqual([]);
    await stop();
  }
  await emulator.stop();
});

interface Open {
  readonly by: HttpClient;
  readonly id: string;
  readonly paymentId: string;
  readonly channelNumber: string;
}

async function openPayment(by = manager): Promise<Open> {
  const { id } = (await place(by)) as { id: string };
  const payment = await payOnline(by, id);
  return { by, id, paymentId: payment.id as string, channelNumber: payment.channelNumber as string };
}

/** Its run says so early that its payment is not closed yet: long before the caller would be told 202. */
async function openImpatientPayment(): Promise<Open> {
  const policy = mallflow.services.settings.policies.purchase;
  const { awaitPaymentMs } = policy;
  Object.assign(policy, { awaitPaymentMs: 1_000 });
  return openPayment().finally(() => Object.assign(policy, { awaitPaymentMs }));
}

type Order = Pick<Open, 'by' | 'id'>;
const pay = ({ by, id }: Order, method: string, key: string = randomUUID()) =>
  by.post(`/v1/purchases/${id}/pay`, { method }, { key });
const cancel = ({ by, id }: Order, key: string = randomUUID()) =>
  by.post(`/v1/purchases/${id}/cancel`, undefined, { key });
/** The same key, until it says what has become of it. */
const cancelled = (of: Order, key: string = randomUUID()) => outcomeOf(() => cancel(of, key));
const purchaseAt = async ({ by, id }: Order): Promise<Body> => (await by.get(`/v1/purchases/${id}`)).body;
const atChannel = async (of: Open) => (await emulator.control.payments(of.paymentId)).map(({ state }) => state);
/** No close is answered, whatever became of it, until the faults are cleared. */
const closesFail = (kind: string, options: FaultOptions = {}) =>
  emulator.control.fault(kind, { on: 'close', times: 10_000, ...options });

function operationAfter({ status, body, headers }: Reply): () => Promise<Body> {
  expect({ status, body }).toEqual({ status: 202, body: { operationId: expect.any(String) as string } });
  const path = `/v1/operations/${body.operationId}`;
  expect(headers.get('location')).toBe(path);
  return async () => (await hastyManager.get(path)).body;
}

const ended = (operation: () => Promise<Body>) => eventually(operation, ({ state }) => state !== 'running');
const noActions = { state: 'awaiting_payment', actions: [] };
const inProgress = { status: 409, body: { code: 'PAYMENT_IN_PROGRESS', allowed: [] } };

describe('an open payment is closed first', () => {
  it('when the order is cancelled', async () => {
    const of = await openPayment();
    expect(await cancelled(of)).toMatchObject({ status: 200, body: { state: 'cancelled', actions: [] } });
    expect(await paymentIs(manager, of.paymentId, 'cancelled')).not.toHaveProperty('codeUrl');
    expect(await atChannel(of)).toEqual(['closed']);
    expect((await cancel(of)).status).toBe(200);
  });

  it('when the order is paid from the balance', async () => {
    const of = await openPayment();
    expect(await pay(of, 'balance')).toMatchObject({ status: 200, body: { state: 'stocked' } });
    expect(await atChannel(of)).toEqual(['closed']);
  });

  it.each(['drop_answer', 'wrong_signature', 'slow'])('also when every answer to that is lost: %s', async (kind) => {
    const of = await openPayment();
    await closesFail(kind, { delayMs: 10_000 });
    expect(await cancelled(of)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await atChannel(of)).toEqual(['closed']);
  });

  it('and what is paid all the same goes back', async () => {
    const of = await openPayment();
    await cancelled(of);
    await emulator.control.pay(of.channelNumber, { force: true });
    expect(await paymentIs(manager, of.paymentId, 'refunded')).toMatchObject({
      exception: 'late_paid',
      refunds: [{ state: 'succeeded', reason: 'late_paid' }],
    });
    expect(await purchaseAt(of)).toMatchObject({ state: 'cancelled' });
  });
});

describe('while it is uncertain whether it is closed', () => {
  it.each(['500', '429'])('cancelling is 202 and nothing can be done, until it is: %s', async (kind) => {
    const of = await openPayment(hastyManager);
    await closesFail(kind);
    const key = randomUUID();
    const operation = operationAfter(await cancel(of, key));
    expect(await operation()).toMatchObject({ state: 'running' });
    expect(await purchaseAt(of)).toMatchObject(noActions);
    expect((await of.by.get(`/v1/payments/${of.paymentId}`)).body).not.toHaveProperty('codeUrl');
    await emulator.control.clearFaults();
    expect(await ended(operation)).toMatchObject({ state: 'done', result: { state: 'cancelled' } });
    const again = await cancel(of, key);
    expect([again.status, again.body.state, again.headers.get('idempotent-replayed')]).toEqual([
      ...[200, 'cancelled', 'true'],
    ]);
    expect(await paymentIs(of.by, of.paymentId, 'cancelled')).toMatchObject({ refunds: [] });
    expect(await atChannel(of)).toEqual(['closed']);
  });

  it('no other method pays; once it is closed, any does', async () => {
    const of = await openImpatientPayment();
    await closesFail('500');
    expect(await pay(of, 'balance')).toMatchObject(inProgress);
    expect(await purchaseAt(of)).toMatchObject(noActions);
    expect(await pay(of, 'wechat_native')).toMatchObject(inProgress);
    expect(await pay(of, 'balance')).toMatchObject(inProgress);
    await emulator.control.clearFaults();
    await eventually(
      () => purchaseAt(of),
      ({ actions }) => actions.length > 0,
    );
    expect(await atChannel(of)).toEqual(['closed']);
    const anew = await payOnline(manager, of.id);
    expect(anew.id).not.toBe(of.paymentId);
    // Its run may say that the payment is not closed yet.
    const paid = await eventually(
      () => pay(of, 'balance'),
      ({ body }) => body.code !== 'PAYMENT_IN_PROGRESS',
    );
    expect(paid).toMatchObject({ status: 200, body: { state: 'stocked' } });
    expect((await purchaseAt(of)).payments.map(({ state }: Body) => state as string)).toEqual([
      ...['cancelled', 'cancelled'],
    ]);
  });

  it('the rows refuse to pay, without asking any run', async () => {
    const { purchaseId: id } = await paymentRows(mallflow);
    const of = { by: manager, id };
    await run(mallflow.database.owner, "update purchases set closing_act = 'cancel' where id = :id", { id });
    expect(await purchaseAt(of)).toMatchObject(noActions);
    for (const method of ['balance', 'wechat_native']) expect(await pay(of, method)).toMatchObject(inProgress);
  });

  it('who wanted to pay otherwise may give the order up', async () => {
    const of = await openPayment(hastyManager);
    await closesFail('500');
    const key = randomUUID();
    expect(await outcomeOf(() => pay(of, 'balance', key))).toMatchObject(inProgress);
    const operation = operationAfter(await cancel(of));
    await emulator.control.clearFaults();
    expect(await ended(operation)).toMatchObject({ state: 'done', result: { state: 'cancelled' } });
  });
});

describe('payment wins', () => {
  it('over a cancellation that waits: the operation is refused, the order stocked', async () => {
    const of = await openPayment(hastyManager);
    await closesFail('500');
    const key = randomUUID();
    const operation = operationAfter(await cancel(of, key));
    await emulator.control.pay(of.channelNumber);
    await purchaseIs(of.by, of.id, 'stocked');
    expect(await ended(operation)).toMatchObject({
      state: 'refused',
      problem: { status: 409, code: 'WRONG_STATE', allowed: ['close'] },
    });
    expect(await cancel(of, key)).toMatchObject({ status: 409, body: { code: 'WRONG_STATE', state: 'stocked' } });
    expect(await paymentIs(of.by, of.paymentId, 'succeeded')).toMatchObject({ refunds: [] });
  });

  it('over the close that meets it', async () => {
    const of = await openPayment();
    await emulator.control.fault('close_while_paying');
    expect(await cancelled(of)).toMatchObject({
      status: 409,
      body: { code: 'WRONG_STATE', state: 'stocked', allowed: ['close'] },
    });
    await purchaseIs(manager, of.id, 'stocked');
    await paymentIs(manager, of.paymentId, 'succeeded');
  });

  it('over paying otherwise: the balance is not touched', async () => {
    const balance = async () => (await manager.get('/v1/enterprise-balance')).body;
    const [of, before] = [await openImpatientPayment(), await balance()];
    await closesFail('500');
    expect(await pay(of, 'balance')).toMatchObject(inProgress);
    await emulator.control.pay(of.channelNumber);
    await purchaseIs(manager, of.id, 'stocked');
    expect(await pay(of, 'balance')).toMatchObject({ status: 200, body: { state: 'stocked' } });
    expect(await balance()).toEqual(before);
  });
});

describe('when the time to pay is over', () => {
  /** As if the thirty minutes were over; both runs are told to look. */
  async function timePasses({ id, paymentId }: Open): Promise<void> {
    const { owner } = mallflow.database;
    await run(owner, 'update purchases set expires_at = now(), due_at = now() where id = :id', { id });
    await run(owner, 'update payments set expires_at = now() where id = :paymentId', { paymentId });
    await mallflow.services.gateway.reload(purchaseWorkflowId(id));
    await mallflow.services.gateway.reload(paymentWorkflowId(paymentId));
  }

  it('the order expires once its payment is closed', async () => {
    const of = await openPayment();
    await closesFail('429');
    await timePasses(of);
    await eventually(
      () => purchaseAt(of),
      ({ actions }) => actions.length === 0,
    );
    expect(await purchaseAt(of)).toMatchObject(noActions);
    expect(await pay(of, 'wechat_native')).toMatchObject(inProgress);
    await emulator.control.clearFaults();
    expect(await purchaseIs(manager, of.id, 'expired')).toMatchObject({ actions: [] });
    expect(await paymentIs(manager, of.paymentId, 'cancelled')).toMatchObject({ refunds: [] });
    expect(await atChannel(of)).toEqual(['closed']);
  });

  it('and payment wins over the clock too', async () => {
    const of = await openPayment();
    await closesFail('500');
    await emulator.control.pay(of.channelNumber, { notify: false });
    await timePasses(of);
    await purchaseIs(manager, of.id, 'stocked');
    expect(await paymentIs(manager, of.paymentId, 'succeeded')).toMatchObject({ refunds: [] });
  });
});
