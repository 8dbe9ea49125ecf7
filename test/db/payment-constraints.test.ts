import { firstRow, rows } from '../../db/connection';
import { refundSetApart } from '../../db/payment/refunds';
import { furnishPayments, type PaymentRoom } from './payment-room';

let room: PaymentRoom;
beforeAll(async () => {
  room = await furnishPayments();
});
afterAll(() => room.drop());

describe('by constraint', () => {
  it.each([
    ['payments', "state = 'succeeded'", 'payments_succeeded_by_attempt'],
    ['payments', "state = 'lost'", 'payments_state_check'],
    ['payments', 'amount_fen = 0', 'payments_amount_fen_check'],
  ])('no %s with %s', async (table, set, constraint) => {
    const of = await room.payable();
    const failing = rows(room.db, `update ${table} set ${set} where id = :paymentId`, { ...of });
    await expect(failing).rejects.toMatchObject({ constraint });
  });

  it.each([
    ["state = 'paid'", 'payment_attempts_paid_has_amount'],
    ['returned_fen = 1', 'payment_attempts_check'],
  ])('no attempt with %s', async (set, constraint) => {
    const of = await room.payable();
    const failing = rows(room.db, `update payment_attempts set ${set} where channel_number = :channelNumber`, {
      ...of,
    });
    await expect(failing).rejects.toMatchObject({ constraint });
  });

  it.each([
    [`open_payment_id = null, closing_act = 'cancel'`, 'purchases_closing_closes'],
    [`state = 'cancelled'`, 'purchases_open_payment_before_payment'],
  ])('no purchase with %s', async (set, constraint) => {
    const of = await room.payable();
    const failing = rows(room.db, `update purchases set ${set} where id = :purchaseId`, { ...of });
    await expect(failing).rejects.toMatchObject({ constraint });
  });

  it('one open payment and one success for an order', async () => {
    const of = await room.payable();
    const copy = (id: string) =>
      rows(
        room.db,
        `insert into payments (id, enterprise_id, channel, method, subject_kind, subject_id, title, amount_fen, state,
                               requested_by, expires_at, settled_by, settled_at)
         select :id, enterprise_id, channel, method, subject_kind, subject_id, title, amount_fen, state, requested_by,
                expires_at, settled_by, settled_at from payments where id = :paymentId`,
        { ...of, id },
      );
    await expect(copy('pay_a')).rejects.toMatchObject({ constraint: 'payments_one_open_per_subject' });
    await room.say(of, 'paid');
    await expect(copy('pay_b')).rejects.toMatchObject({ constraint: 'payments_one_success_per_subject' });
  });

  it('no refund that ended without a time', async () => {
    const of = await room.payable();
    await room.say(of, 'paid', { amountFen: 300 });
    await room.inTrx((trx) =>
      refundSetApart(trx, { ...of, amountFen: 1, by: { actor: room.managerId, requestId: null } }),
    );
    const failing = rows(room.db, `update payment_refunds set state = 'succeeded' where payment_id = :paymentId`, {
      ...of,
    });
    await expect(failing).rejects.toMatchObject({ constraint: 'payment_refunds_settled' });
  });

  it('one attempt for a transaction of the channel', async () => {
    const [first, second] = [await room.payable(), await room.payable()];
    await room.say(first, 'paid', { transactionId: 'same' });
    await expect(room.say(second, 'paid', { transactionId: 'same' })).rejects.toMatchObject({
      constraint: 'payment_attempts_one_per_transaction',
    });
    expect(await firstRow(room.db, 'select state from payments where id = :paymentId', { ...second })).toEqual({
      state: 'awaiting_payer',
    });
  });
});
