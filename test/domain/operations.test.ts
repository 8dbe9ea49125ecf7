import type { CaseState, ProcessKind, Turn } from '../../domain/case/states';
import { processKinds } from '../../domain/case/states';
import { merchantStanding, merchantStates } from '../../domain/merchant/states';
import {
  isReached,
  needsSecondOperator,
  operatorCommandNames,
  possibleCommands,
  requireLater,
  requirePossible,
  type Steerable,
} from '../../domain/operations/commands';
import { operatorCommandSchema } from '../../domain/operations/command-schemas';
import { paymentStates } from '../../domain/payment/states';
import { purchaseStanding } from '../../domain/purchase/states';
import { reviewStanding } from '../../domain/review/states';
import { feeStanding } from '../../domain/seller/fee-states';
import { onboardingStages } from '../../domain/seller/onboarding-states';
import { DomainError } from '../../domain/shared/errors';
import { allocationStanding } from '../../domain/stock/allocation-states';
import { commodityStanding } from '../../domain/stock/states';

const dueAt = new Date('2026-11-22T12:00:00Z');

/** Kind, stage, state of the case, whose turn, and what operators may do beside having it resumed and tried again. */
const expected: readonly (readonly [ProcessKind, string, CaseState, Turn, string])[] = [
  ['purchase', 'awaiting_payment', 'open', 'manager', 'extend_deadline cancel'],
  ['purchase', 'paid', 'open', 'nobody', ''],
  ['purchase', 'stocked', 'open', 'manager', 'extend_deadline'],
  ['purchase', 'closed', 'completed', 'nobody', ''],
  ['purchase', 'cancelled', 'cancelled', 'nobody', ''],
  ['purchase', 'expired', 'expired', 'nobody', ''],
  ['payment', 'created', 'open', 'manager', 'cancel'],
  ['payment', 'awaiting_payer', 'open', 'manager', 'cancel'],
  ['payment', 'processing', 'open', 'provider', 'cancel'],
  ['payment', 'succeeded', 'completed', 'nobody', ''],
  ['payment', 'cancelled', 'cancelled', 'nobody', ''],
  ['payment', 'refunding', 'open', 'provider', ''],
  ['payment', 'refunded', 'completed', 'nobody', ''],
  ['commodity_add', 'draft', 'open', 'manager', 'extend_deadline cancel'],
  ['commodity_add', 'online', 'completed', 'nobody', ''],
  ['commodity_add', 'offline', 'completed', 'nobody', ''],
  ['commodity_add', 'expired', 'expired', 'nobody', ''],
  ['commodity_add', 'discarded', 'cancelled', 'nobody', ''],
  ['stock_allocation', 'awaiting_confirmation', 'open', 'manager', 'extend_deadline cancel'],
  ['stock_allocation', 'confirmed', 'completed', 'nobody', ''],
  ['stock_allocation', 'cancelled', 'cancelled', 'nobody', ''],
  ['stock_allocation', 'expired', 'expired', 'nobody', ''],
  ['seller_onboarding', 'enterprise_verification', 'open', 'seller', 'extend_deadline resend'],
  ['seller_onboarding', 'company_information', 'open', 'seller', 'resend'],
  ['seller_onboarding', 'certification_fee', 'open', 'seller', 'resend'],
  ['seller_onboarding', 'seller_centre', 'open', 'seller', 'resend'],
  ['seller_onboarding', 'complete', 'completed', 'nobody', ''],
  ['certification_fee', 'unpaid', 'open', 'seller', 'waive_fee'],
  ['certification_fee', 'paying', 'open', 'seller', ''],
  ['certification_fee', 'paid', 'open', 'nobody', 'resend'],
  ['certification_fee', 'expired', 'expired', 'nobody', ''],
  ['merchant_id', 'submitted', 'open', 'provider', ''],
  ['merchant_id', 'in_review', 'open', 'provider', ''],
  ['merchant_id', 'verify_account', 'open', 'seller', 'extend_deadline'],
  ['merchant_id', 'to_sign', 'open', 'seller', ''],
  ['merchant_id', 'rejected', 'open', 'seller', ''],
  ['merchant_id', 'opened', 'open', 'nobody', ''],
  ['merchant_id', 'frozen', 'open', 'seller', ''],
  ['review', 'waiting', 'open', 'reviewer', 'extend_deadline reassign resend cancel force_decision'],
  ['review', 'claimed', 'open', 'reviewer', 'extend_deadline reassign resend cancel force_decision'],
  ['review', 'decided', 'completed', 'nobody', ''],
  ['review', 'withdrawn', 'cancelled', 'nobody', ''],
];

const at = (kind: ProcessKind, stage: string, more: Partial<Steerable> = {}): Steerable => ({
  ...{ kind, stage, state: 'open', whoseTurn: 'nobody', dueAt },
  ...more,
});

function refusal(work: () => unknown): DomainError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

describe('what operators may do to a case', () => {
  it('is said for every stage of every kind', () => {
    const stages: Readonly<Record<ProcessKind, readonly string[]>> = {
      purchase: Object.keys(purchaseStanding),
      payment: paymentStates,
      commodity_add: Object.keys(commodityStanding),
      stock_allocation: Object.keys(allocationStanding),
      seller_onboarding: onboardingStages,
      certification_fee: Object.keys(feeStanding),
      merchant_id: merchantStates,
      review: Object.keys(reviewStanding),
    };
    const said = expected.map(([kind, stage]) => `${kind} ${stage}`);
    expect(said.sort()).toEqual(processKinds.flatMap((kind) => stages[kind].map((stage) => `${kind} ${stage}`)).sort());
    for (const [kind, stage, state, turn] of expected.filter(([of]) => of === 'merchant_id'))
      expect([kind, merchantStanding(stage as 'opened')]).toEqual([kind, { state, whoseTurn: turn }]);
  });

  it.each(expected)('%s at %s', (kind, stage, state, whoseTurn, own) => {
    const row = at(kind, stage, { state, whoseTurn });
    const common = state === 'open' ? ['resume', 'retry_now'] : [];
    const possible = [...common, ...own.split(' ').filter((name) => name !== '')];
    expect(possibleCommands(row)).toEqual(possible);
    for (const command of operatorCommandNames) {
      const refused = refusal(() => requirePossible(row, command));
      if (possible.includes(command)) expect(refused).toBeUndefined();
      else {
        const code = `${stage} ${command}` === 'paying waive_fee' ? 'PAYMENT_IN_PROGRESS' : 'WRONG_STATE';
        expect(refused).toMatchObject({ code, facts: { allowed: possible } });
      }
    }
    // Without a deadline there is none to move; a case whose run is lost is resumed first, whatever it is.
    expect(possibleCommands({ ...row, dueAt: null })).toEqual(possible.filter((name) => name !== 'extend_deadline'));
    if (state === 'open') expect(possibleCommands({ ...row, state: 'lost' })).toEqual(['resume']);
  });

  it('a refusal names the stage, and of a lost case that it is lost', () => {
    const state = (of: Partial<Steerable>) =>
      refusal(() => requirePossible(at('review', 'claimed', of), 'cancel'))?.facts;
    expect(state({ state: 'lost' })).toMatchObject({ state: 'lost', allowed: ['resume'] });
    expect(state({ state: 'completed' })).toMatchObject({ state: 'claimed', allowed: [] });
  });

  it('depends on whose turn it is where the stage alone does not tell', () => {
    expect(possibleCommands(at('seller_onboarding', 'enterprise_verification', { whoseTurn: 'reviewer' }))).toEqual([
      'resume',
      'retry_now',
    ]);
    expect(possibleCommands(at('payment', 'processing', { whoseTurn: 'operator' }))).not.toContain('cancel');
    expect(possibleCommands(at('purchase', 'awaiting_payment', { whoseTurn: 'provider' }))).not.toContain('cancel');
  });

  it('takes two for what leaves the rules behind', () => {
    expect(operatorCommandNames.filter(needsSecondOperator)).toEqual(['waive_fee', 'force_decision']);
  });

  it('is done already where a cancelled case is cancelled', () => {
    const cancelled = { state: 'cancelled', whoseTurn: 'nobody' } as const;
    expect(isReached(at('purchase', 'cancelled', cancelled), 'cancel')).toBe(true);
    expect(isReached(at('purchase', 'cancelled', cancelled), 'extend_deadline')).toBe(false);
    expect(isReached(at('purchase', 'expired', { state: 'expired' }), 'cancel')).toBe(false);
  });
});

describe('a deadline', () => {
  const now = new Date('2026-11-22T10:00:00Z');
  it.each([
    ['2026-11-22T12:00:00.001Z', undefined],
    ['2027-11-23T10:00:00Z', undefined],
    ['2026-11-22T12:00:00Z', 'TIME_PAST'],
    ['2026-11-22T11:00:00Z', 'TIME_PAST'],
    ['2026-11-22T09:00:00Z', 'TIME_PAST'],
    ['2027-11-23T10:00:00.001Z', 'DEADLINE_TOO_FAR'],
  ])('that is at 12:00 is moved at 10:00 to %s: %s', (until, code) => {
    const refused = refusal(() => requireLater(new Date(until), { dueAt, now }));
    expect(refused?.code).toBe(code);
    if (code !== undefined) expect(refused?.facts['errors']).toMatchObject([{ path: '/until', code }]);
  });

  it('that has passed is moved ahead of now', () => {
    const over = { dueAt, now: new Date('2026-11-22T13:00:00Z') };
    expect(refusal(() => requireLater(new Date('2026-11-22T12:30:00Z'), over))?.code).toBe('TIME_PAST');
    expect(refusal(() => requireLater(new Date('2026-11-22T13:30:00Z'), over))).toBeUndefined();
  });
});

describe('a command as it is sent', () => {
  it.each([
    [{ command: 'retry_now', reason: '重试' }, true],
    [{ command: 'retry_now', reason: '四' }, false],
    [{ command: 'retry_now' }, false],
    [{ command: 'retry_now', reason: 'x'.repeat(501) }, false],
    [{ command: 'retry_now', reason: 'long enough', until: '2026-11-22T12:00:00Z' }, false],
    [{ command: 'extend_deadline', reason: 'long enough', until: '2026-11-22T12:00:00Z' }, true],
    [{ command: 'extend_deadline', reason: 'long enough', until: 'tomorrow' }, false],
    [{ command: 'extend_deadline', reason: 'long enough' }, false],
    [{ command: 'reassign', reason: 'long enough', accountId: 'acc_1', preview: true }, true],
    [{ command: 'force_decision', reason: 'long enough', outcome: 'approve' }, true],
    [{ command: 'force_decision', reason: 'long enough', outcome: 'shrug' }, false],
    [
      {
        command: 'force_decision',
        reason: 'long enough',
        outcome: 'approve',
        verdicts: [{ item: '/a', outcome: 'change' }],
      },
      false,
    ],
    [{ command: 'explode', reason: 'long enough' }, false],
  ])('%j: %s', (sent, isSound) => {
    expect(operatorCommandSchema.safeParse(sent).success).toBe(isSound);
  });
});
