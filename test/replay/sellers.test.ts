import type { CertificationFeeActivities } from '../../workflows/certification-fee/contract';
import { certificationFeeUpdates } from '../../workflows/certification-fee/contract';
import type { MerchantChannelSteps, MerchantRecords } from '../../workflows/merchant-id/contract';
import { merchantIdUpdates } from '../../workflows/merchant-id/contract';
import { caseSignals } from '../../workflows/payment/contract';
import type { ReviewActivities } from '../../workflows/review/contract';
import { reviewUpdates } from '../../workflows/review/contract';
import type { OnboardingActivities, OnboardingProviderSteps } from '../../workflows/seller-onboarding/contract';
import { onboardingSignals, onboardingUpdates } from '../../workflows/seller-onboarding/contract';
import { openedUpdateName, reloadSignalName } from '../../workflows/shared/messages';
import { keptHistories, payloadsIn, stepsOf, type KeptHistory } from './kept-histories';

type Steps<T> = Readonly<Record<keyof T, true>>;

const onboarding: Steps<OnboardingActivities & OnboardingProviderSteps> = {
  openOnboarding: true,
  loadOnboarding: true,
  startVerification: true,
  judgeAmount: true,
  withdrawVerification: true,
  acceptInformation: true,
  deferFee: true,
  openPaidCentre: true,
  passTurn: true,
  endProof: true,
  remindSeller: true,
  askRegistry: true,
  sendTransfer: true,
  queryTransfer: true,
  beginScan: true,
  queryScan: true,
};
const fee: Steps<CertificationFeeActivities> = { loadFee: true, requestFeePayment: true, advanceFee: true };
const merchantId: Steps<MerchantRecords & MerchantChannelSteps> = {
  openMerchantId: true,
  loadMerchantId: true,
  endAccountVerification: true,
  judgeRemittance: true,
  resubmitMerchantForm: true,
  uploadLicence: true,
  submitMerchantForm: true,
  queryMerchantId: true,
};
const review: Steps<ReviewActivities> = {
  openReview: true,
  loadReview: true,
  claimReview: true,
  releaseReview: true,
  reassignReview: true,
  decideReview: true,
  remindOrEscalate: true,
};

/** What the runs of each kind do, and what they are told. */
const kinds = {
  'seller-onboarding': {
    steps: onboarding,
    told: [
      ...Object.values(onboardingUpdates),
      ...[openedUpdateName, reloadSignalName],
      ...Object.values(onboardingSignals),
    ],
  },
  'certification-fee': {
    steps: fee,
    told: [
      ...Object.values(certificationFeeUpdates),
      ...[caseSignals.attemptReady, caseSignals.paymentSettled, reloadSignalName],
    ],
  },
  'merchant-id': {
    steps: merchantId,
    told: [...Object.values(merchantIdUpdates), openedUpdateName, reloadSignalName],
  },
  review: { steps: review, told: [...Object.values(reviewUpdates), openedUpdateName, reloadSignalName] },
} as const;

const histories = keptHistories();
const ofKind = (kind: string): KeptHistory[] => histories.filter(({ workflowId }) => workflowId.startsWith(`${kind}:`));
const named = (name: string): KeptHistory => histories.find((history) => history.name === name)!;

function toldIn({ events }: KeptHistory): string[] {
  return events.flatMap(({ type, attributes }) => {
    if (type === 'WORKFLOW_EXECUTION_SIGNALED') return [String(attributes.signalName)];
    return type === 'WORKFLOW_EXECUTION_UPDATE_ACCEPTED' ? [String(attributes.acceptedRequest.input.name)] : [];
  });
}

describe('kept histories of sellers', () => {
  it.each(Object.entries(kinds))('of %s take each of its steps, and are told each of its messages', (kind, paths) => {
    const kept = ofKind(kind);
    const taken = new Set(kept.flatMap(stepsOf).map(({ activity }) => activity));
    expect([...taken].sort()).toEqual(Object.keys(paths.steps).sort());
    expect([...new Set(kept.flatMap(toldIn))].sort()).toEqual([...paths.told].sort());
  });

  it.each([
    ['onboarding-resumed', { activity: 'openOnboarding', state: 'company_information' }],
    ['fee-resumed', { activity: 'loadFee', state: 'paid' }],
    ['merchant-resumed', { activity: 'openMerchantId', state: 'in_review' }],
    ['review-resumed', { activity: 'openReview', state: 'claimed' }],
    // Taken back before anybody came to open it.
    ['review-not-needed', { activity: 'openReview', state: 'withdrawn' }],
    ['onboarding-refused', { activity: 'openOnboarding', state: null }],
    ['merchant-refused', { activity: 'openMerchantId', state: null }],
  ])('of %s begin where the rows stand', (name, begins) => {
    expect(stepsOf(named(name))[0]).toMatchObject(begins);
  });

  it('went on in a new run where theirs had grown long', () => {
    const long = histories.filter(({ events }) => events.at(-1)?.type === 'WORKFLOW_EXECUTION_CONTINUED_AS_NEW');
    expect(long.map(({ name }) => name)).toEqual([
      'fee-continued-as-new',
      'merchant-continued-as-new',
      'onboarding-continued-as-new',
    ]);
  });

  it.each(Object.keys(kinds).flatMap(ofKind))('$name holds ids, words, times and pauses alone', ({ json }) => {
    // Names, numbers of people, cards and accounts, sums: whatever somebody typed would be something else.
    expect(JSON.stringify(json)).not.toMatch(/\p{Script=Han}/u);
    const payloads = payloadsIn(json);
    expect(payloads.length).toBeGreaterThan(0);
    expect(payloads.flatMap((payload) => leavesOf(payload)).filter((leaf) => !isNobodys(leaf))).toEqual([]);
  });
});

interface Leaf {
  readonly key: string;
  readonly value: unknown;
}

function leavesOf(value: unknown, key = ''): Leaf[] {
  if (value === null || typeof value !== 'object') return [{ key, value }];
  if (Array.isArray(value)) return value.flatMap((one) => leavesOf(one, key));
  return Object.entries(value).flatMap(([name, one]) => leavesOf(one, name));
}

const id = '[a-z]{2,4}_[0-9a-z]{26}';
const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const texts = [
  new RegExp(`^(?:${id}|${uuid})$`),
  new RegExp(`^[a-z]+(?:-[a-z]+)*:${id}(?::[a-z_]+)?$`),
  // A step, a state, a kind, a code.
  /^[A-Za-z]+(?:_[A-Za-z]+)*$/,
  // An agreement.
  /^\d\.\d$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
];
/** Of the policy, and of the marks the engine keeps of a quick step. */
const numbers =
  /^(?:\w+Ms|seq|attempt|seconds|nanos|triesLeft|triesPerTransfer|accountsPerCompany|dueInWorkingDays|feeAmountFen)$/;

function isNobodys({ key, value }: Leaf): boolean {
  // The engine counts quick steps in text.
  if (key === 'activity_id') return Number(value) < 1_000;
  if (typeof value === 'string') return texts.some((text) => text.test(value));
  return typeof value === 'number' ? numbers.test(key) : true;
}
