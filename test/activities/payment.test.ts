import { createPaymentChannelSteps } from '../../activities/payment/channel-steps';
import { pauseMs } from '../../activities/payment/pauses';
import { caseById } from '../../db/case/queries';
import { hasEffect } from '../../db/command/repository';
import { rows } from '../../db/connection';
import { verifyLedger } from '../../db/ledger/queries';
import { ChannelError, type ChannelPayment, type PaymentChannel } from '../../domain/ports/payment-channel';
import { processIdOf } from '../../domain/shared/ids';
import { furnishPayments, type Paid, type PaymentRoom } from '../db/payment-room';
import { channelThat } from '../support/channel-stub';
import { settlementTerms } from '../support/settlement-terms';

/** What a payment does at its channel, and what it makes of every answer. */
let room: PaymentRoom;
beforeAll(async () => {
  room = await furnishPayments();
});
afterAll(async () => {
  expect(await verifyLedger(room.db)).toEqual([]);
  await room.drop();
});

const refused = (code: string) => () => Promise.reject(new ChannelError('refused', code));

function stepsAt(answers: Partial<PaymentChannel>) {
  const channel = channelThat(answers);
  const vault = {
    seal: (_about: string, text: string) => ({ keyId: 'k', ciphertext: Buffer.from(text) }),
    open: () => '',
    fingerprints: (): [Uint8Array] => [Buffer.alloc(0)],
  };
  return createPaymentChannelSteps({ db: room.db, channel, vault, terms: settlementTerms });
}

const about = ({ paymentId, channelNumber: number }: Paid) => ({ paymentId, number, askAgainMs: [1_000] });
const said = (of: Paid, standing: ChannelPayment['standing'], more: Partial<ChannelPayment> = {}) => {
  const paid = standing === 'paid';
  const facts = { transactionId: paid ? `wx${of.channelNumber}` : null, amountFen: paid ? 500 : null };
  return () =>
    Promise.resolve({
      ...{ channelNumber: of.channelNumber, standing, ...facts, paidAt: paid ? new Date() : null, foreign: [] },
      ...more,
    });
};
async function attemptOf(of: Paid) {
  const { state, attempts } = await room.record(of.paymentId);
  return { payment: state, attempt: attempts[0]?.state, failures: attempts[0]?.failures };
}
const asked = async (): Promise<Paid> => room.ask(await room.place());
const still = { payment: 'awaiting_payer', attempt: 'open' };

describe('asking for an order', () => {
  it('refused for good, the attempt is over and the payer may try again', async () => {
    const of = await asked();
    await stepsAt({ createAttempt: refused('PARAM_ERROR') }).askForPayment(about(of));
    expect(await attemptOf(of)).toMatchObject({ payment: 'created', attempt: 'closed' });
    expect(await caseById(room.db, processIdOf(of.paymentId))).toMatchObject({ stuckCode: 'CHANNEL_PARAM_ERROR' });
    const why = 'select failure_code from payment_attempts where channel_number = :channelNumber';
    expect(await rows(room.owner, why, { ...of })).toEqual([{ failure_code: 'refused: PARAM_ERROR' }]);
  });

  it.each(['SIGN_ERROR', 'NO_AUTH'])('refused for %s, which an operator can mend, it waits', async (code) => {
    const of = await asked();
    await stepsAt({ createAttempt: refused(code), query: said(of, 'unpaid') }).askForPayment(about(of));
    expect(await attemptOf(of)).toMatchObject({ payment: 'created', attempt: 'created', failures: 1 });
  });

  it('without an answer, finds what was paid meanwhile', async () => {
    const of = await asked();
    await stepsAt({ query: said(of, 'paid') }).askForPayment(about(of));
    expect(await attemptOf(of)).toMatchObject({ payment: 'succeeded', attempt: 'paid' });
  });

  it('of an order records its effect with it', async () => {
    const claim = await room.claim();
    const purchaseId = await room.place();
    await room.purchases.requestPayment({ ...room.act(purchaseId, claim.id), method: 'wechat_native' });
    expect(await hasEffect(room.db, claim.id)).toBe(true);
  });
});

describe('asking how it stands', () => {
  it('a number the channel does not know is not closed by that', async () => {
    const of = await room.payable();
    await stepsAt({ query: () => Promise.resolve(undefined) }).queryAttempt(about(of));
    expect(await attemptOf(of)).toMatchObject({ ...still, failures: 1 });
  });

  it('money that is not ours is not believed', async () => {
    const of = await room.payable();
    await stepsAt({ query: said(of, 'paid', { foreign: ['merchant'] }) }).queryAttempt(about(of));
    expect(await attemptOf(of)).toMatchObject({ ...still, failures: 1 });
  });

  it('in vain five times, the case is shown as stuck; with an answer no more', async () => {
    const of = await room.payable();
    const stuck = async () => (await caseById(room.db, processIdOf(of.paymentId)))?.stuckCode ?? null;
    const away = stepsAt({});
    for (let times = 1; times < 5; times += 1) await away.queryAttempt(about(of));
    expect(await stuck()).toBeNull();
    await away.queryAttempt(about(of));
    expect(await stuck()).toBe('CHANNEL_TIMEOUT');
    await stepsAt({ query: said(of, 'unpaid') }).queryAttempt(about(of));
    expect([await stuck(), await attemptOf(of)]).toEqual([null, { ...still, failures: 0 }]);
  });
});

describe('closing', () => {
  const closing = async (): Promise<Paid> => {
    const of = await room.payable();
    await room.purchases.cancelPurchase(room.act(of.purchaseId));
    return of;
  };

  it('asked for twice by one command that pays otherwise is one wish; another command’s is refused', async () => {
    const of = await room.payable();
    const [mine, other] = [await room.claim(), await room.claim()];
    const payBy = (commandId: string) =>
      room.purchases.payFromBalance({ ...room.act(of.purchaseId, commandId), detailOpenForMs: 60_000 });
    const waiting = await payBy(mine.id);
    expect(waiting).toMatchObject({ state: 'awaiting_payment', payment: { closing: true } });
    expect(await payBy(mine.id)).toEqual(waiting);
    await expect(payBy(other.id)).rejects.toMatchObject({ type: 'PAYMENT_IN_PROGRESS' });
  });

  it.each([
    ['closed', 'cancelled', 'closed'],
    ['already_paid', 'succeeded', 'paid'],
  ] as const)('%s', async (answer, payment, attempt) => {
    const of = await closing();
    await stepsAt({ close: () => Promise.resolve(answer), query: said(of, 'paid') }).closeAttempt(about(of));
    expect(await attemptOf(of)).toMatchObject({ payment, attempt });
  });

  it('busy is not closed', async () => {
    const of = await closing();
    await stepsAt({ close: () => Promise.resolve('busy'), query: said(of, 'unpaid') }).closeAttempt(about(of));
    expect(await attemptOf(of)).toMatchObject(still);
  });

  it('an order the channel has lost is not closed, but one it never had is', async () => {
    const of = await closing();
    const lost = stepsAt({ close: () => Promise.resolve('unknown') });
    await lost.closeAttempt(about(of));
    expect(await attemptOf(of)).toMatchObject({ ...still, failures: 1 });
    const never = await asked();
    await room.purchases.cancelPurchase(room.act(never.purchaseId));
    await lost.closeAttempt(about(never));
    expect(await attemptOf(never)).toMatchObject({ payment: 'cancelled', attempt: 'closed' });
  });

  it.each([
    ['closed', 'cancelled', 'closed'],
    ['paid', 'succeeded', 'paid'],
    ['unpaid', 'awaiting_payer', 'open'],
  ] as const)('without an answer, asks: %s', async (standing, payment, attempt) => {
    const of = await closing();
    await stepsAt({ query: said(of, standing) }).closeAttempt(about(of));
    expect(await attemptOf(of)).toMatchObject({ payment, attempt });
  });
});

describe('giving back', () => {
  const late = async (): Promise<Paid> => {
    const of = await room.payable();
    await room.purchases.cancelPurchase(room.act(of.purchaseId));
    for (const standing of ['closed', 'paid'] as const) await room.say(of, standing);
    const { refunds } = await room.record(of.paymentId);
    return { ...of, channelNumber: refunds[0]?.refundNumber ?? '' };
  };
  const refundOf = async ({ paymentId }: Paid) => (await room.record(paymentId)).refunds[0];
  const answer = (of: Paid, more: object) => async () => ({
    ...{ refundNumber: of.channelNumber, channelNumber: (await refundOf(of))?.channelNumber ?? '', refundId: 'r' },
    ...{ standing: 'succeeded' as const, amountFen: 500, succeededAt: new Date(), foreign: [] },
    ...more,
  });

  it('refused for good is for an operator, unless it is there after all', async () => {
    const [of, there] = [await late(), await late()];
    const no = refused('INVALID_REQUEST');
    await stepsAt({ refund: no, queryRefund: () => Promise.resolve(undefined) }).sendRefund(about(of));
    expect(await refundOf(of)).toMatchObject({ state: 'closed' });
    expect(await caseById(room.db, processIdOf(of.paymentId))).toMatchObject({ state: 'open', whoseTurn: 'operator' });
    await stepsAt({ refund: no, queryRefund: answer(there, {}) }).sendRefund(about(there));
    expect(await refundOf(there)).toMatchObject({ state: 'succeeded' });
  });

  it.each(['NOT_ENOUGH', 'SIGN_ERROR'])('refused for %s, which may pass, it is tried again', async (code) => {
    const of = await late();
    await stepsAt({ refund: refused(code) }).sendRefund(about(of));
    expect(await refundOf(of)).toMatchObject({ state: 'created', failures: 1 });
  });

  it.each([{ amountFen: 499 }, { channelNumber: 'another1' }])('an answer with %j is not believed', async (more) => {
    const of = await late();
    await stepsAt({ refund: answer(of, more) }).sendRefund(about(of));
    expect(await refundOf(of)).toMatchObject({ state: 'created', failures: 1 });
  });
});

it('pauses follow the ladder and repeat its last, a fifth more or less', () => {
  const at = (n: number, chance: number) => pauseMs([1_000, 5_000], n, () => chance);
  expect([at(0, 0), at(0, 0.5), at(0, 1), at(1, 0.5), at(9, 0.5)]).toEqual([800, 1_000, 1_200, 5_000, 5_000]);
});
