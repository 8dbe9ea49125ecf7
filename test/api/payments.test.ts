import { randomUUID } from 'node:crypto';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { rows } from '../../db/connection';
import { verifyLedger } from '../../db/ledger/queries';
import { paymentWorkflowId } from '../../workflows/payment/contract';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { paymentIs, payOnline, purchaseIs } from '../support/payments';
import { outcomeOf, place } from '../support/purchases';

let emulator: Emulator;
let mallflow: Installation;
let manager: HttpClient;

beforeAll(async () => {
  emulator = await startEmulator();
  mallflow = await startInstallation({ emulator });
  manager = await mallflow.as('manager@demo');
});
afterEach(() => emulator.control.clearFaults());
afterAll(async () => {
  expect(await verifyLedger(mallflow.services.db)).toEqual([]);
  await mallflow.stop();
  await emulator.stop();
});

const pay = (id: string, body: unknown = { method: 'wechat_native' }, key: string = randomUUID()) =>
  manager.post(`/v1/purchases/${id}/pay`, body, { key });
const paymentAt = async (id: string): Promise<Body> => (await manager.get(`/v1/payments/${id}`)).body;
const stored = (sql: string, id: string) => rows<Body>(mallflow.database.owner, sql, { id });

describe('paying a purchase through WeChat Pay', () => {
  it('shows a code; once the buyer pays, the order is stocked, and all books agree', async () => {
    const order = await place(manager, 2);
    const { status, body } = await pay(order.id);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { purchase: { id: order.id, state: 'awaiting_payment' }, payment: { state: 'awaiting_payer' } },
    });
    const { payment } = body;
    expect(payment).toMatchObject({
      ...{ method: 'wechat_native', amountFen: order.totalFen, expiresAt: order.expiresAt, actions: [], refunds: [] },
      codeUrl: expect.stringMatching(/^weixin:/),
    });
    expect(await paymentAt(payment.id)).toEqual(payment);
    expect(await emulator.control.payments(payment.id)).toMatchObject([
      { channelNumber: payment.channelNumber, amountFen: order.totalFen, state: 'unpaid' },
    ]);
    await emulator.control.pay(payment.channelNumber);
    const stocked = await purchaseIs(manager, order.id, 'stocked');
    expect(stocked.payments).toMatchObject([{ id: payment.id, state: 'succeeded' }]);
    expect(await paymentAt(payment.id)).not.toHaveProperty('codeUrl');
    // Paid is paid, by whatever method it is asked for again.
    expect(await pay(order.id)).toMatchObject({ status: 200, body: { purchase: { state: 'stocked' } } });
    expect(await pay(order.id, { method: 'balance' })).toMatchObject({ status: 200, body: { state: 'stocked' } });
  });

  it('gives the open attempt again; its code is kept nowhere but sealed, and told nowhere else', async () => {
    const order = await place(manager);
    const key = randomUUID();
    const log = jest.spyOn(mallflow.services.log, 'info');
    const first = await eventually(
      () => pay(order.id, undefined, key),
      ({ body }) => body.payment?.codeUrl !== undefined,
    );
    const { payment } = first.body;
    const replayed = await pay(order.id, undefined, key);
    expect(replayed.headers.get('idempotent-replayed')).toBe('true');
    const again = await pay(order.id);
    expect(again.headers.get('idempotent-replayed')).toBeNull();
    for (const reply of [replayed, again]) expect(reply).toMatchObject({ status: 200, body: { payment } });
    expect(await emulator.control.payments(payment.id)).toHaveLength(1);

    const code = payment.codeUrl as string;
    const detail = (await manager.get(`/v1/purchases/${order.id}`)).body;
    expect(detail.payments).toMatchObject([{ id: payment.id, channelNumber: payment.channelNumber }]);
    const elsewhere = {
      detail,
      inside: first.body.purchase,
      list: (await manager.get('/v1/purchases')).body,
      operators: (await (await mallflow.as('operator@demo')).get(`/v1/payments/${payment.id}`)).body,
      commands: await stored('select c::text as row from commands c where resource_id = :id', order.id),
      attempts: await stored(
        "select a::text as row, encode(code_ciphertext, 'escape') as code from payment_attempts a where payment_id = :id",
        payment.id,
      ),
      log: JSON.stringify(log.mock.calls),
      ...(await histories(order.id, payment.id)),
    };
    log.mockRestore();
    expect(elsewhere.commands.length).toBeGreaterThanOrEqual(3);
    expect(elsewhere.ofPayment).toContain(payment.channelNumber);
    expect(elsewhere.log).toContain('/pay');
    for (const [where, text] of Object.entries(elsewhere))
      expect([where, JSON.stringify(text).includes(code)]).toEqual([where, false]);
    const kept = await stored(
      'select route from commands where resource_id = :id and outcome_status is not null',
      order.id,
    );
    // The creation's alone: what tells a code is rendered again.
    expect(kept).toEqual([{ route: 'POST /v1/purchases' }]);
  });

  async function histories(purchaseId: string, paymentId: string) {
    const handle = (workflowId: string) => mallflow.services.temporal.workflow.getHandle(workflowId);
    const plain = async (workflowId: string) =>
      historyToJSON(await handle(workflowId).fetchHistory()).replace(/"data": ?"([^"]*)"/g, (_, data: string) =>
        Buffer.from(data, 'base64').toString(),
      );
    return {
      ofPurchase: await plain(purchaseWorkflowId(purchaseId)),
      ofPayment: await plain(paymentWorkflowId(paymentId)),
    };
  }

  it('makes a new attempt with a fresh number under the same payment once the payer was refused', async () => {
    const order = await place(manager);
    const first = await payOnline(manager, order.id);
    await emulator.control.refuse(first.channelNumber);
    expect(await paymentIs(manager, first.id, 'created')).not.toHaveProperty('codeUrl');
    const second = await payOnline(manager, order.id);
    expect(second).toMatchObject({ id: first.id, state: 'awaiting_payer', codeUrl: expect.any(String) as string });
    expect(second.channelNumber).not.toBe(first.channelNumber);
    expect(second.codeUrl).not.toBe(first.codeUrl);
    await emulator.control.pay(second.channelNumber);
    await purchaseIs(manager, order.id, 'stocked');
  });

  it('asks where no notification comes', async () => {
    const order = await place(manager);
    const payment = await payOnline(manager, order.id);
    await emulator.control.pay(payment.channelNumber, { notify: false });
    await purchaseIs(manager, order.id, 'stocked');
  });

  it('takes the money although the run of its order is gone: the rows say what was bought', async () => {
    const order = await place(manager);
    const payment = await payOnline(manager, order.id);
    const { temporal } = mallflow.services;
    await temporal.workflow.getHandle(purchaseWorkflowId(order.id)).terminate('the test ends it');
    await emulator.control.pay(payment.channelNumber);
    await purchaseIs(manager, order.id, 'stocked');
    const result = (): Promise<unknown> => temporal.workflow.getHandle(paymentWorkflowId(payment.id)).result();
    expect(await temporal.withDeadline(Date.now() + 60_000, result)).toBe('succeeded');
  });

  it('believes a hundred notifications at once one time: one event, one journal, one delivery', async () => {
    const order = await place(manager);
    const payment = await payOnline(manager, order.id);
    await emulator.control.pay(payment.channelNumber, { notify: false });
    expect(await emulator.control.notify(payment.channelNumber, { times: 100 })).toEqual({
      times: 100,
      answers: { '204': 100 },
    });
    await purchaseIs(manager, order.id, 'stocked');
    const number = payment.channelNumber as string;
    const inbox = await eventually(
      () => stored('select state from payment_inbox where number = :id', number),
      (kept) => kept.every(({ state }) => state === 'applied'),
    );
    expect(inbox).toHaveLength(1);
    expect(await stored('select kind from ledger_journals where source = :id', number)).toEqual([
      { kind: 'channel_receipt' },
    ]);
    expect(await stored('select id from commodities where purchase_id = :id', order.id)).toHaveLength(1);
  });
});

describe('when the answer to an order is late or lost', () => {
  it('slow: the caller is answered without a code; a notification before the answer pays the order', async () => {
    const order = await place(manager);
    await emulator.control.fault('slow', { on: 'create', delayMs: 4_000, times: 1_000 });
    const key = randomUUID();
    const { status, body } = await outcomeOf(() => pay(order.id, undefined, key));
    expect({ status, body }).toMatchObject({ status: 200, body: { payment: { state: 'created' } } });
    expect(body.payment).not.toHaveProperty('codeUrl');
    await emulator.control.pay(body.payment.channelNumber);
    const stocked = await purchaseIs(manager, order.id, 'stocked');
    expect(stocked.payments).toMatchObject([{ id: body.payment.id, state: 'succeeded' }]);
    expect(await emulator.control.payments(body.payment.id)).toHaveLength(1);
  });

  it('lost: it is asked for again under the same number, and there is one order', async () => {
    const order = await place(manager);
    await emulator.control.fault('drop_answer', { on: 'create', times: 2 });
    const payment = await payOnline(manager, order.id);
    expect(await emulator.control.payments(payment.id)).toMatchObject([{ channelNumber: payment.channelNumber }]);
    expect(payment).toMatchObject({ codeUrl: expect.any(String) as string });
  });
});

describe('what cannot be paid', () => {
  it('by a channel that is not there: 422', async () => {
    const order = await place(manager);
    const reply = await pay(order.id, { method: 'bank_b2b' });
    expect(reply).toMatchObject({
      status: 422,
      body: { code: 'CHANNEL_NOT_AVAILABLE', errors: [{ path: '/method' }] },
    });
    expect((await manager.get(`/v1/purchases/${order.id}`)).body.payments).toEqual([]);
  });

  it.each([
    [{ method: 'cash' }, '/method'],
    [{ method: 1.5 }, '/method'],
    [{ method: null }, '/method'],
    [{}, '/method'],
    [{ method: 'wechat_native', amountFen: 1 }, '/amountFen'],
    [{ method: 'wechat_native', channelNumber: 'x' }, '/channelNumber'],
  ])('with %j: 400', async (body, path) => {
    const order = await place(manager);
    const reply = await pay(order.id, body);
    expect(reply).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors: [{ path }] } });
  });

  it('after it was cancelled: 409', async () => {
    const order = await place(manager);
    await manager.post(`/v1/purchases/${order.id}/cancel`);
    expect(await pay(order.id)).toMatchObject({
      status: 409,
      body: { code: 'WRONG_STATE', state: 'cancelled', allowed: [] },
    });
  });
});
