import { eventually } from '../support/eventually';
import { startEmulator, type Emulator } from '../support/emulator';
import type { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { verifyLedger } from '../../db/ledger/queries';

let emulator: Emulator;
let installation: Installation;
let manager: HttpClient;

beforeAll(async () => {
  emulator = await startEmulator();
  installation = await startInstallation({ emulator });
  manager = await installation.as('manager@demo');
}, 60_000);
afterAll(async () => {
  await installation.stop();
  await emulator.stop();
});

async function place(quantity = 1) {
  const benefits = await manager.get('/v1/benefits?kind=coupon');
  const { body } = await manager.post('/v1/purchases', { benefitId: benefits.body.items[0].id, quantity });
  return body;
}

async function payOnline(purchaseId: string) {
  const { status, body } = await manager.post(`/v1/purchases/${purchaseId}/pay`, { method: 'wechat_native' });
  expect({ status, body }).toMatchObject({ status: 200, body: { payment: { state: 'awaiting_payer' } } });
  return body.payment;
}

const purchaseAt = (id: string, state: string) =>
  eventually(
    async () => (await manager.get(`/v1/purchases/${id}`)).body,
    (body) => body.state === state,
  );

describe('paying a purchase through WeChat Pay', () => {
  it('shows a code; once the buyer pays, the order is stocked, and all books agree', async () => {
    const order = await place(2);
    const payment = await payOnline(order.id);
    expect(payment).toMatchObject({ method: 'wechat_native', amountFen: order.totalFen });
    expect(payment.codeUrl).toMatch(/^weixin:/);
    const [attempt] = await emulator.control.payments(payment.id);
    expect(attempt).toMatchObject({ channelNumber: payment.channelNumber, amountFen: order.totalFen });
    await emulator.control.pay(payment.channelNumber);
    const stocked = await purchaseAt(order.id, 'stocked');
    expect(stocked.payments).toMatchObject([{ id: payment.id, state: 'succeeded' }]);
    expect(await verifyLedger(installation.services.db)).toEqual([]);
  });

  it('shows a fresh code at once when the buyer was refused', async () => {
    const order = await place();
    const refused = await payOnline(order.id);
    await emulator.control.refuse(refused.channelNumber);
    await eventually(
      async () => (await manager.get(`/v1/payments/${refused.id}`)).body,
      (body) => body.state === 'created',
    );
    const again = await payOnline(order.id);
    expect(again).toMatchObject({ id: refused.id, codeUrl: expect.stringMatching(/^weixin:/) });
    expect(again.channelNumber).not.toBe(refused.channelNumber);
    await emulator.control.pay(again.channelNumber);
    await purchaseAt(order.id, 'stocked');
  });

  it('is closed first when the order is cancelled', async () => {
    const order = await place();
    const payment = await payOnline(order.id);
    const cancelled = await manager.post(`/v1/purchases/${order.id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect((await manager.get(`/v1/payments/${payment.id}`)).body).toMatchObject({ state: 'cancelled' });
    expect(await emulator.control.payments(payment.id)).toMatchObject([{ state: 'closed' }]);
  });

  it('gives money back that comes after the order was cancelled', async () => {
    const order = await place();
    const payment = await payOnline(order.id);
    await manager.post(`/v1/purchases/${order.id}/cancel`);
    await emulator.control.pay(payment.channelNumber, { force: true });
    const refunded = await eventually(
      async () => (await manager.get(`/v1/payments/${payment.id}`)).body,
      (body) => body.state === 'refunded',
    );
    expect(refunded).toMatchObject({ exception: 'late_paid', refunds: [{ state: 'succeeded' }] });
  });

  it('is closed first when the order is paid from the balance', async () => {
    const order = await place();
    const payment = await payOnline(order.id);
    const paid = await manager.post(`/v1/purchases/${order.id}/pay`, { method: 'balance' });
    expect(paid).toMatchObject({ status: 200, body: { state: 'stocked' } });
    expect(await emulator.control.payments(payment.id)).toMatchObject([{ state: 'closed' }]);
  });

  it('asks where no notification comes', async () => {
    const order = await place();
    const payment = await payOnline(order.id);
    await emulator.control.pay(payment.channelNumber, { notify: false });
    await purchaseAt(order.id, 'stocked');
  });
});
