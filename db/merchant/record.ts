import type { MerchantChannel, MerchantState } from '../../domain/merchant/states';
import type { AccountVerification } from '../../domain/ports/merchant-onboarding';
import type { FieldReason } from '../../domain/seller/field-reason';
import type { Sealed } from '../../domain/ports/vault';
import { sealedAbout } from '../../domain/shared/sealed-about';
import { firstRow, rows, type Queryable } from '../connection';

/** One application as its row says, with what is sealed still sealed. */
export interface MerchantRecord {
  readonly id: string;
  readonly sellerId: string;
  readonly accountId: string;
  readonly channel: MerchantChannel;
  readonly state: MerchantState;
  readonly since: Date;
  readonly requestNumber: string;
  readonly submissionId: string;
  readonly providerId: string | null;
  readonly mediaId: string | null;
  readonly merchantId: string | null;
  readonly signUrl: Sealed | null;
  readonly verification: Sealed | null;
  readonly verificationDeadline: Date | null;
  readonly amountTries: number;
  readonly remittedAt: Date | null;
  readonly errors: readonly FieldReason[];
  readonly polls: number;
  readonly failures: number;
  readonly nextAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The database's clock. */
  readonly now: Date;
}

interface Row extends Omit<MerchantRecord, 'signUrl' | 'verification'> {
  readonly signKeyId: string | null;
  readonly signText: Buffer | null;
  readonly verificationKeyId: string | null;
  readonly verificationText: Buffer | null;
}

const columns = `
  a.id, a.seller_id as "sellerId", s.account_id as "accountId", a.channel, a.state, a.state_since as since,
  a.request_number as "requestNumber", a.submission_id as "submissionId", a.provider_id as "providerId",
  a.media_id as "mediaId", a.merchant_id as "merchantId", a.sign_url_key_id as "signKeyId",
  a.sign_url_ciphertext as "signText", a.verification_key_id as "verificationKeyId",
  a.verification_ciphertext as "verificationText", a.verification_deadline as "verificationDeadline",
  a.amount_tries as "amountTries", a.remitted_at as "remittedAt", a.errors, a.polls, a.failures,
  a.next_at as "nextAt", a.created_at as "createdAt", a.updated_at as "updatedAt", clock_timestamp() as now`;
const source = 'merchant_applications a join sellers s on s.id = a.seller_id';

function sealedOf(keyId: string | null, ciphertext: Buffer | null): Sealed | null {
  return keyId === null || ciphertext === null ? null : { keyId, ciphertext };
}

function toRecord(row: Row): MerchantRecord {
  const { signKeyId, signText, verificationKeyId, verificationText, ...rest } = row;
  return {
    ...rest,
    signUrl: sealedOf(signKeyId, signText),
    verification: sealedOf(verificationKeyId, verificationText),
  };
}

export interface MerchantPlace {
  readonly sellerId: string;
  readonly channel: MerchantChannel;
}

export async function findMerchantRecord(db: Queryable, place: MerchantPlace): Promise<MerchantRecord | undefined> {
  const row = await firstRow<Row>(
    db,
    `select ${columns} from ${source} where a.seller_id = :sellerId and a.channel = :channel`,
    { sellerId: place.sellerId, channel: place.channel },
  );
  return row === undefined ? undefined : toRecord(row);
}

/** A seller's applications; WeChat Pay's first. */
export async function merchantRecordsOf(db: Queryable, sellerId: string): Promise<MerchantRecord[]> {
  const found = await rows<Row>(
    db,
    `select ${columns} from ${source} where a.seller_id = :sellerId order by a.channel desc`,
    { sellerId },
  );
  return found.map(toRecord);
}

export async function merchantRecord(db: Queryable, place: MerchantPlace): Promise<MerchantRecord> {
  const record = await findMerchantRecord(db, place);
  if (record === undefined) throw new Error(`no merchant ID of ${place.sellerId} at ${place.channel}`);
  return record;
}

/** What a form is sealed about, and what else of a merchant ID is. */
export const merchantAbout = {
  form: (submissionId: string) => sealedAbout('merchant_submissions', 'form', submissionId),
  signUrl: (applicationId: string) => sealedAbout('merchant_applications', 'sign_url', applicationId),
  verification: (applicationId: string) => sealedAbout('merchant_applications', 'verification', applicationId),
  amount: (amountId: string) => sealedAbout('merchant_amounts', 'amount', amountId),
};

/** How a remittance is written before it is sealed. */
export function verificationText(verification: AccountVerification): string {
  return JSON.stringify({ ...verification, deadline: verification.deadline.toISOString() });
}

export function verificationOf(text: string): AccountVerification {
  const { deadline, ...rest } = JSON.parse(text) as Omit<AccountVerification, 'deadline'> & { deadline: string };
  return { ...rest, deadline: new Date(deadline) };
}
