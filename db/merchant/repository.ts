import { systemActor } from '../../domain/case/states';
import { merchantTitles } from '../../domain/case/titles';
import { amountTries } from '../../domain/merchant/duties';
import {
  merchantMachine,
  merchantStanding,
  type MerchantAct,
  type MerchantChannel,
  type MerchantState,
} from '../../domain/merchant/states';
import type { Vault } from '../../domain/ports/vault';
import type { FieldReason } from '../../domain/seller/field-reason';
import { DomainError } from '../../domain/shared/errors';
import { transition, wrongState } from '../../domain/shared/state-machine';
import { recordOpening, recordTransition, type By } from '../case/record-transition';
import { hasEffect, recordEffect } from '../command/repository';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { newId } from '../new-id';
import { feeFactsOf } from '../seller/fees';
import { tellSeller } from './notices';
import {
  findMerchantRecord,
  merchantAbout,
  merchantRecord,
  verificationOf,
  type MerchantPlace,
  type MerchantRecord,
} from './record';

export const bySystem: By = { actor: systemActor, requestId: null };

/** Wording of lists; nothing about the seller. */
export interface MerchantOpening extends MerchantPlace {
  readonly submissionId: string;
  readonly workflowId: string;
  /** Null when the run was started again from facts. */
  readonly commandId: string | null;
  readonly by: By;
}

/**
 * 开通商户号 at one channel: the application is there, its request number stored before the channel hears of it. What is
 * there already stays as it is.
 *
 * @throws DomainError FEE_NOT_PAID ("先缴纳平台认证费")
 */
export async function openMerchantId(trx: Trx, opening: MerchantOpening): Promise<void> {
  // Both channels' runs open at the same time: the second of them sees the first.
  const submission = await firstRow<{ channels: MerchantChannel[] }>(
    trx,
    // rule: submission-decided-under-lock
    'select channels from merchant_submissions where id = :submissionId for no key update',
    { submissionId: opening.submissionId },
  );
  if (submission === undefined && (await findMerchantRecord(trx, opening)) === undefined)
    throw new Error(`no merchant submission ${opening.submissionId}`);
  await insertApplication(trx, opening);
  // rule: both-channels-are-one-command
  const isWhole = await allOpened(trx, opening.sellerId, submission?.channels ?? []);
  if (opening.commandId !== null && isWhole) await recordEffect(trx, opening.commandId);
}

async function insertApplication(trx: Trx, opening: MerchantOpening): Promise<void> {
  if ((await findMerchantRecord(trx, opening)) !== undefined) return;
  // rule: merchant-id-needs-the-fee
  await requireFee(trx, opening.sellerId);
  const id = newId('merchantApplication');
  const { sellerId, channel, submissionId } = opening;
  const inserted = await firstRow(
    trx,
    `insert into merchant_applications (id, seller_id, channel, state, request_number, submission_id)
     values (:id, :sellerId, :channel, 'submitted', :requestNumber, :submissionId)
     on conflict on constraint merchant_applications_one_per_channel do nothing returning id`,
    // One per seller and channel, for good; letters, digits and the underscore alone.
    { id, sellerId, channel, submissionId, requestNumber: sellerId },
  );
  if (inserted === undefined) return;
  await useSubmission(trx, id, submissionId);
  await recordOpening(trx, {
    kind: 'merchant_id',
    subjectId: id,
    workflowId: opening.workflowId,
    enterpriseId: null,
    sellerId,
    title: merchantTitles[channel].zh,
    stage: 'submitted',
    standing: merchantStanding('submitted'),
    dueAt: null,
    by: opening.by,
  });
}

async function useSubmission(trx: Trx, applicationId: string, submissionId: string): Promise<void> {
  await run(
    trx,
    `insert into merchant_submission_uses (application_id, submission_id) values (:applicationId, :submissionId)
     on conflict do nothing`,
    { applicationId, submissionId },
  );
}

async function allOpened(trx: Trx, sellerId: string, channels: readonly MerchantChannel[]): Promise<boolean> {
  for (const channel of channels)
    if ((await findMerchantRecord(trx, { sellerId, channel })) === undefined) return false;
  return true;
}

/** "之后才能开通商户号": paid, and not over; a renewal being paid keeps what was paid for. */
export async function requireFee(db: Queryable, sellerId: string): Promise<void> {
  const fee = await feeFactsOf(db, sellerId);
  if (fee?.state === 'paid') return;
  // Before the company information is accepted there is no fee to be paid.
  throw new DomainError('FEE_NOT_PAID', { allowed: fee === null ? [] : ['certification-fee/pay'] });
}

/** The application as it stands, locked. */
export async function lockMerchantId(trx: Trx, place: MerchantPlace): Promise<MerchantRecord> {
  // rule: merchant-id-decided-under-lock
  await run(
    trx,
    `select id from merchant_applications where seller_id = :sellerId and channel = :channel for no key update`,
    { sellerId: place.sellerId, channel: place.channel },
  );
  return merchantRecord(trx, place);
}

export interface MerchantCommandOf extends MerchantPlace {
  readonly commandId: string;
  readonly by: By;
}

/** The rejected form again, under the number it had. Everything of the old one is done with. */
export async function resubmitForm(
  trx: Trx,
  command: MerchantCommandOf & { readonly submissionId: string },
): Promise<void> {
  const at = await lockMerchantId(trx, command);
  if (at.state !== 'rejected') {
    if (await hasEffect(trx, command.commandId)) return;
    throw wrongState(merchantMachine, at.state);
  }
  await useSubmission(trx, at.id, command.submissionId);
  await run(
    trx,
    // rule: resubmitted-under-its-number
    `update merchant_applications
        set submission_id = :submissionId, media_id = null, errors = '[]', polls = 0, failures = 0, failure_code = null,
            amount_tries = 0, remitted_at = null, verification_key_id = null, verification_ciphertext = null,
            verification_deadline = null, next_at = now()
      where id = :id`,
    { id: at.id, submissionId: command.submissionId },
  );
  await moveMerchantId(trx, at, 'resubmit', command.by);
  await recordEffect(trx, command.commandId);
}

export type AmountVerdict = { readonly right: true } | { readonly right: false; readonly triesLeft: number };

/**
 * 账户验证: what the seller says it remitted against what the channel asked for. A wrong amount counts once, however often
 * this runs; the second brings the form back.
 *
 * @throws DomainError WRONG_STATE
 */
export async function judgeAmount(
  trx: Trx,
  vault: Vault,
  command: MerchantCommandOf & { readonly amountId: string },
): Promise<AmountVerdict> {
  const at = await lockMerchantId(trx, command);
  const amount = await firstRow<{ keyId: string; ciphertext: Buffer; wasRight: boolean | null }>(
    trx,
    `select amount_key_id as "keyId", amount_ciphertext as ciphertext, was_right as "wasRight"
       from merchant_amounts where id = :amountId and application_id = :id`,
    { amountId: command.amountId, id: at.id },
  );
  if (amount === undefined) throw new Error(`no amount ${command.amountId}`);
  // rule: amount-judged-once
  if (amount.wasRight !== null) return verdictOf(amount.wasRight, at.amountTries);
  if (at.state !== 'verify_account' || at.verification === null) throw wrongState(merchantMachine, at.state);
  const asked = verificationOf(vault.open(merchantAbout.verification(at.id), at.verification)).amountFen;
  const said = Number(vault.open(merchantAbout.amount(command.amountId), amount));
  // rule: remitted-amount-is-the-one-asked-for
  const right = said === asked;
  await run(trx, 'update merchant_amounts set was_right = :right where id = :id', { id: command.amountId, right });
  const tries = at.amountTries + (right ? 0 : 1);
  await run(
    trx,
    `update merchant_applications
        set amount_tries = :tries, remitted_at = case when :right then now() end, polls = 0, next_at = now()
      where id = :id`,
    { id: at.id, tries, right },
  );
  if (right) {
    await moveMerchantId(trx, at, 'verify-account', command.by);
    await recordEffect(trx, command.commandId);
  } else if (tries >= amountTries) await sendBackUnverified(trx, at, 'account_wrong', command.by);
  return verdictOf(right, tries);
}

function verdictOf(right: boolean, tries: number): AmountVerdict {
  return right ? { right } : { right, triesLeft: Math.max(0, amountTries - tries) };
}

/** 账户验证超时: nobody verified the account in time, so the form comes back. Does nothing where that is no longer so. */
export async function endVerification(trx: Trx, place: MerchantPlace): Promise<void> {
  const at = await lockMerchantId(trx, place);
  const isAsked = at.state === 'verify_account' || at.state === 'in_review';
  if (!isAsked || at.verificationDeadline === null || at.verificationDeadline > at.now) return;
  await sendBackUnverified(trx, at, 'account_overdue', bySystem);
}

const unverified: Readonly<Record<'account_wrong' | 'account_overdue', FieldReason>> = {
  account_wrong: { path: '', code: 'ACCOUNT_NOT_VERIFIED', reason: '汇款金额两次填写错误，账户未通过验证' },
  account_overdue: { path: '', code: 'ACCOUNT_NOT_VERIFIED', reason: '未在截止时间前完成汇款验证' },
};

async function sendBackUnverified(
  trx: Trx,
  at: MerchantRecord,
  act: 'account_wrong' | 'account_overdue',
  by: By,
): Promise<void> {
  await run(
    trx,
    `update merchant_applications
        set state = 'rejected', errors = :errors::jsonb, verification_key_id = null, verification_ciphertext = null,
            verification_deadline = null
      where id = :id`,
    { id: at.id, errors: JSON.stringify([unverified[act]]) },
  );
  await moveMerchantId(trx, { ...at, verificationDeadline: null }, act, by);
}

/** Moves an application and its case, and tells the seller where it is its turn now. */
export async function moveMerchantId(trx: Trx, at: MerchantRecord, act: MerchantAct, by: By): Promise<MerchantState> {
  const to = transition(merchantMachine, at.state, act);
  await run(
    trx,
    `update merchant_applications set state = :to, state_since = clock_timestamp(), updated_at = now() where id = :id`,
    { id: at.id, to },
  );
  await recordTransition(trx, {
    kind: 'merchant_id',
    subjectId: at.id,
    act,
    from: at.state,
    to,
    standing: merchantStanding(to),
    dueAt: to === 'verify_account' ? at.verificationDeadline : null,
    by,
  });
  await tellSeller(trx, at, to);
  return to;
}
