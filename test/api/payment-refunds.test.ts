import { randomUUID } from 'node:crypto';
import { run } from '../../db/connection';
import { verifyLedger } from '../../db/ledger/queries';
import { eventually } from '../support/eventually';
import { startEmulator, type Emulator } from '../support/emulator';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { paymentIs, paymentRows, payOnline, purchaseIs } from '../support/payments';
import { place } from '../support/purchases';

let emulator: Emulator;
let mallflow: Installation;
let manager: HttpClient;
let operator: HttpClient;

beforeAll(async () => {
  emulator = await startEmulator();
  mallflow = await startInstallation({ emulator });
  manager = await mallflow.as('manager@demo');
  operator = await mallflow.as('operator@demo');
});
afterAll(async () => {
  expect(await verifyLedger(mallflow.services.db)).toEqual([]);
  await mallflow.stop();
  await emulator.stop();
});

const refund = (id: string, body: unknown, key: string = randomUUID()) =>
  operator.post(`/v1/payments/${id}/refunds`, body, { key });
const seenBy = async (reader: HttpClient, id: string): Promise<Body> => (await reader.get(`/v1/payments/${id}`)).body;

/** The channel took 350 fen for an order that is worth 100 fen more. */
async function setApart(): Promise<{ readonly order: Body; readonly payment: Body }> {
  const order = await place(manager);
  const payment = await payOnline(manager, order.id as string);
  await run(mallflow.database.owner, 'update payments set amount_fen = amount_fen + 100 where id = :id', {
    id: payment.id as string,
  });
  await emulator.control.pay(payment.channelNumber as string);
  return { order, payment: await paymentIs(manager, payment.id as string, 'processing') };
}

describe('money of a wrong amount', () => {
  it('is set apart: nothing is delivered, the order can be paid anew, operators may give it back', async () => {
    const { order, payment } = await setApart();
    const { id, channelNumber } = payment as { id: string; channelNumber: string };
    expect(payment).toMatchObject({ exception: 'amount_mismatch', actions: [], refunds: [] });
    expect(payment).not.toHaveProperty('setApart');
    expect(await seenBy(operator, id)).toMatchObject({
      ...{ state: 'processing', exception: 'amount_mismatch', actions: ['refund'] },
      setApart: [{ channelNumber, refundableFen: 350 }],
    });
    expect(await seenBy(manager, id)).not.toHaveProperty('codeUrl');
    const waiting = (await manager.get(`/v1/purchases/${order.id}`)).body;
    expect(waiting).toMatchObject({ state: 'awaiting_payment', actions: ['pay', 'cancel'] });
    const { body: processes } = await operator.get(`/v1/processes?whoseTurn=operator&q=${id}`);
    expect(processes.items).toMatchObject([{ kind: 'payment', subjectId: id, state: 'open' }]);

    const anew = await payOnline(manager, order.id as string);
    expect(anew.id).not.toBe(id);
    await emulator.control.pay(anew.channelNumber as string);
    const stocked = await purchaseIs(manager, order.id as string, 'stocked');
    expect(stocked.payments).toMatchObject([
      { id: anew.id as string, state: 'succeeded' },
      { id, state: 'processing' },
    ]);
  });

  it('goes back in parts, never more than came, however many ask at once', async () => {
    const { payment } = await setApart();
    const { id, channelNumber } = payment as { id: string; channelNumber: string };
    const give = (amountFen: number, key?: string) => refund(id, { channelNumber, amountFen, reason: '金额不符' }, key);
    const before = (await emulator.control.books(0)).totals;

    expect(await give(351)).toMatchObject({ status: 409, body: { code: 'REFUND_EXCEEDS', refundableFen: 350 } });
    const key = randomUUID();
    const part = await give(100, key);
    expect(part).toMatchObject({
      status: 200,
      body: { state: 'refunding', actions: ['refund'], setApart: [{ channelNumber, refundableFen: 250 }] },
    });
    const again = await give(100, key);
    expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([200, part.body, 'true']);
    expect(await give(101, key)).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });

    const crowd = await Promise.all(Array.from({ length: 6 }, () => give(100)));
    expect(crowd.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409, 409, 409]);
    for (const { body } of crowd.filter(({ status }) => status === 409))
      expect(body).toMatchObject({ code: 'REFUND_EXCEEDS', refundableFen: 50 });
    expect((await give(50)).status).toBe(200);

    const whole = await paymentIs(operator, id, 'refunded');
    expect(whole).toMatchObject({ actions: [], exception: 'amount_mismatch' });
    expect(whole).not.toHaveProperty('setApart');
    expect(whole.refunds.map((one: Body) => [one.amountFen, one.state]).sort()).toEqual(
      [100, 100, 100, 50].map((amountFen) => [amountFen, 'succeeded']),
    );
    expect(await give(1)).toMatchObject({ status: 409, body: { code: 'REFUND_EXCEEDS', refundableFen: 0 } });
    const after = (await emulator.control.books(0)).totals;
    expect([after.refunds - before.refunds, after.refundedFen - before.refundedFen]).toEqual([4, 350]);
  });

  it('stays in refunding while a part is kept', async () => {
    const { payment } = await setApart();
    const { id, channelNumber } = payment as { id: string; channelNumber: string };
    await refund(id, { channelNumber, amountFen: 1, reason: '部分' });
    const kept = await eventually(
      () => seenBy(operator, id),
      (body) => body.refunds[0]?.state === 'succeeded',
    );
    expect(kept).toMatchObject({ state: 'refunding', setApart: [{ channelNumber, refundableFen: 349 }] });
  });
});

describe('a refund is refused', () => {
  it('of money that was delivered for', async () => {
    const order = await place(manager);
    const { id, channelNumber } = await payOnline(manager, order.id as string);
    await emulator.control.pay(channelNumber as string);
    const succeeded = await paymentIs(operator, id as string, 'succeeded');
    expect(succeeded).toMatchObject({ actions: [] });
    const reply = await refund(id as string, { channelNumber, amountFen: 1, reason: '退款' });
    expect(reply).toMatchObject({ status: 409, body: { code: 'REFUND_EXCEEDS', refundableFen: 0 } });
  });

  it('of another payment’s attempt, and of money that never came', async () => {
    const [one, other] = [await paymentRows(mallflow), await paymentRows(mallflow)];
    const of = ({ channelNumber }: typeof one) => refund(one.id, { channelNumber, amountFen: 1, reason: '退款' });
    expect(await of(other)).toMatchObject({
      status: 422,
      body: { code: 'REFERENCE_NOT_FOUND', errors: [{ path: '/channelNumber' }] },
    });
    expect(await of(one)).toMatchObject({ status: 409, body: { code: 'REFUND_EXCEEDS', refundableFen: 0 } });
  });

  it.each([1.5, '1e3', '100', -1, 0, 2 ** 53, 1e20, 'NaN', null, [1], undefined])('of %j fen', async (amountFen) => {
    const { id, channelNumber } = await paymentRows(mallflow);
    const reply = await refund(id, { channelNumber, amountFen, reason: '退款' });
    expect([reply.status, reply.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(new Set(reply.body.errors.map(({ path }: Body) => path as string))).toEqual(new Set(['/amountFen']));
  });

  it.each(['{"amountFen":NaN}', '{"amountFen":1e', '{"amountFen":0x10}', '{"amountFen":+1}'])(
    'in no JSON: %s',
    async (text) => {
      const { id } = await paymentRows(mallflow);
      const headers = { 'content-type': 'application/json' };
      const reply = await operator.call('POST', `/v1/payments/${id}/refunds`, text, { key: randomUUID(), headers });
      expect([reply.status, reply.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    },
  );

  it('without a key, a reason or an attempt', async () => {
    const { id, channelNumber } = await paymentRows(mallflow);
    const path = `/v1/payments/${id}/refunds`;
    const body = { channelNumber, amountFen: 1, reason: '退款' };
    expect((await operator.post(path, body, { key: null })).body.code).toBe('IDEMPOTENCY_KEY_MISSING');
    const reply = await refund(id, { amountFen: 1, reason: ' ', more: true });
    expect(reply.status).toBe(400);
    expect(reply.body.errors.map((fault: Body) => fault.path as string).sort()).toEqual([
      ...['/channelNumber', '/more', '/reason'],
    ]);
  });
});
