import type { FieldReason } from '../../domain/seller/field-reason';
import {
  verificationMachine,
  type VerificationAct,
  type VerificationCommand,
  type VerificationState,
} from '../../domain/seller/verification-states';
import { DomainError } from '../../domain/shared/errors';
import { allowedCommands, transition } from '../../domain/shared/state-machine';
import type { By } from '../case/record-transition';
import { recordEffect } from '../command/repository';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { withdrawReview } from '../review/settlement';
import { lockOnboarding, moveOnboarding, requireStage, tell, type LockedOnboarding } from './onboarding-repository';
import { accountsOfCompany, holdSubject } from './repository';
import { verificationById, type VerificationRow } from './submissions';

/** An act upon one onboarding; `commandId` is the claim of the person's command, null when it acts by itself. */
export interface OnboardingOrder {
  readonly onboardingId: string;
  readonly commandId: string | null;
  readonly by: By;
}

/** The verification that counts, with its onboarding locked; undefined before the first. */
export async function lockVerification(
  trx: Trx,
  onboardingId: string,
): Promise<{ readonly onboarding: LockedOnboarding; readonly current: VerificationRow | undefined }> {
  const onboarding = await lockOnboarding(trx, onboardingId);
  const { verificationId } = onboarding;
  return { onboarding, current: verificationId === null ? undefined : await verificationById(trx, verificationId) };
}

/** What a form that is handed in again keeps of the one before. */
export interface Kept {
  readonly registry: boolean;
  readonly proof: boolean;
}

/**
 * A form is taken up. What an earlier one had settled and this one leaves as it was stays settled: whoever was sent back
 * is asked only for what was wrong.
 *
 * @throws DomainError WRONG_STATE, COMPANY_ACCOUNTS_FULL
 */
export async function startVerification(
  trx: Trx,
  order: OnboardingOrder & {
    readonly submissionId: string;
    readonly accountsPerCompany: number;
    readonly keeps: (before: VerificationRow, now: VerificationRow) => Kept;
  },
): Promise<void> {
  const { onboarding, current } = await lockVerification(trx, order.onboardingId);
  if (current?.id === order.submissionId && current.state !== 'submitted') return;
  requireStage(onboarding, 'enterprise_verification');
  // rule: one-verification-at-a-time
  requireAct(current, 'submit');
  const form = await submittedForm(trx, order.submissionId, onboarding.sellerId);
  await requireRoom(trx, form.code, order.accountsPerCompany);
  const kept = current === undefined ? { registry: false, proof: false } : order.keeps(current, form);
  await run(
    trx,
    `update enterprise_verifications
        set state = 'in_progress', state_since = now(), updated_at = now(), registry_next_at = now(), proof_next_at = now(),
            registry = case when :keepsRegistry then :registry else 'pending' end,
            proof = case when :keepsProof then 'proven' else 'pending' end
      where id = :id and state = 'submitted'`,
    { id: form.id, keepsRegistry: kept.registry, keepsProof: kept.proof, registry: current?.registry ?? 'pending' },
  );
  await run(trx, 'update seller_onboardings set verification_id = :verificationId, updated_at = now() where id = :id', {
    id: onboarding.id,
    verificationId: form.id,
  });
  if (order.commandId !== null) await recordEffect(trx, order.commandId);
  const placed = { ...onboarding, verificationId: form.id };
  await moveOnboarding(trx, placed, { act: 'submit_verification', by: order.by });
  await conclude(trx, placed, order);
}

async function submittedForm(trx: Trx, id: string, sellerId: string): Promise<VerificationRow> {
  const form = await verificationById(trx, id);
  if (form === undefined || form.sellerId !== sellerId || form.state !== 'submitted')
    throw new Error(`no form ${id} to be taken up`);
  return form;
}

/** @throws DomainError COMPANY_ACCOUNTS_FULL at /unifiedSocialCreditCode */
export async function requireRoom(db: Queryable, code: string, limit: number): Promise<void> {
  // rule: full-companies-are-refused
  if ((await accountsOfCompany(db, code)) < limit) return;
  throw new DomainError('COMPANY_ACCOUNTS_FULL', {
    limit,
    errors: [{ path: '/unifiedSocialCreditCode', code: 'COMPANY_ACCOUNTS_FULL', message: 'held by too many accounts' }],
  });
}

/** What of a verification decides what can be done about it. */
type Actionable = Pick<VerificationRow, 'state' | 'transferArrivedAt'>;

/** Nothing was handed in that counts. */
const notBegun: Actionable = { state: 'submitted', transferArrivedAt: null };

/** @throws DomainError WRONG_STATE with what can be done now */
export function requireAct(verification: Actionable | undefined, act: VerificationAct): void {
  const at = verification ?? notBegun;
  if (verificationMachine.transitions[at.state][act] !== undefined) return;
  const shown = at.state === 'submitted' ? 'not_started' : at.state;
  throw new DomainError('WRONG_STATE', { state: shown, allowed: allowedActions(at) });
}

/** The commands as they stand in the URL; handing in is `verification` itself. */
export function allowedActions({ state, transferArrivedAt }: Actionable): string[] {
  const names: Readonly<Record<VerificationCommand, string>> = {
    submit: 'verification',
    'transfer-amount': 'transfer-amount',
    withdraw: 'withdraw',
  };
  // rule: amount-of-an-arrived-transfer-alone
  const tellable = (command: VerificationCommand) => command !== 'transfer-amount' || transferArrivedAt !== null;
  return allowedCommands(verificationMachine, state)
    .filter(tellable)
    .map((command) => names[command]);
}

/**
 * Taken back before it was decided.
 * @throws DomainError WRONG_STATE
 */
export async function withdrawVerification(trx: Trx, order: OnboardingOrder): Promise<void> {
  const { onboarding, current } = await lockVerification(trx, order.onboardingId);
  if (current?.state === 'withdrawn') {
    if (order.commandId !== null) await recordEffect(trx, order.commandId);
    return;
  }
  requireAct(current, 'withdraw');
  const { state, id } = current ?? { state: 'submitted' as const, id: '' };
  await withdrawReview(trx, { submissionId: id, by: order.by });
  await setState(trx, { id, from: state, act: 'withdraw', errors: [] });
  if (order.commandId !== null) await recordEffect(trx, order.commandId);
  await moveOnboarding(trx, onboarding, { act: 'withdraw_verification', by: order.by });
}

/** Moves a verification; whatever it waited for from the seller is over. */
export async function setState(
  trx: Trx,
  move: {
    readonly id: string;
    readonly from: VerificationState;
    readonly act: VerificationAct;
    readonly errors: readonly FieldReason[];
  },
): Promise<void> {
  const to = transition(verificationMachine, move.from, move.act);
  const moved = await firstRow(
    trx,
    `update enterprise_verifications set state = :to, state_since = now(), errors = :errors::jsonb, updated_at = now()
      where id = :id and state = :from returning id`,
    { id: move.id, from: move.from, to, errors: JSON.stringify(move.errors) },
  );
  if (moved === undefined) throw new Error(`verification ${move.id} does not stand at ${move.from}`);
}

/** Something is wrong at the seller's: the verification comes back with its reasons. */
export async function sendBack(
  trx: Trx,
  onboarding: LockedOnboarding,
  back: {
    readonly verification: Pick<VerificationRow, 'id' | 'state'>;
    readonly act: 'proof_fails' | 'reviewer_returns';
    readonly errors: readonly FieldReason[];
    readonly by: By;
  },
): Promise<void> {
  const { id, state: from } = back.verification;
  const act = back.act === 'proof_fails' ? 'fail' : 'send_back';
  await setState(trx, { id, from, act, errors: back.errors });
  await moveOnboarding(trx, onboarding, { act: back.act, by: back.by });
  // A reviewer's decision is told by the review.
  if (back.act === 'proof_fails') await tell(trx, onboarding, 'verification_action_needed', id);
}

/**
 * Both legs are there: the account holds the subject, and the next step is open. A proof that failed meanwhile comes
 * back instead; nothing happens while a leg is missing.
 */
export async function conclude(
  trx: Trx,
  onboarding: LockedOnboarding,
  about: { readonly by: By; readonly accountsPerCompany: number },
): Promise<void> {
  const current = await verificationById(trx, onboarding.verificationId ?? '');
  if (current?.state !== 'in_progress') return;
  const { id, registry, proof, code, enterpriseName: name } = current;
  const { by } = about;
  if (proof === 'failed')
    return sendBack(trx, onboarding, { verification: current, act: 'proof_fails', errors: [scanFailed], by });
  // rule: both-legs-verify
  if (proof !== 'proven' || (registry !== 'agreed' && registry !== 'accepted')) return;
  const verifiedBy = registry === 'accepted' ? 'reviewer' : 'registry';
  const { accountsPerCompany } = about;
  const held = await holdSubject(trx, { sellerId: onboarding.sellerId, name, code, verifiedBy, accountsPerCompany });
  if (held === 'full')
    return sendBack(trx, onboarding, { verification: current, act: 'proof_fails', errors: [companyFull], by });
  await setState(trx, { id, from: 'in_progress', act: 'verify', errors: [] });
  await moveOnboarding(trx, onboarding, { act: 'verified', by });
  await tell(trx, onboarding, 'verification_met', id);
}

const scanFailed: FieldReason = { path: '/legalRepresentative', code: 'SCAN_FAILED', reason: '' };
const companyFull: FieldReason = { path: '/unifiedSocialCreditCode', code: 'COMPANY_ACCOUNTS_FULL', reason: '' };
