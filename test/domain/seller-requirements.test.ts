import fc from 'fast-check';
import { nextDuty, type DutyFacts } from '../../domain/seller/duties';
import { productStates } from '../../domain/product/states';
import type { SellerFacts, VerificationFacts } from '../../domain/seller/facts';
import { readinessOf } from '../../domain/seller/gates';
import { onboardingStages } from '../../domain/seller/onboarding-states';
import { requirementKeys, requirementsOf, stepsOf, type RequirementKey } from '../../domain/seller/requirements';
import { onboardingStanding } from '../../domain/seller/standing';
import {
  at,
  begun,
  deferred,
  fee,
  informed,
  merchant,
  newer,
  paid,
  scan,
  selling,
  told,
  transfer,
  verified,
  withProduct,
} from './seller-facts';

describe('what a seller still needs', () => {
  it.each<[string, SellerFacts, RequirementKey, string]>([
    ['just begun', begun, 'agreement', 'met nobody -'],
    ['just begun', begun, 'enterprise_verification', 'not_started seller verification'],
    ['what comes later', begun, 'company_information', 'not_started nobody -'],
    ['what comes later', begun, 'certification_fee', 'not_started nobody -'],
    ['what comes later', begun, 'merchant_id', 'not_started nobody -'],
    [
      'the registry is asked',
      { ...begun, verification: transfer },
      'enterprise_verification',
      'in_progress provider -',
    ],
    [
      'the registry agreed, the bank is at it',
      { ...begun, verification: { ...transfer, registry: 'agreed', proof: 'begun' } },
      'enterprise_verification',
      'in_progress provider -',
    ],
    [
      'the transfer arrived',
      { ...begun, verification: { ...transfer, registry: 'agreed', proof: 'begun', transferArrived: true } },
      'enterprise_verification',
      'in_progress seller verification/transfer-amount',
    ],
    [
      'the scan can be done before the registry has answered',
      { ...begun, verification: { ...scan, proof: 'begun' } },
      'enterprise_verification',
      'in_progress seller scan',
    ],
    [
      'a person looks at it',
      { ...begun, verification: { ...transfer, state: 'in_review', registry: 'differs' } },
      'enterprise_verification',
      'in_review reviewer -',
    ],
    [
      'it came back',
      { ...begun, verification: { ...transfer, state: 'action_needed' } },
      'enterprise_verification',
      'action_needed seller verification',
    ],
    [
      'taken back',
      { ...begun, verification: { ...transfer, state: 'withdrawn' } },
      'enterprise_verification',
      'not_started seller verification',
    ],
    ['the subject is held', verified, 'enterprise_verification', 'met nobody -'],
    ['the subject is held', verified, 'company_information', 'not_started seller company-information'],
    [
      'a reviewer looks at the information',
      { ...verified, information: { state: 'in_review', since: at(5), reviewDueAt: at(9), errors: [] } },
      'company_information',
      'in_review reviewer -',
    ],
    ['informed', informed, 'certification_fee', 'not_started seller certification-fee/pay'],
    ['informed', informed, 'seller_centre', 'not_started seller certification-fee/defer'],
    ['put off', deferred, 'certification_fee', 'deferred seller certification-fee/pay'],
    ['put off: the merchant ID waits behind the same gate', deferred, 'merchant_id', 'not_started nobody -'],
    ['paid', paid, 'certification_fee', 'met nobody -'],
    ['paid', paid, 'merchant_id', 'not_started seller merchant-ids'],
    [
      'over',
      { ...paid, fee: { ...fee, state: 'expired', validUntil: at(20) } },
      'certification_fee',
      'expired seller certification-fee/pay',
    ],
    [
      'one channel is open, the other came back',
      {
        ...paid,
        merchantIds: [
          { ...merchant, state: 'rejected', whoseTurn: 'seller' },
          { ...merchant, channel: 'tenpay', state: 'opened', whoseTurn: 'nobody' },
        ],
      },
      'merchant_id',
      'met nobody -',
    ],
    [
      'it is to be signed',
      { ...paid, merchantIds: [{ ...merchant, state: 'to_sign', whoseTurn: 'seller' }] },
      'merchant_id',
      'in_progress seller merchant-ids/wechat_pay/sign',
    ],
    ['a newer agreement', { ...paid, ...newer(false) }, 'agreement', 'action_needed seller agreements'],
    ['not signed in time', { ...paid, ...newer(true) }, 'agreement', 'expired seller agreements'],
    [
      'not signed in time: nothing new before that',
      { ...informed, ...newer(true) },
      'certification_fee',
      'not_started seller -',
    ],
    [
      'not signed in time: what is under way may be finished',
      {
        ...{ ...begun, verification: { ...transfer, registry: 'agreed', proof: 'begun', transferArrived: true } },
        ...newer(true),
      },
      'enterprise_verification',
      'in_progress seller verification/transfer-amount',
    ],
  ])('%s: %#', (_, facts, key, expected) => {
    expect(told(facts, key)).toBe(expected);
  });

  it('says when the registry is asked next, and until when the seller has to act', () => {
    const [, asked] = requirementsOf({ ...begun, verification: { ...transfer, registry: 'not_found' } });
    expect(asked?.expectedAt).toEqual(at(3));
    const arrived = { ...transfer, registry: 'agreed', proof: 'begun', transferArrived: true, dueAt: at(9) } as const;
    expect(requirementsOf({ ...begun, verification: arrived })[1]?.dueAt).toEqual(at(9));
    expect(onboardingStanding({ ...begun, verification: arrived })).toEqual({
      ...{ state: 'open', whoseTurn: 'seller', dueAt: at(9) },
    });
  });
});

describe('the steps by a call', () => {
  const scanned = { ...transfer, method: 'legal_person_scan', proof: 'begun' } as const;
  it.each<[string, SellerFacts, string[]]>([
    ['a transfer under way', { ...begun, verification: transfer }, ['verification/withdraw']],
    ['a scan is done on a phone', { ...begun, verification: scanned }, ['verification/withdraw']],
    ['a reviewer looks', { ...begun, verification: { ...transfer, state: 'in_review' } }, ['verification/withdraw']],
    ['it came back', { ...begun, verification: { ...transfer, state: 'action_needed' } }, ['verification']],
    [
      'signed on a phone',
      { ...paid, merchantIds: [{ ...merchant, state: 'to_sign', whoseTurn: 'seller' }] },
      ['shop/draft', 'products'],
    ],
    ['paid', paid, ['merchant-ids', 'shop/draft', 'products']],
  ])('%s', (_, facts, steps) => {
    expect(stepsOf(requirementsOf(facts))).toEqual(steps);
  });
});

describe('the gates', () => {
  it.each<[string, SellerFacts, boolean, boolean, boolean]>([
    ['before the centre', informed, false, false, false],
    ['put off', deferred, true, false, false],
    ['paid', paid, true, true, false],
    ['the fee is over', { ...paid, fee: { ...fee, state: 'expired' } }, true, false, false],
    ['a newer agreement may still be signed', { ...paid, ...newer(false) }, true, true, false],
    ['the agreement was not signed in time', { ...paid, ...newer(true) }, true, false, false],
    [
      'selling',
      { ...paid, stage: 'complete', merchantIds: [{ ...merchant, state: 'opened' }], market: selling },
      ...([true, true, true] as const),
    ],
    ['listed, but no merchant ID', { ...paid, stage: 'complete', market: selling }, true, true, false],
    [
      'nothing is listed any more',
      { ...paid, stage: 'complete', merchantIds: [{ ...merchant, state: 'opened' }] },
      ...([true, true, false] as const),
    ],
  ])('%s', (_, facts, sellerCentreOpen, canCreateProducts, canSell) => {
    expect(readinessOf(facts)).toMatchObject({ sellerCentreOpen, canCreateProducts, canSell });
  });
});

describe('what is owed next', () => {
  const owed = (verification: VerificationFacts, more: Partial<DutyFacts> = {}): string | undefined => {
    const seller: SellerFacts = { ...begun, verification };
    const { whoseTurn, dueAt } = onboardingStanding(seller);
    const facts = { now: at(3), seller, shown: { whoseTurn, dueAt }, turnSince: at(2), remindersSent: 0 };
    return nextDuty({ ...facts, remindAfterMs: 30 * 86_400_000, ...more })?.act;
  };

  it.each<[string, VerificationFacts, string | undefined]>([
    ['the registry is asked first, no money is sent', transfer, 'ask_registry'],
    ['and asked again when it knows nothing', { ...transfer, registry: 'not_found' }, 'ask_registry'],
    ['while the registry is away no money is sent', { ...transfer, registryNextAt: at(9) }, 'ask_registry'],
    ['then the transfer goes out', { ...transfer, registry: 'agreed' }, 'send_transfer'],
    ['also when a reviewer accepted', { ...transfer, registry: 'accepted' }, 'send_transfer'],
    ['a reviewer looks: no money goes out', { ...transfer, state: 'in_review', registry: 'differs' }, undefined],
    ['a scan begins although the registry is away', { ...scan, registryNextAt: at(9) }, 'begin_scan'],
    [
      'a scan is asked about while a reviewer looks',
      { ...scan, state: 'in_review', registry: 'differs', proof: 'begun' },
      'query_scan',
    ],
    [
      'nothing but its end once the transfer has arrived',
      { ...transfer, registry: 'agreed', proof: 'begun', transferArrived: true, dueAt: at(9) },
      'end_proof',
    ],
    ['nothing of what was taken back', { ...transfer, state: 'withdrawn' }, 'remind'],
  ])('%s', (_, verification, expected) => {
    expect(owed(verification)).toBe(expected);
  });

  it('lists are made true first', () => {
    expect(owed(transfer, { shown: { whoseTurn: 'seller', dueAt: null } })).toBe('pass_turn');
  });

  it('a seller who does nothing is reminded three times', () => {
    const idle = { ...transfer, state: 'withdrawn' } as const;
    expect([0, 1, 2, 3].map((remindersSent) => owed(idle, { remindersSent }))).toEqual([
      ...['remind', 'remind', 'remind', undefined],
    ]);
  });

  it('a fee that is paid opens the centre', () => {
    const seller: SellerFacts = { ...informed, fee: { ...fee, state: 'paid' } };
    const { whoseTurn, dueAt } = onboardingStanding(seller);
    const facts = { now: at(3), seller, shown: { whoseTurn, dueAt }, turnSince: at(2), remindersSent: 0 };
    expect(nextDuty({ ...facts, remindAfterMs: 1_000 })?.act).toBe('open_centre');
  });
});

it('whatever the facts, the answer has every key once, and nobody waits for what is met', () => {
  const days = fc.option(fc.integer({ min: 1, max: 28 }).map(at));
  const verification = fc.record<VerificationFacts>({
    state: fc.constantFrom('in_progress', 'in_review', 'action_needed', 'withdrawn', 'met'),
    method: fc.constantFrom('corporate_transfer', 'legal_person_scan'),
    registry: fc.constantFrom('pending', 'not_found', 'differs', 'agreed', 'accepted'),
    proof: fc.constantFrom('pending', 'begun', 'proven', 'failed'),
    transferArrived: fc.boolean(),
    since: fc.constant(at(2)),
    ...{ dueAt: days, registryNextAt: days, proofNextAt: days, reviewDueAt: days, errors: fc.constant([]) },
  });
  const facts = fc.record<SellerFacts>({
    stage: fc.constantFrom(...onboardingStages),
    openedAt: fc.constant(at(1)),
    agreement: fc.constant(begun.agreement),
    ...{ verifiedAt: days, informationAcceptedAt: days, centreOpenedAt: days },
    verification: fc.option(verification),
    information: fc.constant(null),
    fee: fc.constantFrom(null, fee, deferred.fee, paid.fee),
    merchantIds: fc.constant([]),
    market: fc.constantFrom(begun.market, selling, ...productStates.map((state) => withProduct(state).market)),
  });
  fc.assert(
    fc.property(facts, (seller) => {
      const answer = requirementsOf(seller);
      expect(answer.map(({ key }) => key)).toEqual(requirementKeys);
      for (const { state, whoseTurn, nextAction } of answer) {
        if (state === 'met') expect([whoseTurn, nextAction]).toEqual(['nobody', undefined]);
        if (nextAction !== undefined) expect(whoseTurn).toBe('seller');
      }
      const { canCreateProducts, canSell, sellerCentreOpen } = readinessOf(seller);
      if (canCreateProducts) expect([sellerCentreOpen, seller.fee?.state]).toEqual([true, 'paid']);
      if (canSell) expect(sellerCentreOpen).toBe(true);
    }),
    { numRuns: 500 },
  );
});
