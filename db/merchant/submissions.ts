import type { MerchantChannel } from '../../domain/merchant/states';
import type { MerchantForm } from '../../domain/ports/merchant-onboarding';
import type { Sealed, Vault } from '../../domain/ports/vault';
import { firstRow, run, type Queryable } from '../connection';
import { recordMarks } from '../review/marks';
import { merchantAbout } from './record';

/** What a seller submitted, with its subject and corporate account as they were then: never changed. */
export type SubmittedForm = Omit<MerchantForm, 'requestNumber' | 'licenceMediaId'>;

export interface NewSubmission {
  /** The update's id: the same command sent again finds what it wrote before. */
  readonly id: string;
  readonly sellerId: string;
  readonly accountId: string;
  readonly channels: readonly MerchantChannel[];
  readonly licenceDocumentId: string;
  readonly form: SubmittedForm;
}

/** Written before anything is asked of the engine, which is given the id alone. Inert until an application refers to it. */
export async function saveSubmission(db: Queryable, vault: Vault, submission: NewSubmission): Promise<void> {
  const { keyId, ciphertext } = vault.seal(merchantAbout.form(submission.id), JSON.stringify(submission.form));
  await run(
    db,
    `insert into merchant_submissions
       (id, seller_id, account_id, channels, licence_document_id, form_key_id, form_ciphertext)
     values (:id, :sellerId, :accountId, :channels::text[], :licenceDocumentId, :keyId, :ciphertext)
     on conflict (id) do nothing`,
    {
      id: submission.id,
      sellerId: submission.sellerId,
      accountId: submission.accountId,
      channels: submission.channels,
      licenceDocumentId: submission.licenceDocumentId,
      keyId,
      ciphertext: Buffer.from(ciphertext),
    },
  );
  const { sellerId, form } = submission;
  await recordMarks(db, vault, {
    ...{ sellerId, source: submission.id },
    marks: [
      { kind: 'phone', value: form.servicePhone },
      { kind: 'phone', value: form.administrator.mobile },
    ],
  });
}

export interface OpenedSubmission {
  readonly licenceDocumentId: string;
  readonly form: SubmittedForm;
}

export async function openSubmission(db: Queryable, vault: Vault, id: string): Promise<OpenedSubmission> {
  const row = await firstRow<{ licenceDocumentId: string } & Sealed>(
    db,
    `select licence_document_id as "licenceDocumentId", form_key_id as "keyId", form_ciphertext as ciphertext
       from merchant_submissions where id = :id`,
    { id },
  );
  if (row === undefined) throw new Error(`no merchant submission ${id}`);
  return {
    licenceDocumentId: row.licenceDocumentId,
    form: JSON.parse(vault.open(merchantAbout.form(id), row)) as SubmittedForm,
  };
}

/** What the seller said it remitted; likewise written first, and judged by the run. */
export async function saveAmount(
  db: Queryable,
  vault: Vault,
  amount: {
    readonly id: string;
    readonly applicationId: string;
    readonly accountId: string;
    readonly amountFen: number;
  },
): Promise<void> {
  const { keyId, ciphertext } = vault.seal(merchantAbout.amount(amount.id), String(amount.amountFen));
  await run(
    db,
    `insert into merchant_amounts (id, application_id, account_id, amount_key_id, amount_ciphertext)
     values (:id, :applicationId, :accountId, :keyId, :ciphertext) on conflict (id) do nothing`,
    {
      id: amount.id,
      applicationId: amount.applicationId,
      accountId: amount.accountId,
      keyId,
      ciphertext: Buffer.from(ciphertext),
    },
  );
}

/** What was written for commands that never took effect. Nobody refers to it, and after a day nobody will. */
export async function sweepMerchantSubmissions(db: Queryable): Promise<void> {
  await run(
    db,
    // rule: submissions-in-use-are-kept
    `delete from merchant_submissions s
      where created_at < now() - interval '24 hours'
        and not exists (select 1 from merchant_submission_uses u where u.submission_id = s.id)`,
  );
  await run(db, `delete from merchant_amounts where was_right is null and created_at < now() - interval '24 hours'`);
}
