import { caseById } from '../../db/case/queries';
import { verifyLedger } from '../../db/ledger/queries';
import { refundSetApart } from '../../db/payment/refunds';
import { processIdOf } from '../../domain/shared/ids';
import { code, furnishPayments, type Paid, type PaymentRoom } from './payment-room';

let room: PaymentRoom;
beforeAll(async () => {
  room = await furnishPayments();
});
afterEach(async () => {
  expect(await verifyLedger(room.db)).toEqual([]);
});
afterAll(() => room.drop());

const caseOf = (id: string) => caseById(room.db, processIdOf(id));

describe('refunds', () => {
  const setApart = async (): Promise<Paid> => {
    const of = await room.payable();
    await room.say(of, 'paid', { amountFen: 300 });
    return of;
  };
  const refund = (of: Paid, amountFen: number) =>
    room.inTrx((trx) => refundSetApart(trx, { ...of, amountFen, by: { actor: room.managerId, requestId: null } }));

  it('together never exceed what came, whoever comes at once', async () => {
    const of = await setApart();
    const outcomes = await Promise.all(Array.from({ length: 7 }, () => code(refund(of, 100))));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'REFUND_EXCEEDS')).toHaveLength(4);
    expect(await room.count(`payment_refunds where payment_id = '${of.paymentId}'`)).toBe(3);
  });

  it('that the channel closes leave the money set apart, for an operator', async () => {
    const of = await setApart();
    await refund(of, 300);
    const [{ refundNumber } = { refundNumber: '' }] = (await room.record(of.paymentId)).refunds;
    await room.sayRefund(of.paymentId, refundNumber, 'closed');
    expect(await caseOf(of.paymentId)).toMatchObject({ state: 'open', whoseTurn: 'operator' });
    // A late word of it changes nothing any more.
    await room.sayRefund(of.paymentId, refundNumber, 'succeeded');
    expect((await room.record(of.paymentId)).refunds).toMatchObject([{ refundNumber, state: 'closed' }]);
    expect(await caseOf(of.paymentId)).toMatchObject({ state: 'open', whoseTurn: 'operator' });
    await refund(of, 300);
    expect(await caseOf(of.paymentId)).toMatchObject({ whoseTurn: 'provider' });
  });

  it('that get stuck at the channel are an operator’s, and end when they do', async () => {
    const of = await setApart();
    await refund(of, 300);
    const [{ refundNumber } = { refundNumber: '' }] = (await room.record(of.paymentId)).refunds;
    await room.sayRefund(of.paymentId, refundNumber, 'abnormal');
    expect(await caseOf(of.paymentId)).toMatchObject({ state: 'open', whoseTurn: 'operator' });
    await room.sayRefund(of.paymentId, refundNumber, 'succeeded');
    expect(await caseOf(of.paymentId)).toMatchObject({ state: 'completed' });
  });
});
