import { isClosing, isOver, nextDuty, owedBy, type AttemptFacts, type PaymentFacts } from '../../domain/payment/duties';
import { refundPaymentSchema } from '../../domain/payment/schemas';
import { isUnsettled, paymentMachine, paymentStanding, paymentStates, type Owed } from '../../domain/payment/states';

const now = new Date('2026-11-22T08:00:00Z');
const inS = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

function facts(more: Partial<PaymentFacts> = {}): PaymentFacts {
  return {
    ...{ now, state: 'awaiting_payer', exception: null, expiresAt: inS(600), closeAsked: false, settledBy: null },
    ...{ unappliedReports: 0, attempts: [attempt()], refunds: [] },
    ...more,
  };
}

function attempt(more: Partial<AttemptFacts> = {}): AttemptFacts {
  return { channelNumber: 'att1', state: 'open', nextAt: inS(5), keptFen: 0, ...more };
}

const refund = (more: object = {}) => ({ refundNumber: 'rfd1', state: 'created' as const, nextAt: inS(1), ...more });

describe('what a payment has to do next', () => {
  it.each<[string, Partial<PaymentFacts>, object | undefined]>([
    ['asks the channel to open an attempt', { attempts: [attempt({ state: 'created' })] }, { act: 'ask', at: inS(5) }],
    ['asks how an open one stands, at its time', {}, { act: 'query', number: 'att1', at: inS(5) }],
    [
      'closes it when the time to pay is over',
      { attempts: [attempt({ nextAt: inS(900) })] },
      { act: 'close', at: inS(600) },
    ],
    ['closes it when that is wished for', { closeAsked: true }, { act: 'close', at: inS(5) }],
    ['closes it after its expiry', { expiresAt: inS(-1) }, { act: 'close' }],
    ['closes what is open beside the one that was paid', { state: 'succeeded', settledBy: 'att0' }, { act: 'close' }],
    [
      'closes what is open beside money that is set apart',
      { state: 'processing', exception: 'amount_mismatch' },
      { act: 'close' },
    ],
    [
      'acts on what came in before anything else',
      { unappliedReports: 1, refunds: [refund({ nextAt: inS(-9) })] },
      { act: 'apply' },
    ],
    [
      'ends what nobody can pay any more',
      { closeAsked: true, attempts: [attempt({ state: 'closed', nextAt: null })] },
      { act: 'end', at: now },
    ],
    [
      'lets a refused payer try until the end',
      { state: 'created', attempts: [attempt({ state: 'closed', nextAt: null })] },
      { act: 'end', at: inS(600) },
    ],
    [
      'closes one whose payer was refused',
      { state: 'created', attempts: [attempt({ state: 'refused' })] },
      { act: 'close', at: inS(5) },
    ],
    [
      'asks about one that ended, where somebody doubts it',
      { state: 'cancelled', attempts: [attempt({ state: 'closed' })] },
      { act: 'query', at: inS(5) },
    ],
    [
      'sends a refund',
      { state: 'refunding', attempts: [], refunds: [refund()] },
      { act: 'refund', number: 'rfd1', at: inS(1) },
    ],
    [
      'asks about one that is under way',
      { state: 'refunding', attempts: [], refunds: [refund({ state: 'processing' })] },
      { act: 'query_refund' },
    ],
    [
      'asks about one that is stuck there',
      { state: 'refunding', attempts: [], refunds: [refund({ state: 'abnormal' })] },
      { act: 'query_refund' },
    ],
    [
      'owes nothing once it is cancelled',
      { state: 'cancelled', attempts: [attempt({ state: 'closed', nextAt: null })] },
      undefined,
    ],
    [
      'owes nothing about refunds that ended',
      { state: 'refunded', attempts: [], refunds: [refund({ state: 'succeeded', nextAt: null })] },
      undefined,
    ],
  ])('%s', (_, more, expected) => {
    const duty = nextDuty(facts(more));
    if (expected === undefined) expect(duty).toBeUndefined();
    else expect(duty).toMatchObject(expected);
  });

  it('is the earliest of several', () => {
    const attempts = [attempt({ nextAt: inS(9) }), attempt({ channelNumber: 'att2', nextAt: inS(2) })];
    expect(nextDuty(facts({ attempts }))).toMatchObject({ number: 'att2' });
  });
});

describe('whose turn a payment is', () => {
  const owes = (more: Partial<Owed> = {}): Owed => ({
    ...{ exception: null, asking: false, closing: false, refunding: false, needsOperator: false },
    ...more,
  });
  it.each<[Parameters<typeof paymentStanding>, string, string]>([
    [['created', owes({ asking: true })], 'open', 'provider'],
    [['created', owes()], 'open', 'manager'],
    [['awaiting_payer', owes()], 'open', 'manager'],
    [['awaiting_payer', owes({ closing: true })], 'open', 'provider'],
    [['processing', owes()], 'open', 'provider'],
    [['processing', owes({ needsOperator: true, refunding: true })], 'open', 'operator'],
    [['succeeded', owes()], 'completed', 'nobody'],
    [['succeeded', owes({ refunding: true })], 'open', 'provider'],
    [['cancelled', owes({ closing: true })], 'cancelled', 'nobody'],
    [['refunding', owes({ refunding: true })], 'open', 'provider'],
    [['refunded', owes()], 'completed', 'nobody'],
    [['refunded', owes({ needsOperator: true })], 'open', 'operator'],
  ])('%j: %s, %s', (of, state, whoseTurn) => {
    expect(paymentStanding(...of)).toEqual({ state, whoseTurn });
  });

  it('is an operator’s while money is kept that nothing was delivered for', () => {
    const kept = [attempt({ state: 'paid', keptFen: 5 })];
    expect(owedBy(facts({ attempts: kept })).needsOperator).toBe(true);
    expect(owedBy(facts({ attempts: kept, settledBy: 'att1' })).needsOperator).toBe(false);
    expect(isOver(facts({ state: 'succeeded', attempts: kept, settledBy: 'att1' }))).toBe(true);
    expect(isOver(facts({ state: 'refunded', attempts: kept }))).toBe(false);
  });
});

describe('the table of payment', () => {
  it('names every state and reaches each', () => {
    expect(Object.keys(paymentMachine.transitions).sort()).toEqual([...paymentStates].sort());
    const reached = new Set([paymentMachine.initial]);
    for (const state of reached) for (const to of Object.values(paymentMachine.transitions[state])) reached.add(to);
    expect([...reached].sort()).toEqual([...paymentStates].sort());
  });

  it('lets nothing lead out of success, and no money into what is cancelled', () => {
    expect(new Set(Object.values(paymentMachine.transitions.succeeded))).toEqual(new Set(['succeeded']));
    expect(paymentMachine.transitions.cancelled).toEqual({ return_late: 'refunding' });
  });

  it('may succeed only before it is settled or set apart', () => {
    const may = paymentStates.filter((state) => isUnsettled(state, null));
    expect(may).toEqual(['created', 'awaiting_payer', 'processing']);
    expect(isUnsettled('processing', 'amount_mismatch')).toBe(false);
    expect(isClosing(facts({ exception: 'amount_mismatch' }))).toBe(true);
    expect(isClosing(facts({ expiresAt: inS(-1) }))).toBe(true);
    expect(isClosing(facts())).toBe(false);
  });
});

it.each([0, -1, 1.5, 2 ** 53, '1e3', null])('refuses to refund %j fen', (amountFen) => {
  const refused = refundPaymentSchema.safeParse({ channelNumber: 'att123456', amountFen, reason: 'x' });
  expect(refused.error?.issues.map(({ path }) => path)).toContainEqual(['amountFen']);
});
