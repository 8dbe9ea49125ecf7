import type { FieldReason } from '../../domain/seller/field-reason';
import type {
  VerificationMethod,
  VerificationState,
  ProofLeg,
  RegistryLeg,
} from '../../domain/seller/verification-states';
import type { Sealed, Vault } from '../../domain/ports/vault';
import type { CompanyInformationForm, VerificationForm } from '../../domain/seller/schemas';
import { sealedAbout } from '../../domain/shared/sealed-about';
import { firstRow, run, type Db, type Queryable } from '../connection';
import { newId } from '../new-id';
import { recordMarks, type NewMarks } from '../review/marks';

/*
 * What sellers hand in. A form is written down before the engine hears of it, under the id of the claim it came with, so
 * that nothing personal travels and a repeated delivery finds its row; until its case takes it up it means nothing.
 */

/** What of a verification is sealed: the fields of the form beside the subject's. */
export type VerificationDetails =
  | Pick<
      Extract<VerificationForm, { method: 'corporate_transfer' }>,
      'method' | 'contactName' | 'contactMobile' | 'bank'
    >
  | Pick<Extract<VerificationForm, { method: 'legal_person_scan' }>, 'method' | 'legalRepresentative'>;

export type InformationDetails = Pick<CompanyInformationForm, 'contactName' | 'contactPhone' | 'bank'>;

interface SealedRow {
  readonly keyId: string;
  readonly ciphertext: Buffer;
}

/** The id of the row that holds the form of this claim. */
export async function submitVerification(
  db: Db,
  vault: Vault,
  submission: { readonly sellerId: string; readonly claimedAs: string; readonly form: VerificationForm },
): Promise<string> {
  const { sellerId, claimedAs, form } = submission;
  const { enterpriseName, unifiedSocialCreditCode, licenceDocumentId, ...details } = form;
  const id = newId('verification');
  const { keyId, ciphertext } = vault.seal(detailsAbout('enterprise_verifications', id), JSON.stringify(details));
  // rule: form-of-a-claim-once
  await run(
    db,
    `insert into enterprise_verifications
       (id, seller_id, claimed_as, method, enterprise_name, code, licence_document_id, details_key_id, details_ciphertext)
     values (:id, :sellerId, :claimedAs, :method, :enterpriseName, :code, :licenceDocumentId, :keyId, :ciphertext)
     on conflict (claimed_as) do nothing`,
    {
      ...{ id, sellerId, claimedAs, method: form.method, enterpriseName, code: unifiedSocialCreditCode },
      ...{ licenceDocumentId, keyId, ciphertext },
    },
  );
  const written = await idOfClaim(
    db,
    'select id from enterprise_verifications where claimed_as = :claimedAs',
    claimedAs,
  );
  const marks: NewMarks['marks'] = [
    { kind: 'code', value: unifiedSocialCreditCode },
    ...(details.method === 'corporate_transfer' ? transferMarks(details) : []),
  ];
  await recordMarks(db, vault, { sellerId, source: written, marks });
  return written;
}

function transferMarks({
  contactMobile,
  bank,
}: Pick<Extract<VerificationForm, { method: 'corporate_transfer' }>, 'contactMobile' | 'bank'>): NewMarks['marks'] {
  return [
    { kind: 'bank_account', value: bank.accountNumber },
    { kind: 'phone', value: contactMobile },
  ];
}

/** Likewise for 填写信息. */
export async function submitInformation(
  db: Db,
  vault: Vault,
  submission: { readonly sellerId: string; readonly claimedAs: string; readonly form: CompanyInformationForm },
): Promise<string> {
  const { sellerId, claimedAs, form } = submission;
  const { unifiedSocialCreditCode: code, bankProofDocumentId, ...details } = form;
  const id = newId('companyInformation');
  const { keyId, ciphertext } = vault.seal(detailsAbout('company_informations', id), JSON.stringify(details));
  await run(
    db,
    `insert into company_informations
       (id, seller_id, claimed_as, code, details_key_id, details_ciphertext, bank_proof_document_id)
     values (:id, :sellerId, :claimedAs, :code, :keyId, :ciphertext, :bankProofDocumentId)
     on conflict (claimed_as) do nothing`,
    { id, sellerId, claimedAs, code, keyId, ciphertext, bankProofDocumentId: bankProofDocumentId ?? null },
  );
  const written = await idOfClaim(db, 'select id from company_informations where claimed_as = :claimedAs', claimedAs);
  const marks: NewMarks['marks'] = [
    { kind: 'code', value: code },
    { kind: 'bank_account', value: form.bank.accountNumber },
    { kind: 'phone', value: form.contactPhone },
  ];
  await recordMarks(db, vault, { sellerId, source: written, marks });
  return written;
}

async function idOfClaim(db: Queryable, template: string, claimedAs: string): Promise<string> {
  const found = await firstRow<{ id: string }>(db, template, { claimedAs });
  if (found === undefined) throw new Error(`no form of the claim ${claimedAs}`);
  return found.id;
}

/** A sum the seller says arrived: one try. A claim that had to be sent under another id is the same try still. */
export async function enterAmount(
  db: Db,
  vault: Vault,
  entry: {
    readonly id: string;
    readonly before: string | null;
    readonly verificationId: string;
    readonly amountFen: number;
  },
): Promise<string> {
  const { id, before, verificationId } = entry;
  // rule: renewed-claim-is-the-same-try
  if (before !== null)
    await run(
      db,
      `update transfer_amount_entries set id = :id where id = :before
         and not exists (select 1 from transfer_amount_entries where id = :id)`,
      { id, before },
    );
  // Sealed about the verification, so that the name of the try may change.
  const { keyId, ciphertext } = vault.seal(amountAbout(verificationId), String(entry.amountFen));
  await run(
    db,
    `insert into transfer_amount_entries (id, verification_id, amount_key_id, amount_ciphertext)
     values (:id, :verificationId, :keyId, :ciphertext) on conflict (id) do nothing`,
    { id, verificationId, keyId, ciphertext },
  );
  return id;
}

/** What the sums of a verification, sent and told, are sealed about. */
export function amountAbout(verificationId: string): string {
  return sealedAbout('enterprise_verifications', 'amount', verificationId);
}

function detailsAbout(table: 'enterprise_verifications' | 'company_informations', id: string): string {
  return sealedAbout(table, 'details', id);
}

export interface VerificationRow {
  readonly id: string;
  readonly sellerId: string;
  readonly method: VerificationMethod;
  readonly enterpriseName: string;
  readonly code: string;
  readonly licenceDocumentId: string;
  readonly state: VerificationState;
  readonly registry: RegistryLeg;
  readonly registryPolls: number;
  readonly registryFailures: number;
  readonly proof: ProofLeg;
  readonly proofPolls: number;
  readonly proofFailures: number;
  readonly transferArrivedAt: Date | null;
  readonly triesLeft: number;
  readonly dueAt: Date | null;
  readonly errors: readonly FieldReason[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly details: SealedRow;
  readonly amount: SealedRow | null;
  readonly scanUrl: SealedRow | null;
}

interface FlatVerification extends Omit<VerificationRow, 'details' | 'amount' | 'scanUrl'> {
  readonly detailsKeyId: string;
  readonly detailsCiphertext: Buffer;
  readonly amountKeyId: string | null;
  readonly amountCiphertext: Buffer | null;
  readonly scanUrlKeyId: string | null;
  readonly scanUrlCiphertext: Buffer | null;
}

export async function verificationById(db: Queryable, id: string): Promise<VerificationRow | undefined> {
  const flat = await firstRow<FlatVerification>(
    db,
    `select id, seller_id as "sellerId", method, enterprise_name as "enterpriseName", code,
            licence_document_id as "licenceDocumentId", state, registry, registry_polls as "registryPolls",
            registry_failures as "registryFailures", proof, proof_polls as "proofPolls",
            proof_failures as "proofFailures", transfer_arrived_at as "transferArrivedAt", tries_left as "triesLeft",
            due_at as "dueAt", errors, created_at as "createdAt", updated_at as "updatedAt",
            details_key_id as "detailsKeyId", details_ciphertext as "detailsCiphertext",
            amount_key_id as "amountKeyId", amount_ciphertext as "amountCiphertext",
            scan_url_key_id as "scanUrlKeyId", scan_url_ciphertext as "scanUrlCiphertext"
       from enterprise_verifications where id = :id`,
    { id },
  );
  if (flat === undefined) return undefined;
  const { detailsKeyId, detailsCiphertext, amountKeyId, amountCiphertext, scanUrlKeyId, scanUrlCiphertext, ...row } =
    flat;
  return {
    ...row,
    details: { keyId: detailsKeyId, ciphertext: detailsCiphertext },
    amount: sealedOrNull(amountKeyId, amountCiphertext),
    scanUrl: sealedOrNull(scanUrlKeyId, scanUrlCiphertext),
  };
}

function sealedOrNull(keyId: string | null, ciphertext: Buffer | null): SealedRow | null {
  return keyId === null || ciphertext === null ? null : { keyId, ciphertext };
}

export function openDetails(vault: Vault, row: Pick<VerificationRow, 'id' | 'details'>): VerificationDetails {
  return JSON.parse(vault.open(detailsAbout('enterprise_verifications', row.id), row.details)) as VerificationDetails;
}

export interface InformationRow {
  readonly id: string;
  readonly sellerId: string;
  readonly code: string;
  readonly bankProofDocumentId: string | null;
  readonly state: 'submitted' | 'in_review' | 'action_needed' | 'accepted';
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly detailsKeyId: string;
  readonly detailsCiphertext: Buffer;
}

export async function informationById(db: Queryable, id: string): Promise<InformationRow | undefined> {
  return firstRow<InformationRow>(
    db,
    `select id, seller_id as "sellerId", code, bank_proof_document_id as "bankProofDocumentId", state,
            created_at as "createdAt", updated_at as "updatedAt", details_key_id as "detailsKeyId",
            details_ciphertext as "detailsCiphertext"
       from company_informations where id = :id`,
    { id },
  );
}

export function openInformation(vault: Vault, row: InformationRow): InformationDetails {
  const sealed: Sealed = { keyId: row.detailsKeyId, ciphertext: row.detailsCiphertext };
  return JSON.parse(vault.open(detailsAbout('company_informations', row.id), sealed)) as InformationDetails;
}

/** What no case took up within a day never will be. */
export async function deleteInertSubmissions(db: Db): Promise<void> {
  const old = "now() - interval '24 hours'";
  // rule: only-inert-submissions-are-swept
  await run(db, `delete from enterprise_verifications where state = 'submitted' and created_at < ${old}`);
  await run(db, `delete from company_informations where state = 'submitted' and created_at < ${old}`);
  await run(db, `delete from transfer_amount_entries where outcome is null and entered_at < ${old}`);
}
