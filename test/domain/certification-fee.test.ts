import { feeDuties, type FeeDuties, type PaidPeriod } from '../../domain/seller/fee-clock';
import { feeMachine, feeRequirement, feeStanding, feeStates, type FeeFacts } from '../../domain/seller/fee-states';
import { allowedCommands } from '../../domain/shared/state-machine';

const dayMs = 86_400_000;
const times = { renewalOpensMs: 60 * dayMs, remindBeforeMs: [7 * dayMs, 30 * dayMs, dayMs] };
const validUntil = new Date('2027-11-22T03:00:00Z');
const before = (days: number): Date => new Date(validUntil.getTime() - days * dayMs);

describe('the clock of a paid period', () => {
  const duties = (daysBefore: number, period: Partial<PaidPeriod> = {}): FeeDuties =>
    feeDuties({ validUntil, reminded: 0, nextOpened: false, renewed: false, ...period }, before(daysBefore), times);
  const nothing = { openNext: false, remindDaysLeft: null, reminded: 0, expire: false };

  it.each<[string, FeeDuties, FeeDuties]>([
    ['at first waits for the renewal', duties(365), { ...nothing, dueAt: before(60) }],
    ['opens the next period in time', duties(60), { ...nothing, openNext: true, dueAt: before(30) }],
    ['then waits for the first reminder', duties(59, { nextOpened: true }), { ...nothing, dueAt: before(30) }],
    ['reminds', duties(30, { nextOpened: true }), { ...nothing, remindDaysLeft: 30, reminded: 1, dueAt: before(7) }],
    ['reminds once', duties(20, { nextOpened: true, reminded: 1 }), { ...nothing, reminded: 1, dueAt: before(7) }],
    [
      'makes one of the reminders it missed',
      duties(0.5, { nextOpened: true }),
      { ...nothing, remindDaysLeft: 1, reminded: 3, dueAt: validUntil },
    ],
    [
      'leaves alone who has renewed',
      duties(30, { nextOpened: true, renewed: true }),
      { ...nothing, reminded: 1, dueAt: validUntil },
    ],
    [
      'ends it, and opens the next period with it at the latest',
      duties(0),
      { openNext: true, remindDaysLeft: null, reminded: 3, expire: true, dueAt: null },
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

const facts = (of: Partial<FeeFacts>): FeeFacts => ({
  ...{ state: 'unpaid', deferredAt: null, since: before(1), validUntil: null, amountFen: 30_000, renewable: false },
  ...of,
});

it.each([
  [null, 'not_started'],
  [facts({}), 'not_started'],
  [facts({ deferredAt: before(1) }), 'deferred'],
  [facts({ state: 'paying', deferredAt: before(1) }), 'in_progress'],
  [facts({ state: 'paid' }), 'met'],
  [facts({ state: 'expired' }), 'expired'],
])('%j is the requirement %s', (of, state) => expect(feeRequirement(of)).toBe(state));

it('can be paid until it is paid, and is over with its end', () => {
  expect(feeStates.map((state) => [state, allowedCommands(feeMachine, state)])).toEqual([
    ['unpaid', ['pay']],
    ['paying', ['pay']],
    ['paid', []],
    ['expired', []],
  ]);
  expect(feeStates.filter((state) => feeStanding[state].state !== 'open')).toEqual(['expired']);
});
