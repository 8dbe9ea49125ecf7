import { maskedName, maskedNumber } from '../../domain/seller/identifiers';
import type { Vault } from '../../domain/ports/vault';
import { onboardingIdOf } from '../../domain/shared/ids';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { toldReasons } from '../review/told-reasons';
import type { ReviewDecision, ReviewItem, ReviewSubject } from '../review/subjects';
import { decideInformation, expectDecision, type FeeTerms } from './information-repository';
import { lockOnboarding, moveOnboarding } from './onboarding-repository';
import { informationById, openDetails, openInformation, verificationById } from './submissions';
import { conclude, lockVerification, sendBack, setState } from './verification-repository';

export interface SellerReviewParts {
  readonly vault: Vault;
  readonly accountsPerCompany: number;
  /** From the acceptance on, for a proof that was begun before. */
  readonly proveWithinMs: number;
  readonly fee: FeeTerms;
}

/** What the reviews of a seller's way in are about. */
export function sellerReviewSubjects(parts: SellerReviewParts) {
  return {
    enterprise_verification: verificationSubject(parts),
    company_information: informationSubject(parts),
  } as const;
}

function verificationSubject(parts: SellerReviewParts): ReviewSubject {
  const table = 'enterprise_verifications';
  return {
    lock: (trx, submissionId) => lockSeller(trx, table, submissionId),
    itemsOf: (db, submissionId) => verificationItems(db, parts.vault, submissionId),
    previousOf: (db, submissionId) => previousOf(db, table, submissionId),
    onOpened: (trx, { submissionId, sellerId, dueAt }) =>
      expectDecision(trx, { onboardingId: onboardingIdOf(sellerId), submissionId, of: table, dueAt }),
    onDecided: (trx, decision) => decideVerification(trx, decision, parts),
    ownCompany: (db, submissionId, accountId) => ownCompany(db, table, { submissionId, accountId }),
    nameOf: async (db, submissionId) => (await verificationById(db, submissionId))?.enterpriseName ?? submissionId,
  };
}

function informationSubject({ vault, fee }: SellerReviewParts): ReviewSubject {
  const table = 'company_informations';
  return {
    lock: (trx, submissionId) => lockSeller(trx, table, submissionId),
    itemsOf: (db, submissionId) => informationItems(db, vault, submissionId),
    previousOf: (db, submissionId) => previousOf(db, table, submissionId),
    onOpened: (trx, { submissionId, sellerId, dueAt }) =>
      expectDecision(trx, { onboardingId: onboardingIdOf(sellerId), submissionId, of: table, dueAt }),
    onDecided: (trx, decision) =>
      decideInformation(trx, {
        onboardingId: onboardingIdOf(decision.sellerId),
        informationId: decision.submissionId,
        approved: decision.outcome === 'approve',
        errors: toldReasons(decision),
        by: decision.by,
        fee,
      }),
    ownCompany: (db, submissionId, accountId) => ownCompany(db, table, { submissionId, accountId }),
  };
}

/** Approved in spite of the registry, or sent back; closing the submission is the same to a seller, who may hand in again. */
async function decideVerification(trx: Trx, decision: ReviewDecision, parts: SellerReviewParts): Promise<void> {
  const { onboarding, current } = await lockVerification(trx, onboardingIdOf(decision.sellerId));
  // rule: verification-decided-once
  if (current?.id !== decision.submissionId || current.state !== 'in_review') return;
  const { by } = decision;
  if (decision.outcome !== 'approve')
    return sendBack(trx, onboarding, {
      ...{ verification: current, act: 'reviewer_returns', by },
      errors: toldReasons(decision),
    });
  await setState(trx, { id: current.id, from: 'in_review', act: 'accept', errors: [] });
  await run(
    trx,
    `update enterprise_verifications
        set registry = 'accepted', updated_at = now(), proof_next_at = coalesce(proof_next_at, now()),
            due_at = case when due_at is not null then now() + make_interval(secs => :proveWithinS) end
      where id = :id`,
    { id: current.id, proveWithinS: parts.proveWithinMs / 1_000 },
  );
  await moveOnboarding(trx, onboarding, { act: 'reviewer_accepts', by });
  await conclude(trx, onboarding, { by, accountsPerCompany: parts.accountsPerCompany });
}

type Table = 'enterprise_verifications' | 'company_informations';

const sellerOf = {
  enterprise_verifications: 'select seller_id as "sellerId" from enterprise_verifications where id = :id',
  company_informations: 'select seller_id as "sellerId" from company_informations where id = :id',
} as const;

async function lockSeller(trx: Trx, table: Table, submissionId: string): Promise<void> {
  const found = await firstRow<{ sellerId: string }>(trx, sellerOf[table], { id: submissionId });
  if (found === undefined) throw new Error(`no submission ${submissionId}`);
  await lockOnboarding(trx, onboardingIdOf(found.sellerId));
}

const previous = {
  enterprise_verifications: `select p.id from enterprise_verifications p join enterprise_verifications n using (seller_id)
    where n.id = :id and p.id < n.id and p.state <> 'submitted' order by p.id desc limit 1`,
  company_informations: `select p.id from company_informations p join company_informations n using (seller_id)
    where n.id = :id and p.id < n.id and p.state <> 'submitted' order by p.id desc limit 1`,
} as const;

async function previousOf(db: Queryable, table: Table, submissionId: string): Promise<string | null> {
  return (await firstRow<{ id: string }>(db, previous[table], { id: submissionId }))?.id ?? null;
}

const owner = {
  enterprise_verifications: `select 1 from enterprise_verifications n join sellers s
    on s.id = n.seller_id or s.subject_code = n.code where n.id = :submissionId and s.account_id = :accountId`,
  company_informations: `select 1 from company_informations n join sellers s
    on s.id = n.seller_id or s.subject_code = n.code where n.id = :submissionId and s.account_id = :accountId`,
} as const;

async function ownCompany(
  db: Queryable,
  table: Table,
  who: { readonly submissionId: string; readonly accountId: string },
): Promise<boolean> {
  return (await firstRow(db, owner[table], who)) !== undefined;
}

type Row = readonly [item: string, zh: string, en: string, value: string, masked?: string];

function itemOf([item, zh, en, value, masked]: Row): ReviewItem {
  return { item, label: { zh, en }, value, ...(masked === undefined ? {} : { masked }) };
}

async function verificationItems(db: Queryable, vault: Vault, id: string): Promise<readonly ReviewItem[]> {
  const form = await verificationById(db, id);
  if (form === undefined) throw new Error(`no submission ${id}`);
  const details = openDetails(vault, form);
  const common: readonly Row[] = [
    ['/enterpriseName', '企业名称', 'Enterprise name', form.enterpriseName],
    ['/unifiedSocialCreditCode', '统一社会信用代码', 'Unified social credit code', form.code],
    ['/licenceDocumentId', '营业执照', 'Business licence', form.licenceDocumentId],
  ];
  return [...common, ...(details.method === 'corporate_transfer' ? transferRows(details) : scanRows(details))].map(
    itemOf,
  );
}

function transferRows(details: Extract<ReturnType<typeof openDetails>, { method: 'corporate_transfer' }>): Row[] {
  const { contactName, contactMobile, bank } = details;
  return [
    ['/contactName', '联系人', 'Contact', contactName, maskedName(contactName)],
    ['/contactMobile', '联系人手机', 'Contact’s mobile', contactMobile, maskedNumber(contactMobile)],
    ...bankRows(bank),
  ];
}

function scanRows({
  legalRepresentative,
}: Extract<ReturnType<typeof openDetails>, { method: 'legal_person_scan' }>): Row[] {
  const { name, idNumber } = legalRepresentative;
  return [
    ['/legalRepresentative/name', '法定代表人', 'Legal representative', name, maskedName(name)],
    ['/legalRepresentative/idNumber', '法定代表人证件号', 'Their ID number', idNumber, maskedNumber(idNumber)],
  ];
}

interface Bank {
  readonly accountNumber: string;
  readonly bankName: string;
  readonly branchName: string;
  readonly location: string;
}

function bankRows(bank: Bank): Row[] {
  return [
    ['/bank/accountNumber', '银行账号', 'Account number', bank.accountNumber, maskedNumber(bank.accountNumber)],
    ['/bank/bankName', '开户银行', 'Bank', bank.bankName],
    ['/bank/branchName', '开户支行', 'Branch', bank.branchName],
    ['/bank/location', '银行所在地', 'Where the bank is', bank.location],
  ];
}

async function informationItems(db: Queryable, vault: Vault, id: string): Promise<readonly ReviewItem[]> {
  const form = await informationById(db, id);
  if (form === undefined) throw new Error(`no submission ${id}`);
  const { contactName, contactPhone, bank } = openInformation(vault, form);
  const proof: readonly Row[] =
    form.bankProofDocumentId === null
      ? []
      : [['/bankProofDocumentId', '开户证明', 'Proof of the account', form.bankProofDocumentId]];
  const fields: readonly Row[] = [
    ['/unifiedSocialCreditCode', '统一社会信用代码', 'Unified social credit code', form.code],
    ['/contactName', '联系人', 'Contact', contactName, maskedName(contactName)],
    ['/contactPhone', '联系电话', 'Contact’s phone', contactPhone, maskedNumber(contactPhone)],
    ['/bank/accountName', '开户名称', 'Account name', bank.accountName],
    ...bankRows(bank),
    ...proof,
  ];
  return fields.map(itemOf);
}
