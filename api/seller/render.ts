import { z } from 'zod';
import { caseStates, turns } from '../../domain/case/states';
import { reasonText, type FieldReason } from '../../domain/seller/field-reason';
import { gateReason, readinessOf } from '../../domain/seller/gates';
import { maskedName, maskedNumber } from '../../domain/seller/identifiers';
import { onboardingStages } from '../../domain/seller/onboarding-states';
import {
  requirementKeys,
  requirementsOf,
  requirementStates,
  stepsOf,
  type Requirement,
} from '../../domain/seller/requirements';
import { verificationMethods, verificationStates } from '../../domain/seller/verification-states';
import type { Language } from '../../domain/shared/errors';
import { processIdOf } from '../../domain/shared/ids';
import { sealedAbout } from '../../domain/shared/sealed-about';
import { agreementFactsOf } from '../../db/seller/agreements';
import { sellerFacts } from '../../db/seller/facts';
import type { OnboardingRow } from '../../db/seller/onboarding-queries';
import {
  informationById,
  openDetails,
  openInformation,
  verificationById,
  type VerificationRow,
} from '../../db/seller/submissions';
import { allowedActions } from '../../db/seller/verification-repository';
import { resourceShape } from '../http/answers';
import { iso, isoTime } from '../http/times';
import type { Services } from '../services';

export const errorsSchema = z.array(z.strictObject({ path: z.string(), code: z.string(), reason: z.string() }));

export function renderErrors(errors: readonly FieldReason[], language: Language) {
  return errors.map((error) => ({ path: error.path, code: error.code, reason: reasonText(error, language) }));
}

const requirementSchema = z.strictObject({
  key: z.enum(requirementKeys),
  state: z.enum(requirementStates),
  whoseTurn: z.enum(turns),
  since: isoTime,
  dueAt: isoTime.optional(),
  expectedAt: isoTime.optional(),
  nextAction: z.string().optional(),
  errors: errorsSchema,
});

export const onboardingSchema = z.strictObject({
  ...resourceShape,
  state: z.enum(caseStates),
  processId: z.string(),
  sellerId: z.string(),
  stage: z.enum(onboardingStages),
  requirements: z.array(requirementSchema),
});

function renderRequirement({ since, dueAt, expectedAt, errors, ...rest }: Requirement, language: Language) {
  return {
    ...rest,
    since: iso(since),
    ...(dueAt === undefined ? {} : { dueAt: iso(dueAt) }),
    ...(expectedAt === undefined ? {} : { expectedAt: iso(expectedAt) }),
    errors: renderErrors(errors, language),
  };
}

/** Where a seller's way in stands: what is missing, why, and whose turn it is. */
export async function renderOnboarding(
  { db }: Pick<Services, 'db'>,
  row: OnboardingRow,
  reader: { readonly accountId: string; readonly language: Language },
) {
  const facts = await sellerFacts(db, row.sellerId);
  if (facts === undefined) throw new Error(`onboarding ${row.id} has no facts`);
  const requirements = requirementsOf(facts);
  return {
    id: row.id,
    state: row.stage === 'complete' ? 'completed' : 'open',
    processId: processIdOf(row.id),
    sellerId: row.sellerId,
    stage: row.stage,
    requirements: requirements.map((requirement) => renderRequirement(requirement, reader.language)),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    // rule: steps-are-the-sellers-own
    actions: row.accountId === reader.accountId ? stepsOf(requirements) : [],
  };
}

export const readinessSchema = z.strictObject({
  sellerCentreOpen: z.boolean(),
  canCreateProducts: z.boolean(),
  canSell: z.boolean(),
  gates: z.array(
    z.strictObject({
      key: z.enum(requirementKeys),
      met: z.boolean(),
      state: z.enum(requirementStates),
      whoseTurn: z.enum(turns),
      since: isoTime,
      reason: z.string(),
      nextAction: z.string().nullable(),
    }),
  ),
});

export async function renderReadiness({ db }: Pick<Services, 'db'>, sellerId: string, language: Language) {
  const facts = await sellerFacts(db, sellerId);
  if (facts === undefined) throw new Error(`seller ${sellerId} has no facts`);
  const { gates, ...may } = readinessOf(facts);
  return {
    ...may,
    gates: gates.map((gate) => ({
      key: gate.key,
      met: gate.met,
      state: gate.state,
      whoseTurn: gate.whoseTurn,
      since: iso(gate.since),
      reason: gateReason(gate, language),
      nextAction: gate.nextAction ?? null,
    })),
  };
}

/** Numbers and people are masked; whoever handed them in knows them. */
const bankSchema = z.strictObject({
  accountName: z.string().optional(),
  accountNumber: z.string(),
  bankName: z.string(),
  branchName: z.string(),
  location: z.string(),
});

export const verificationAnswer = z.strictObject({
  ...resourceShape,
  state: z.enum(verificationStates),
  method: z.enum(verificationMethods),
  enterpriseName: z.string(),
  unifiedSocialCreditCode: z.string(),
  licenceDocumentId: z.string(),
  contactName: z.string().optional(),
  contactMobile: z.string().optional(),
  bank: bankSchema.optional(),
  legalRepresentative: z.strictObject({ name: z.string(), idNumber: z.string() }).optional(),
  /** Under which the outside knows it. */
  reference: z.string(),
  /** What the legal representative scans; for the seller alone. */
  scanUrl: z.string().optional(),
  /** Once a transfer has arrived. */
  triesLeft: z.int().optional(),
  dueAt: isoTime.optional(),
  errors: errorsSchema,
});

/** `own`: the seller itself looks, not an operator. */
export async function renderVerification(
  services: Pick<Services, 'db' | 'vault'>,
  id: string,
  reader: { readonly own: boolean; readonly language: Language },
) {
  const row = await verificationById(services.db, id);
  if (row === undefined) throw new Error(`no verification ${id}`);
  const isOpen = row.state === 'in_progress' || row.state === 'in_review';
  const { overdue } = await agreementFactsOf(services.db, row.sellerId);
  // rule: overdue-agreement-offers-no-verification
  const offered = allowedActions(row).filter((act) => !(overdue && act === 'verification'));
  return {
    id: row.id,
    state: row.state,
    method: row.method,
    enterpriseName: row.enterpriseName,
    unifiedSocialCreditCode: row.code,
    licenceDocumentId: row.licenceDocumentId,
    ...maskedDetails(services, row),
    reference: row.id,
    ...(reader.own && isOpen && row.proof === 'begun' && row.scanUrl !== null
      ? { scanUrl: services.vault.open(sealedAbout('enterprise_verifications', 'scan_url', row.id), row.scanUrl) }
      : {}),
    ...(row.transferArrivedAt === null ? {} : { triesLeft: row.triesLeft }),
    ...(isOpen && row.dueAt !== null ? { dueAt: iso(row.dueAt) } : {}),
    errors: renderErrors(row.errors, reader.language),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    actions: reader.own ? offered : [],
  };
}

function maskedDetails({ vault }: Pick<Services, 'vault'>, row: VerificationRow) {
  const details = openDetails(vault, row);
  if (details.method === 'legal_person_scan') {
    const { name, idNumber } = details.legalRepresentative;
    return { legalRepresentative: { name: maskedName(name), idNumber: maskedNumber(idNumber) } };
  }
  const { contactName, contactMobile, bank } = details;
  return {
    contactName: maskedName(contactName),
    contactMobile: maskedNumber(contactMobile),
    bank: { ...bank, accountNumber: maskedNumber(bank.accountNumber) },
  };
}

export const informationAnswer = z.strictObject({
  ...resourceShape,
  state: z.enum(['in_review', 'action_needed', 'met']),
  unifiedSocialCreditCode: z.string(),
  contactName: z.string(),
  contactPhone: z.string(),
  bank: bankSchema,
  bankProofDocumentId: z.string().optional(),
});

export async function renderInformation({ db, vault }: Pick<Services, 'db' | 'vault'>, id: string) {
  const row = await informationById(db, id);
  if (row === undefined) throw new Error(`no company information ${id}`);
  const { contactName, contactPhone, bank } = openInformation(vault, row);
  return {
    id: row.id,
    state: row.state === 'accepted' ? 'met' : row.state,
    unifiedSocialCreditCode: row.code,
    contactName: maskedName(contactName),
    contactPhone: maskedNumber(contactPhone),
    bank: { ...bank, accountNumber: maskedNumber(bank.accountNumber) },
    ...(row.bankProofDocumentId === null ? {} : { bankProofDocumentId: row.bankProofDocumentId }),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    actions: row.state === 'action_needed' ? ['company-information'] : [],
  };
}
