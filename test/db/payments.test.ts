import { caseById } from '../../db/case/queries';
import { hasEffect } from '../../db/command/repository';
import { rows } from '../../db/connection';
import { verifyLedger } from '../../db/ledger/queries';
import { askToClose, bySystem, endUnpaid } from '../../db/payment/repository';
import { nextDuty } from '../../domain/payment/duties';
import { processIdOf } from '../../domain/shared/ids';
import { refundSetApart } from '../../db/payment/refunds';
import { releaseOrder, stockPaidOrder } from '../../db/purchase/online-repository';
import { code, furnishPayments, type Paid, type PaymentRoom } from './payment-room';

let room: PaymentRoom;
beforeAll(async () => {
  room = await furnishPayments();
  await room.topUp(1_000_000);
});
afterEach(async () => {
  expect(await verifyLedger(room.db)).toEqual([]);
});
afterAll(() => room.drop());

const caseOf = (id: string) => caseById(room.db, processIdOf(id));
const close = (of: Paid) => room.inTrx((trx) => askToClose(trx, of.paymentId, bySystem));

/** What the ledger gained since. */
async function gained(work: () => Promise<unknown>) {
  const before = await room.ledger();
  await work();
  const after = await room.ledger();
  return Object.fromEntries(
    Object.entries(after).map(([name, fen]) => [name, fen - before[name as keyof typeof before]]),
  );
}

describe('asking to pay online', () => {
  it('stores payment, attempt and number before the channel hears of it', async () => {
    const of = await room.ask(await room.place());
    expect(of.channelNumber).toMatch(/^att[0-9a-z]{26}$/);
    expect(await room.record(of.paymentId)).toMatchObject({
      state: 'created',
      amountFen: 500,
      attempts: [{ state: 'created' }],
    });
    expect(await room.purchase(of.purchaseId)).toMatchObject({
      state: 'awaiting_payment',
      openPaymentId: of.paymentId,
    });
    expect(await caseOf(of.paymentId)).toMatchObject({ kind: 'payment', state: 'open', whoseTurn: 'provider' });
    await room.open(of);
    expect(await caseOf(of.paymentId)).toMatchObject({ stage: 'awaiting_payer', whoseTurn: 'manager' });
  });

  it('again gives the attempt that is open, and a fresh number once the payer was refused', async () => {
    const of = await room.payable();
    expect(await room.ask(of.purchaseId)).toEqual(of);
    await room.say(of, 'failed');
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'created', attempts: [{ state: 'refused' }] });
    const again = await room.ask(of.purchaseId);
    expect(again).toMatchObject({ paymentId: of.paymentId });
    expect(again.channelNumber).not.toBe(of.channelNumber);
  });

  it('after a refusal leaves the refused attempt to be closed; until then it may be paid', async () => {
    const of = await room.payable();
    await room.say(of, 'failed');
    expect(nextDuty(await room.record(of.paymentId))).toMatchObject({ act: 'close', number: of.channelNumber });
    await room.purchases.cancelPurchase(room.act(of.purchaseId));
    await room.inTrx((trx) => endUnpaid(trx, of.paymentId));
    expect(await room.purchase(of.purchaseId)).toMatchObject({ state: 'awaiting_payment', closing: 'cancel' });
    await room.say(of, 'failed');
    await room.say(of, 'unpaid');
    expect(await room.purchase(of.purchaseId)).toMatchObject({ state: 'awaiting_payment' });
    await room.say(of, 'closed');
    expect(await room.purchase(of.purchaseId)).toMatchObject({ state: 'cancelled' });
    const paid = await room.payable();
    await room.say(paid, 'failed');
    await room.say(paid, 'paid');
    expect(await room.purchase(paid.purchaseId)).toMatchObject({ state: 'stocked' });
  });

  it('is refused where nothing is to be paid, and while a payment is being closed', async () => {
    const cancelled = await room.place();
    await room.purchases.cancelPurchase(room.act(cancelled));
    expect(await code(room.ask(cancelled))).toBe('WRONG_STATE');
    const of = await room.payable();
    await room.purchases.cancelPurchase(room.act(of.purchaseId));
    expect(await code(room.ask(of.purchaseId))).toBe('PAYMENT_IN_PROGRESS');
  });
});

describe('money that comes', () => {
  it('pays and stocks its order once, however often it is told', async () => {
    const of = await room.payable();
    const told = () => Promise.all(Array.from({ length: 7 }, () => room.say(of, 'paid')));
    expect(await gained(told)).toEqual({ taken: 500, received: 0, onItsWayBack: 0, spent: 500 });
    expect(await room.purchase(of.purchaseId)).toEqual({ state: 'stocked', openPaymentId: null, closing: null });
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'succeeded', settledBy: of.channelNumber });
    expect(await caseOf(of.paymentId)).toMatchObject({ state: 'completed', whoseTurn: 'nobody' });
    const commodities = await rows(room.owner, 'select id from commodities where purchase_id = :purchaseId', { ...of });
    expect(commodities).toHaveLength(1);
  });

  it('finds its attempt before our own question was answered', async () => {
    const of = await room.ask(await room.place());
    await room.say(of, 'paid');
    await room.open(of);
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'succeeded', attempts: [{ state: 'paid' }] });
  });

  it('wins over a cancellation that is under way, and over an expiry', async () => {
    for (const end of ['cancelPurchase', 'expirePurchase'] as const) {
      const of = await room.payable();
      await room.purchases[end](room.act(of.purchaseId));
      expect(await room.purchase(of.purchaseId)).toMatchObject({ openPaymentId: of.paymentId });
      await room.say(of, 'paid');
      expect(await room.purchase(of.purchaseId)).toEqual({ state: 'stocked', openPaymentId: null, closing: null });
    }
  });

  it('after the order was cancelled goes back', async () => {
    const of = await room.payable();
    const { commandId } = { commandId: (await room.claim({ resourceId: of.purchaseId })).id };
    await room.purchases.cancelPurchase(room.act(of.purchaseId, commandId));
    expect(await hasEffect(room.db, commandId)).toBe(false);
    await room.say(of, 'closed');
    expect(await room.purchase(of.purchaseId)).toMatchObject({ state: 'cancelled' });
    expect(await hasEffect(room.db, commandId)).toBe(true);
    expect(await gained(() => room.say(of, 'paid'))).toEqual({
      taken: 500,
      received: 500,
      onItsWayBack: 500,
      spent: 0,
    });
    const { refunds, exception, state } = await room.record(of.paymentId);
    expect({ exception, state }).toEqual({ exception: 'late_paid', state: 'refunding' });
    expect(await caseOf(of.paymentId)).toMatchObject({ state: 'open', whoseTurn: 'provider' });
    const back = async () => {
      for (const standing of ['processing', 'succeeded', 'succeeded'] as const)
        await room.sayRefund(of.paymentId, refunds[0]!.refundNumber, standing);
    };
    expect(await gained(back)).toEqual({ taken: -500, received: -500, onItsWayBack: -500, spent: 0 });
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'refunded' });
    expect(await caseOf(of.paymentId)).toMatchObject({ state: 'completed' });
  });

  it('a second time goes back, and the payment stays succeeded', async () => {
    const first = await room.payable();
    await room.say(first, 'failed');
    const second = await room.ask(first.purchaseId);
    await room.open(second);
    await room.say(second, 'paid');
    expect(await gained(() => room.say(first, 'paid'))).toEqual({
      taken: 500,
      received: 500,
      onItsWayBack: 500,
      spent: 0,
    });
    const { state, exception, refunds } = await room.record(first.paymentId);
    expect({ state, exception }).toEqual({ state: 'succeeded', exception: 'duplicate_paid' });
    expect(await caseOf(first.paymentId)).toMatchObject({ stage: 'succeeded', state: 'open', whoseTurn: 'provider' });
    await room.sayRefund(first.paymentId, refunds[0]!.refundNumber, 'succeeded');
    expect(await caseOf(first.paymentId)).toMatchObject({ state: 'completed' });
    expect(refunds).toMatchObject([{ channelNumber: first.channelNumber, amountFen: 500 }]);
  });

  it('of another amount is set apart until an operator gives it back; the order can be paid anew', async () => {
    const of = await room.payable();
    expect(await gained(() => room.say(of, 'paid', { amountFen: 499 }))).toMatchObject({
      taken: 499,
      received: 499,
      spent: 0,
    });
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'processing', exception: 'amount_mismatch' });
    expect(await caseOf(of.paymentId)).toMatchObject({ state: 'open', whoseTurn: 'operator' });
    expect(await room.purchase(of.purchaseId)).toMatchObject({ state: 'awaiting_payment', openPaymentId: null });
    const anew = await room.ask(of.purchaseId);
    expect(anew.paymentId).not.toBe(of.paymentId);
    const refund = (amountFen: number) =>
      room.inTrx((trx) => refundSetApart(trx, { ...of, amountFen, by: { actor: room.managerId, requestId: null } }));
    await refund(400);
    expect(await code(refund(100))).toBe('REFUND_EXCEEDS');
    await refund(99);
    const { refunds } = await room.record(of.paymentId);
    await room.sayRefund(of.paymentId, refunds[0]!.refundNumber, 'succeeded');
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'refunding' });
    await room.sayRefund(of.paymentId, refunds[1]!.refundNumber, 'succeeded');
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'refunded' });
    expect(await caseOf(of.paymentId)).toMatchObject({ state: 'completed' });
  });

  it('that somebody gave back at the channel is not delivered for: an operator looks', async () => {
    for (const standing of ['part_refunded', 'refunded'] as const) {
      const of = await room.payable();
      await room.say(of, standing, { amountFen: 500, transactionId: `wx${of.channelNumber}` });
      expect(await room.purchase(of.purchaseId)).toMatchObject({ state: 'awaiting_payment', openPaymentId: null });
      expect(await caseOf(of.paymentId)).toMatchObject({ state: 'open', whoseTurn: 'operator' });
    }
  });

  it('that was delivered for is not given back', async () => {
    const of = await room.payable();
    await room.say(of, 'paid');
    const by = { actor: room.managerId, requestId: null };
    expect(await code(room.inTrx((trx) => refundSetApart(trx, { ...of, amountFen: 1, by })))).toBe('REFUND_EXCEEDS');
  });
});

describe('closing', () => {
  it('ends the payment only when no attempt can be paid, and the order with it', async () => {
    const of = await room.payable();
    await room.purchases.expirePurchase(room.act(of.purchaseId));
    await room.inTrx((trx) => endUnpaid(trx, of.paymentId));
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'awaiting_payer' });
    await room.say(of, 'unpaid');
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'awaiting_payer' });
    await room.say(of, 'closed');
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'cancelled' });
    expect(await room.purchase(of.purchaseId)).toMatchObject({ state: 'expired', openPaymentId: null });
  });

  it('for another way to pay leaves the order to be paid', async () => {
    const of = await room.payable();
    const pay = (commandId: string) =>
      room.purchases.payFromBalance({ ...room.act(of.purchaseId, commandId), detailOpenForMs: 1_000 });
    const first = await pay('op_a');
    expect(first).toMatchObject({ state: 'awaiting_payment', payment: { closing: true } });
    expect(await caseOf(of.purchaseId)).toMatchObject({ whoseTurn: 'provider' });
    expect(await code(pay('op_b'))).toBe('PAYMENT_IN_PROGRESS');
    await room.say(of, 'closed');
    expect(await caseOf(of.purchaseId)).toMatchObject({ whoseTurn: 'manager' });
    const second = await pay('op_a');
    expect(second).toMatchObject({ state: 'stocked' });
  });

  it('that is asked for twice keeps the first wish, but for giving up instead of paying otherwise', async () => {
    const of = await room.payable();
    await room.purchases.payFromBalance({ ...room.act(of.purchaseId), detailOpenForMs: 1_000 });
    await room.purchases.cancelPurchase(room.act(of.purchaseId));
    await room.purchases.expirePurchase(room.act(of.purchaseId));
    expect(await room.purchase(of.purchaseId)).toMatchObject({ closing: 'cancel' });
    await room.say(of, 'closed');
    expect(await room.purchase(of.purchaseId)).toMatchObject({ state: 'cancelled' });
  });

  it('releases the order from that payment alone, and stocks none that waits for nothing', async () => {
    const of = await room.payable();
    await room.purchases.cancelPurchase(room.act(of.purchaseId));
    await room.inTrx((trx) => releaseOrder(trx, of.purchaseId, 'pay_another'));
    expect(await room.purchase(of.purchaseId)).toMatchObject({ openPaymentId: of.paymentId, closing: 'cancel' });
    await room.say(of, 'closed');
    const order = { purchaseId: of.purchaseId, detailOpenForMs: 1_000 };
    expect(await room.inTrx((trx) => stockPaidOrder(trx, order))).toBe(false);
  });

  it('does nothing to a payment that is settled', async () => {
    const of = await room.payable();
    await room.say(of, 'paid');
    await close(of);
    await room.inTrx((trx) => endUnpaid(trx, of.paymentId));
    expect(await room.record(of.paymentId)).toMatchObject({ state: 'succeeded', closeAsked: false });
  });

  it.each([
    ['cancelPurchase', 'cancelled'],
    ['expirePurchase', 'expired'],
  ] as const)('by %s and payment at once: one of them, and no fen is lost', async (act, ended) => {
    for (let round = 0; round < 10; round += 1) {
      const of = await room.payable();
      const said = round % 2 === 0 ? 'paid' : 'closed';
      await Promise.all([room.purchases[act](room.act(of.purchaseId)).catch(() => undefined), room.say(of, said)]);
      // What had been closed before anybody wished for it leaves the order to be paid.
      const { state } = await room.purchase(of.purchaseId);
      expect([said === 'paid' ? 'stocked' : ended, ...(said === 'paid' ? [ended] : ['awaiting_payment'])]).toContain(
        state,
      );
      const { refunds } = await room.record(of.paymentId);
      expect(refunds).toHaveLength(said === 'paid' && state !== 'stocked' ? 1 : 0);
    }
  });
});
