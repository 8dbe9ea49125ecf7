import type { Turn } from '../case/states';
import type { SellerFacts, VerificationFacts } from './facts';
import type { FieldReason } from './field-reason';
import { productListed, shopPublished } from './market-requirements';
import type { MerchantFacts } from './merchant-facts';

/** What a seller needs, in the order of the guide: one vocabulary for requirements, gates and stages (api.md §4). */
export const requirementKeys = [
  'agreement',
  'enterprise_verification',
  'company_information',
  'certification_fee',
  'seller_centre',
  'merchant_id',
  'shop_published',
  'product_listed',
] as const;
export type RequirementKey = (typeof requirementKeys)[number];

/**
 * `not_started`: nothing was done about it yet, whether the seller could or not. `action_needed`: something came back.
 * `deferred` is the fee's alone (暂不缴纳).
 */
export const requirementStates = [
  'not_started',
  'in_progress',
  'in_review',
  'action_needed',
  'deferred',
  'met',
  'expired',
] as const;
export type RequirementState = (typeof requirementStates)[number];

export interface Requirement {
  readonly key: RequirementKey;
  readonly state: RequirementState;
  /** `nobody` where it is met, or where something else must be done first. */
  readonly whoseTurn: Turn;
  readonly since: Date;
  /** When it is over if nobody acts. */
  readonly dueAt?: Date;
  /** When an outside party is next expected to answer. */
  readonly expectedAt?: Date;
  /** The command as it stands in the URL; `scan` is done on a phone. */
  readonly nextAction?: string;
  readonly errors: readonly FieldReason[];
}

type Standing = Omit<Requirement, 'key' | 'errors'> & { readonly errors?: readonly FieldReason[] };

/**
 * The one computed answer: what a seller still needs, since when, and whose turn it is. Pure, and the only place that
 * decides it: answers, gates and the lists of cases all ask here.
 */
export function requirementsOf(facts: SellerFacts): Requirement[] {
  const standings: Readonly<Record<RequirementKey, Standing>> = {
    agreement: agreement(facts),
    enterprise_verification: verification(facts),
    company_information: information(facts),
    certification_fee: fee(facts),
    seller_centre: centre(facts),
    merchant_id: merchantId(facts),
    shop_published: shopPublished(facts),
    product_listed: productListed(facts),
  };
  const { overdue } = facts.agreement;
  return requirementKeys.map((key) => ({ key, errors: [], ...(overdue ? withoutNewStep : same)(standings[key]) }));
}

const same = (standing: Standing): Standing => standing;

/** An agreement not signed in time comes before whatever is begun anew; what is under way may be finished. */
function withoutNewStep({ nextAction, ...standing }: Standing): Standing {
  // rule: overdue-agreement-offers-no-new-step
  const isNew = nextAction !== undefined && newSteps.some((step) => nextAction.endsWith(step));
  return nextAction === undefined || isNew ? standing : { ...standing, nextAction };
}

const pay = 'certification-fee/pay';
const defer = 'certification-fee/defer';
const newSteps = [
  ...['verification', 'company-information', pay, defer, 'merchant-ids', 'resubmit'],
  ...['shop/draft', 'products', '/submit', '/list'],
] as const;

/** What a seller can do now by a call: what is done on a phone is none, and what is under way can be taken back. */
export function stepsOf(requirements: readonly Requirement[]): string[] {
  const next = requirements.flatMap(({ nextAction }) => nextAction ?? []);
  // rule: done-on-a-phone-is-no-step
  const calls = next.filter((action) => action !== 'scan' && !action.endsWith('/sign'));
  const underWay = ({ key, state }: Requirement): boolean =>
    key === 'enterprise_verification' && (state === 'in_progress' || state === 'in_review');
  return requirements.some(underWay) ? [...calls, 'verification/withdraw'] : calls;
}

/** Done, and nobody's turn. */
function met(since: Date): Standing {
  return { state: 'met', whoseTurn: 'nobody', since };
}

/** Something else comes first. */
function blocked(since: Date): Standing {
  return { state: 'not_started', whoseTurn: 'nobody', since };
}

function sellersTurn(since: Date, nextAction?: string): Standing {
  return { state: 'not_started', whoseTurn: 'seller', since, ...(nextAction === undefined ? {} : { nextAction }) };
}

function agreement({ agreement: { signedAt, newer, overdue } }: SellerFacts): Standing {
  if (newer === null) return met(signedAt);
  const asked = { whoseTurn: 'seller', since: signedAt, dueAt: newer.signBy, nextAction: 'agreements' } as const;
  // rule: unsigned-agreement-expires
  return { ...asked, state: overdue ? 'expired' : 'action_needed' };
}

function verification({ verifiedAt, verification: last, openedAt }: SellerFacts): Standing {
  // rule: held-subject-skips-verification
  if (verifiedAt !== null) return met(verifiedAt);
  if (last === null) return sellersTurn(openedAt, 'verification');
  const { since, errors } = last;
  switch (last.state) {
    case 'withdrawn':
      return sellersTurn(since, 'verification');
    case 'action_needed':
      return { state: 'action_needed', whoseTurn: 'seller', since, nextAction: 'verification', errors };
    case 'in_review':
      return { state: 'in_review', whoseTurn: 'reviewer', since, ...at('dueAt', last.reviewDueAt) };
    case 'in_progress':
      return { state: 'in_progress', since, ...turnOfProgress(last) };
    case 'met':
      return met(since);
  }
}

/** A scan can be done at once; a transfer goes out only when the registry has agreed. */
function turnOfProgress(
  last: VerificationFacts,
): Pick<Requirement, 'whoseTurn' | 'dueAt' | 'expectedAt' | 'nextAction'> {
  const due = at('dueAt', last.dueAt);
  if (last.method === 'legal_person_scan' && last.proof === 'begun')
    return { whoseTurn: 'seller', nextAction: 'scan', ...due };
  if (last.registry === 'pending' || last.registry === 'not_found')
    return { whoseTurn: 'provider', ...at('expectedAt', last.registryNextAt) };
  if (last.transferArrived) return { whoseTurn: 'seller', nextAction: 'verification/transfer-amount', ...due };
  return { whoseTurn: 'provider', ...at('expectedAt', last.proofNextAt) };
}

function at<K extends 'dueAt' | 'expectedAt'>(key: K, time: Date | null): Partial<Record<K, Date>> {
  return time === null ? {} : ({ [key]: time } as Partial<Record<K, Date>>);
}

function information({ verifiedAt, informationAcceptedAt, information: last, openedAt }: SellerFacts): Standing {
  if (informationAcceptedAt !== null) return met(informationAcceptedAt);
  // rule: verified-before-information
  if (verifiedAt === null) return blocked(openedAt);
  if (last === null) return sellersTurn(verifiedAt, 'company-information');
  const { since, errors } = last;
  if (last.state === 'in_review')
    return { state: 'in_review', whoseTurn: 'reviewer', since, ...at('dueAt', last.reviewDueAt) };
  if (last.state === 'accepted') return met(since);
  return { state: 'action_needed', whoseTurn: 'seller', since, nextAction: 'company-information', errors };
}

function fee({ fee: now, openedAt }: SellerFacts): Standing {
  if (now === null) return blocked(openedAt);
  const { state, since, deferredAt, validUntil } = now;
  // What is paid lasts; its end stands in the answer about the fee, and reminders tell of it.
  if (state === 'paid') return met(since);
  const turn = { whoseTurn: 'seller', nextAction: pay } as const;
  if (state === 'paying') return { state: 'in_progress', since, ...turn };
  if (state === 'expired') return { state: 'expired', since: validUntil ?? since, ...turn };
  if (deferredAt !== null) return { state: 'deferred', since: deferredAt, ...turn };
  return sellersTurn(since, pay);
}

function centre({ centreOpenedAt, informationAcceptedAt, openedAt }: SellerFacts): Standing {
  if (centreOpenedAt !== null) return met(centreOpenedAt);
  if (informationAcceptedAt === null) return blocked(openedAt);
  // Paying opens it as well.
  return sellersTurn(informationAcceptedAt, defer);
}

/** "服务商至少选择微信商户号或财付通商户号其中一种开通": one that is open is enough. */
function merchantId(facts: SellerFacts): Standing {
  const { merchantIds, centreOpenedAt, fee: now, openedAt } = facts;
  const opened = merchantIds.filter(({ state }) => state === 'opened');
  // rule: one-open-merchant-id-is-enough
  const first = opened.map(({ since }) => since).sort((a, b) => a.getTime() - b.getTime())[0];
  if (first !== undefined) return met(first);
  const nearest = merchantIds.reduce<MerchantFacts | undefined>(nearer, undefined);
  if (nearest !== undefined) return merchantStanding(nearest, merchantIds);
  // rule: fee-before-merchant-id
  if (now?.state !== 'paid' || centreOpenedAt === null) return blocked(centreOpenedAt ?? openedAt);
  return sellersTurn(later(now.since, centreOpenedAt), 'merchant-ids');
}

/** Of two, the one that somebody can bring further first: the seller before the channel, and a refusal last. */
const merchantOrder: readonly MerchantFacts['state'][] = [
  'to_sign',
  'verify_account',
  'in_review',
  'submitted',
  'rejected',
  'frozen',
  'opened',
];

function nearer(best: MerchantFacts | undefined, one: MerchantFacts): MerchantFacts {
  if (best === undefined) return one;
  return merchantOrder.indexOf(one.state) < merchantOrder.indexOf(best.state) ? one : best;
}

const merchantActions: Partial<Record<MerchantFacts['state'], string>> = {
  verify_account: 'verify-account',
  to_sign: 'sign',
  rejected: 'resubmit',
};

function merchantStanding(nearest: MerchantFacts, all: readonly MerchantFacts[]): Standing {
  const { state, channel, since, whoseTurn, expectedAt, dueAt } = nearest;
  const action = merchantActions[state];
  const cameBack = state === 'rejected' || state === 'frozen';
  return {
    state: cameBack ? 'action_needed' : state === 'in_review' ? 'in_review' : 'in_progress',
    whoseTurn,
    since,
    ...at('dueAt', dueAt ?? null),
    ...at('expectedAt', expectedAt ?? null),
    ...(action === undefined ? {} : { nextAction: `merchant-ids/${channel}/${action}` }),
    errors: all.flatMap(({ errors }) => errors),
  };
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
