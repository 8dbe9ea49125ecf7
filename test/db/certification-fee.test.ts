import { bookedUnder } from '../../db/payment/books';
import { verifyLedger } from '../../db/ledger/queries';
import { hasEffect } from '../../db/command/repository';
import { releaseFee, settleFee } from '../../db/seller/fee-payment';
import { markDeferred, openFee } from '../../db/seller/fee-repository';
import { rows } from '../../db/connection';
import { certificationFeeWorkflowId } from '../../workflows/certification-fee/contract';
import { furnishFees, type FeeRoom, type Seller } from './fee-room';
import { allAtOnce, failureOf } from './furnished';
import { code } from './payment-room';
import { settlementTerms } from '../support/settlement-terms';

const dayMs = 86_400_000;

describe('a certification fee in its rows', () => {
  let room: FeeRoom;
  let seller: Seller;

  beforeAll(async () => {
    room = await furnishFees();
  });
  beforeEach(async () => {
    seller = await room.seller();
  });
  afterAll(async () => {
    // Whatever happened here, the books are whole.
    expect(await verifyLedger(room.db)).toEqual([]);
    await room.drop();
  });

  const newest = async (): Promise<string> => (await room.periods(seller.sellerId)).at(-1)?.id ?? '';
  const defer = () =>
    room.inTrx((trx) =>
      markDeferred(trx, { sellerId: seller.sellerId, by: { actor: seller.accountId, requestId: null } }),
    );

  it('opens once, unpaid, with its case and the accounts of its seller', async () => {
    const by = { actor: 'system', requestId: null };
    const opening = { sellerId: seller.sellerId, amountFen: 99, by, workflowIdOf: certificationFeeWorkflowId };
    expect(await room.inTrx((trx) => openFee(trx, opening))).toBe(seller.feeId);
    expect(await room.periods(seller.sellerId)).toMatchObject([{ year: 1, state: 'unpaid', amountFen: 30_000 }]);
    expect(await room.case(seller.feeId)).toEqual({ state: 'open', stage: 'unpaid', whoseTurn: 'seller', dueAt: null });
    expect(await room.ledger(seller.sellerId)).toEqual({ taken: 0, received: 0, earned: 0 });
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'unpaid', validUntil: null, renewable: false });
    expect(await room.facts('sel_nobody')).toBeNull();
  });

  it('is paid for a year of the calendar, and its money is earned', async () => {
    const asked = await room.pay(seller.feeId);
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paying' });
    expect(await room.case(asked.paymentId)).toMatchObject({ stage: 'created', whoseTurn: 'provider' });
    await room.open(asked);
    expect(await room.case(asked.paymentId)).toMatchObject({ stage: 'awaiting_payer', whoseTurn: 'seller' });
    await room.say(asked, 'paid');
    // The comparison with the channel's books finds it like any other.
    const numbers = [asked.channelNumber];
    expect(await bookedUnder(room.db, { channel: 'wechat_pay', about: 'payment', numbers })).toMatchObject([
      { known: true, paymentId: asked.paymentId, paymentFen: 30_000, ledgerFen: 30_000 },
    ]);
    const [period] = await room.periods(seller.sellerId);
    const from = period?.validFrom ?? new Date(0);
    const shanghai = new Date(from.getTime() + 8 * 3_600_000);
    shanghai.setUTCFullYear(shanghai.getUTCFullYear() + 1);
    expect(period).toMatchObject({ state: 'paid', openPaymentId: null });
    expect(period?.validUntil?.getTime()).toBe(shanghai.getTime() - 8 * 3_600_000);
    // The next thing its clock does is to open the next period.
    const dueAt = new Date((period?.validUntil?.getTime() ?? 0) - 60 * dayMs);
    expect(await room.case(seller.feeId)).toEqual({ state: 'open', stage: 'paid', whoseTurn: 'nobody', dueAt });
    expect(await room.ledger(seller.sellerId)).toEqual({ taken: 30_000, received: 0, earned: 30_000 });
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paid', validUntil: period?.validUntil });
    expect(await code(room.pay(seller.feeId))).toBe('WRONG_STATE');
  });

  it('is paid once, although two tabs ask and one of them again', async () => {
    const row = 'select id from certification_fees where id = :id for update';
    const asked = await allAtOnce(room, { sql: row, bindings: { id: seller.feeId }, waiting: 2 }, [
      () => room.pay(seller.feeId),
      () => room.pay(seller.feeId),
    ]);
    const payments = [...asked, await Promise.allSettled([room.pay(seller.feeId)])].flat();
    const ids = payments.map((one) => (one.status === 'fulfilled' ? one.value.paymentId : one.reason));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^pay_/);
  });

  it('gives back a second payment of it, and money that came too late', async () => {
    const first = await room.pay(seller.feeId);
    await room.say(first, 'closed');
    const again = await room.pay(seller.feeId);
    expect(again.paymentId).toBe(first.paymentId);
    await room.say(again, 'paid');
    await room.say(first, 'paid');
    const refund = await room.refundOf(first.paymentId);
    expect(refund).toMatchObject({ reason: 'duplicate_paid', amountFen: 30_000 });
    expect(await room.ledger(seller.sellerId)).toEqual({ taken: 60_000, received: 30_000, earned: 30_000 });
    await room.givenBack(first.paymentId, refund?.refundNumber ?? '');
    expect(await room.ledger(seller.sellerId)).toEqual({ taken: 30_000, received: 0, earned: 30_000 });
    expect((await room.record(first.paymentId)).state).toBe('succeeded');
  });

  it('can be paid anew once a payment has certainly ended; the money of that one is late', async () => {
    const asked = await room.pay(seller.feeId, undefined, 1);
    expect(await code(room.pay(seller.feeId))).toBe('PAYMENT_IN_PROGRESS');
    await room.say(asked, 'closed');
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'unpaid' });
    const other = await room.pay(seller.feeId);
    expect(other.paymentId).not.toBe(asked.paymentId);
    await room.say(asked, 'paid');
    expect(await room.refundOf(asked.paymentId)).toMatchObject({ reason: 'late_paid' });
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paying' });
    await room.say(other, 'paid');
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paid' });
  });

  it('is not paid by another amount: that is set apart, and it can be paid anew', async () => {
    const asked = await room.pay(seller.feeId);
    await room.say(asked, 'paid', 29_999);
    expect(await room.record(asked.paymentId)).toMatchObject({ state: 'processing', exception: 'amount_mismatch' });
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'unpaid' });
    await room.paid(seller.feeId);
    expect(await room.ledger(seller.sellerId)).toEqual({ taken: 59_999, received: 29_999, earned: 30_000 });
  });

  it('is put off as long as it is not paid', async () => {
    expect(await defer()).toBe('deferred');
    expect(await defer()).toBe('deferred');
    const { deferredAt } = (await room.facts(seller.sellerId)) ?? {};
    expect(deferredAt).toBeInstanceOf(Date);
    await room.paid(seller.feeId);
    expect(await defer()).toBe('paid');
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paid', deferredAt: null });
    const acts = await rows<{ act: string }>(
      room.owner,
      'select act from case_events e join process_cases c on c.id = e.case_id where c.subject_id = :id order by e.id',
      { id: seller.feeId },
    );
    expect(acts.map(({ act }) => act)).toEqual(['open', 'defer', 'pay', 'settle']);
  });

  it('is paid, whichever is faster, where it is put off at the same moment', async () => {
    const asked = await room.pay(seller.feeId);
    const row = 'select id from certification_fees where id = :id for update';
    const works: (() => Promise<unknown>)[] = [defer, () => room.say(asked, 'paid')];
    const both = await allAtOnce(room, { sql: row, bindings: { id: seller.feeId }, waiting: 2 }, works);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paid', deferredAt: null });
  });

  it('opens the next period ahead of its end, at the price of then, and tells its seller', async () => {
    await room.paid(seller.feeId);
    await room.age(seller.feeId, 310);
    const { next } = await room.advance(seller.feeId);
    expect(await room.periods(seller.sellerId)).toMatchObject([
      { year: 1, state: 'paid' },
      { year: 2, id: next?.feeId, state: 'unpaid', amountFen: 35_000 },
    ]);
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paid', renewable: true, amountFen: 35_000 });
    expect((await room.advance(seller.feeId)).next).toEqual(next);
    expect(await room.notices(seller.accountId)).toEqual([]);
    await room.age(seller.feeId, 30);
    await room.advance(seller.feeId);
    await room.advance(seller.feeId);
    await room.age(seller.feeId, 24);
    await room.advance(seller.feeId);
    const [early, last, ...more] = await room.notices(seller.accountId);
    expect([early, last]).toMatchObject([{ kind: 'fee_ends_soon' }, { kind: 'fee_ends_soon', params: { days: '1' } }]);
    expect(more).toEqual([]);
  });

  it('is over with its time, and paying then counts from the payment', async () => {
    await room.paid(seller.feeId);
    await room.age(seller.feeId, 366);
    // The gate closes by the clock, whether or not anybody has looked.
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'expired' });
    await room.advance(seller.feeId);
    expect(await room.case(seller.feeId)).toMatchObject({ state: 'expired', stage: 'expired', dueAt: null });
    expect(await room.notices(seller.accountId)).toMatchObject([{ kind: 'fee_expired' }]);
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'expired', renewable: true });
    const before = Date.now();
    await room.paid(await newest(), 35_000);
    const [, renewed] = await room.periods(seller.sellerId);
    expect(renewed?.validFrom?.getTime()).toBeGreaterThan(before - 60_000);
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paid', validUntil: renewed?.validUntil });
  });

  it('paid ahead goes on from its end, without reminders', async () => {
    await room.paid(seller.feeId);
    await room.age(seller.feeId, 310);
    await room.advance(seller.feeId);
    await room.paid(await newest(), 35_000);
    const [first, second] = await room.periods(seller.sellerId);
    expect(second?.validFrom).toEqual(first?.validUntil);
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paid', validUntil: second?.validUntil });
    expect((await room.advance(seller.feeId)).dueAt).toBe(first?.validUntil?.toISOString());
    await room.age(seller.feeId, 60);
    await room.age(second?.id ?? '', 60);
    await room.advance(seller.feeId);
    expect(await room.notices(seller.accountId)).toEqual([]);
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paid' });
    expect(await room.periods(seller.sellerId)).toMatchObject([{ state: 'expired' }, { state: 'paid' }]);
  });

  it('ends although its renewal is paid at the same moment; both happen, in either order', async () => {
    await room.paid(seller.feeId);
    await room.age(seller.feeId, 310);
    await room.advance(seller.feeId);
    const asked = await room.pay(await newest());
    await room.age(seller.feeId, 60);
    const row = 'select id from certification_fees where seller_id = :id order by year for update';
    const works: (() => Promise<unknown>)[] = [() => room.advance(seller.feeId), () => room.say(asked, 'paid', 35_000)];
    const both = await allAtOnce(room, { sql: row, bindings: { id: seller.sellerId }, waiting: 2 }, works);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    const [first, second] = await room.periods(seller.sellerId);
    expect([first?.state, second?.state]).toEqual(['expired', 'paid']);
    expect(second?.validFrom?.getTime()).toBeGreaterThanOrEqual(first?.validUntil?.getTime() ?? Infinity);
    expect(await room.facts(seller.sellerId)).toMatchObject({ state: 'paid' });
  });

  it('has no clock before it is paid, and none after', async () => {
    expect(await room.advance(seller.feeId)).toEqual({ state: 'unpaid', dueAt: null, payment: null, next: null });
    expect(await room.periods(seller.sellerId)).toHaveLength(1);
  });

  it('is settled and released by the payment it waits for alone', async () => {
    const { paymentId } = await room.pay(seller.feeId);
    const other = { subjectId: seller.feeId, paymentId: 'pay_other' };
    expect(await room.inTrx((trx) => settleFee(trx, other, settlementTerms.fee))).toBe(false);
    await room.inTrx((trx) => releaseFee(trx, other));
    expect(await room.periods(seller.sellerId)).toMatchObject([{ state: 'paying', openPaymentId: paymentId }]);
  });

  it('notes a command of its seller as done with what it did', async () => {
    const claim = await room.claim();
    const act = { feeId: seller.feeId, commandId: claim.id, actor: seller.accountId, requestId: null };
    await room.fees.requestFeePayment({ ...act, method: 'wechat_native', payWithinMs: 60_000 });
    expect(await hasEffect(room.db, claim.id)).toBe(true);
  });

  it.each([
    [
      'a period twice',
      `insert into certification_fees (id, seller_id, year, amount_fen, state, valid_from, valid_until)
       values ('x', :id, 1, 1, 'paid', now(), now() + interval '1 day')`,
      'certification_fees_once',
    ],
    [
      'two that can be paid',
      `insert into certification_fees (id, seller_id, year, amount_fen) values ('x', :id, 2, 1)`,
      'certification_fees_one_payable',
    ],
    [
      'paying without a payment',
      `update certification_fees set state = 'paying' where seller_id = :id`,
      'certification_fees_paying_has_payment',
    ],
    [
      'paid without an end',
      `update certification_fees set state = 'paid' where seller_id = :id`,
      'certification_fees_paid_has_time',
    ],
    [
      'in another state',
      `update certification_fees set state = 'waived' where seller_id = :id`,
      'certification_fees_state_check',
    ],
  ])('cannot be %s in the database', async (_, sql, constraint) => {
    expect(await failureOf(rows(room.db, sql, { id: seller.sellerId }))).toMatchObject({ constraint });
  });

  it('is paid by a seller, as an order is by an enterprise', async () => {
    const { paymentId } = await room.pay(seller.feeId);
    const confused = `update payments set subject_kind = 'purchase' where id = :paymentId`;
    const failure = await failureOf(rows(room.db, confused, { paymentId }));
    expect(failure).toMatchObject({ constraint: 'payments_subject_of_tenant' });
  });
});
