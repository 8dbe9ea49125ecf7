/**
 * Public ids: a prefix that names the kind and a ULID in lower case, so that they sort by the time they were allocated.
 * They are opaque to clients.
 */
export const idPrefixes = {
  account: 'acc',
  allocation: 'alo',
  approval: 'apr',
  attempt: 'att',
  benefit: 'ben',
  certificationFee: 'fee',
  command: 'op',
  commodity: 'com',
  companyInformation: 'cmi',
  criteriaSet: 'crs',
  document: 'doc',
  enterprise: 'ent',
  hold: 'hld',
  image: 'img',
  journal: 'jnl',
  listing: 'lst',
  mall: 'mal',
  member: 'mem',
  merchantApplication: 'mch',
  notice: 'ntc',
  onboarding: 'onb',
  pointsAdjustment: 'adj',
  payment: 'pay',
  process: 'prc',
  product: 'prd',
  purchase: 'pur',
  reconciliationException: 'rex',
  refund: 'rfd',
  review: 'rev',
  revision: 'rvs',
  section: 'sec',
  seller: 'sel',
  session: 'ses',
  submission: 'sbm',
  subStock: 'sub',
  topUp: 'top',
  verification: 'ver',
  video: 'vid',
} as const;

export type IdKind = keyof typeof idPrefixes;

const ulidPattern = '[0-7][0-9a-hjkmnp-tv-z]{25}';

export function idPattern(kind: IdKind): RegExp {
  return new RegExp(`^${idPrefixes[kind]}_${ulidPattern}$`);
}

export function isId(kind: IdKind, value: string): boolean {
  return idPattern(kind).test(value);
}

/**
 * The process id of the case that carries a subject: the subject's own ULID under the process prefix, so that whoever
 * allocates the subject knows the process before it is opened.
 */
export function processIdOf(subjectId: string): string {
  return sibling('process', subjectId);
}

/** The seller an onboarding makes; likewise known before there is one. */
export function sellerIdOf(onboardingId: string): string {
  return sibling('seller', onboardingId);
}

/** The onboarding that made a seller. */
export function onboardingIdOf(sellerId: string): string {
  return sibling('onboarding', sellerId);
}

/** The review of a shop's or product's submission; whoever freezes the submission knows it before it is opened. */
export function reviewIdOf(submissionId: string): string {
  return sibling('review', submissionId);
}

function sibling(kind: IdKind, id: string): string {
  return `${idPrefixes[kind]}_${id.slice(id.indexOf('_') + 1)}`;
}
