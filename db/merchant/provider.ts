import type { MerchantReport, MerchantStanding } from '../../domain/ports/merchant-onboarding';
import type { MerchantAct, MerchantState } from '../../domain/merchant/states';
import type { Vault } from '../../domain/ports/vault';
import type { FieldReason } from '../../domain/seller/field-reason';
import { run, type Trx } from '../connection';
import { merchantAbout, verificationOf, verificationText, type MerchantPlace, type MerchantRecord } from './record';
import { bySystem, lockMerchantId, moveMerchantId } from './repository';

/** The channel has the picture. A form that took the place of this one meanwhile wants its own. */
export async function recordPicture(
  trx: Trx,
  place: MerchantPlace,
  picture: { readonly submissionId: string; readonly mediaId: string },
): Promise<void> {
  const at = await lockMerchantId(trx, place);
  // rule: picture-of-the-form-as-it-is
  if (at.submissionId !== picture.submissionId || at.state !== 'submitted') return;
  await run(
    trx,
    `update merchant_applications set media_id = :mediaId, failures = 0, failure_code = null, next_at = now()
      where id = :id`,
    { id: at.id, mediaId: picture.mediaId },
  );
}

/** The channel has the form: from here on it is asked how it stands. */
export async function recordSubmitted(
  trx: Trx,
  place: MerchantPlace,
  submitted: { readonly submissionId: string; readonly providerId: string; readonly askAgainInMs: number },
): Promise<void> {
  const at = await lockMerchantId(trx, place);
  if (at.submissionId !== submitted.submissionId || at.state !== 'submitted') return;
  await run(
    trx,
    `update merchant_applications
        set provider_id = :providerId, polls = 0, failures = 0, failure_code = null,
            next_at = now() + make_interval(secs => :pauseS)
      where id = :id`,
    { id: at.id, providerId: submitted.providerId, pauseS: submitted.askAgainInMs / 1_000 },
  );
  await moveMerchantId(trx, at, 'check', bySystem);
}

/** Sent back before any review. */
export async function recordRefused(
  trx: Trx,
  place: MerchantPlace,
  refused: { readonly submissionId: string; readonly errors: readonly FieldReason[]; readonly restMs: number },
): Promise<void> {
  const at = await lockMerchantId(trx, place);
  if (at.submissionId !== refused.submissionId || at.state !== 'submitted') return;
  await run(
    trx,
    `update merchant_applications
        set errors = :errors::jsonb, polls = 0, failures = 0, failure_code = null,
            next_at = now() + make_interval(secs => :restS)
      where id = :id`,
    { id: at.id, errors: JSON.stringify(refused.errors), restS: refused.restMs / 1_000 },
  );
  await moveMerchantId(trx, at, 'reject', bySystem);
}

/** The call brought nothing: the same is tried again later. */
export async function recordTrouble(
  trx: Trx,
  place: MerchantPlace,
  trouble: { readonly code: string; readonly askAgainInMs: number },
): Promise<void> {
  await run(
    trx,
    // rule: trouble-only-postpones
    `update merchant_applications
        set failures = failures + 1, failure_code = :code, asked_at = now(),
            next_at = now() + make_interval(secs => :pauseS), updated_at = now()
      where seller_id = :sellerId and channel = :channel`,
    { sellerId: place.sellerId, channel: place.channel, code: trouble.code, pauseS: trouble.askAgainInMs / 1_000 },
  );
}

const actOf: Readonly<Record<MerchantStanding, MerchantAct>> = {
  checking: 'check',
  auditing: 'check',
  verify_account: 'ask_account',
  rejected: 'reject',
  to_sign: 'ask_signature',
  opened: 'open_id',
  frozen: 'freeze',
};
const stateOf: Readonly<Record<MerchantStanding, MerchantState>> = {
  checking: 'in_review',
  auditing: 'in_review',
  verify_account: 'verify_account',
  rejected: 'rejected',
  to_sign: 'to_sign',
  opened: 'opened',
  frozen: 'frozen',
};

export interface TakenReport {
  readonly submissionId: string;
  readonly report: MerchantReport;
  readonly errors: readonly FieldReason[];
  readonly askAgainInMs: number;
}

/** What the channel says is the truth, whatever it said before. */
export async function recordReport(trx: Trx, vault: Vault, place: MerchantPlace, taken: TakenReport): Promise<void> {
  const at = await lockMerchantId(trx, place);
  // About a form whose place another has taken, or that was not submitted yet.
  // rule: reports-of-older-forms-are-dropped
  if (at.submissionId !== taken.submissionId || at.state === 'submitted') return;
  await takeReport(trx, vault, at, taken);
}

/** The same of a form whose submission was answered by "it is there": the report stands for the answer. */
export async function recordFound(trx: Trx, vault: Vault, place: MerchantPlace, taken: TakenReport): Promise<void> {
  const at = await lockMerchantId(trx, place);
  if (at.submissionId !== taken.submissionId || at.state !== 'submitted') return;
  await takeReport(trx, vault, at, taken);
}

async function takeReport(trx: Trx, vault: Vault, at: MerchantRecord, taken: TakenReport): Promise<void> {
  const { report } = taken;
  const wanted = wantedState(at, taken, vault);
  const sign = report.signUrl === null ? null : vault.seal(merchantAbout.signUrl(at.id), report.signUrl);
  const asked = wanted === 'verify_account' || wanted === 'in_review' ? report.verification : null;
  const verification = asked === null ? null : vault.seal(merchantAbout.verification(at.id), verificationText(asked));
  const isNewRemittance = asked !== null && !isSame(at, asked, vault);
  await run(
    trx,
    `update merchant_applications
        set state = :wanted, provider_id = :providerId, merchant_id = coalesce(:merchantId, merchant_id),
            sign_url_key_id = :signKeyId, sign_url_ciphertext = :signText,
            verification_key_id = :verificationKeyId, verification_ciphertext = :verificationText,
            -- Of the same remittance a later one stays: an operator gave the seller more time.
            -- rule: extended-verification-stays-extended
            verification_deadline = case when :isNew or :deadline::timestamptz is null then :deadline::timestamptz
                                         else greatest(verification_deadline, :deadline::timestamptz) end,
            amount_tries = case when :isNew then 0 else amount_tries end,
            remitted_at = case when :isNew then null else remitted_at end,
            errors = :errors::jsonb,
            polls = case when :moves then 0 else polls + 1 end, failures = 0, failure_code = null, asked_at = now(),
            next_at = now() + make_interval(secs => :pauseS), updated_at = now()
      where id = :id`,
    {
      id: at.id,
      wanted,
      providerId: report.providerId,
      merchantId: report.merchantId,
      signKeyId: sign?.keyId ?? null,
      signText: sign === null ? null : Buffer.from(sign.ciphertext),
      verificationKeyId: verification?.keyId ?? null,
      verificationText: verification === null ? null : Buffer.from(verification.ciphertext),
      deadline: asked?.deadline ?? null,
      isNew: isNewRemittance,
      errors: JSON.stringify(wanted === 'rejected' ? errorsOf(at, taken) : []),
      moves: wanted !== at.state,
      pauseS: taken.askAgainInMs / 1_000,
    },
  );
  if (wanted === at.state) return;
  const act = report.standing === 'verify_account' && wanted === 'in_review' ? 'check' : actOf[report.standing];
  await moveMerchantId(trx, { ...at, verificationDeadline: asked?.deadline ?? null }, act, bySystem);
}

/** What was sent back for another reason than the channel's keeps it. */
function errorsOf(at: MerchantRecord, { report, errors }: TakenReport): readonly FieldReason[] {
  return report.standing === 'rejected' ? errors : at.errors;
}

/**
 * Where the report leads. A remittance the seller has told of may take days to arrive, and one nobody made in time was
 * sent back before: neither is asked for again.
 */
function wantedState(at: MerchantRecord, { report }: TakenReport, vault: Vault): MerchantState {
  const state = stateOf[report.standing];
  if (state !== 'verify_account' || report.verification === null) return state;
  // rule: verified-too-late-stays-back
  if (at.state === 'rejected' && report.verification.deadline <= at.now) return 'rejected';
  if (at.state === 'rejected' && at.amountTries > 0) return 'rejected';
  // rule: told-remittance-is-waited-for
  return at.remittedAt !== null && isSame(at, report.verification, vault) ? 'in_review' : 'verify_account';
}

function isSame(at: MerchantRecord, asked: NonNullable<MerchantReport['verification']>, vault: Vault): boolean {
  if (at.verification === null) return false;
  const known = verificationOf(vault.open(merchantAbout.verification(at.id), at.verification));
  return (
    known.amountFen === asked.amountFen && known.remark === asked.remark && known.payeeAccount === asked.payeeAccount
  );
}
