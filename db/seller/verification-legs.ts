import { systemActor } from '../../domain/case/states';
import type { FieldReason } from '../../domain/seller/field-reason';
import type { Sealed } from '../../domain/ports/vault';
import { DomainError } from '../../domain/shared/errors';
import { newId } from '../new-id';
import { recordEffect } from '../command/repository';
import { firstRow, run, type Trx } from '../connection';
import type { By } from '../case/record-transition';
import { moveOnboarding } from './onboarding-repository';
import {
  conclude,
  lockVerification,
  requireAct,
  sendBack,
  setState,
  type OnboardingOrder,
} from './verification-repository';

/*
 * What outside parties answer about a verification, and what the seller proves. Each answer is about one verification
 * and counts only where its question is still open: late ones, second ones and ones of another form change nothing.
 */

const bySystem: By = { actor: systemActor, requestId: null };

interface AboutVerification {
  readonly onboardingId: string;
  readonly verificationId: string;
}

/** `differs`: name, legal representative or operating state is not what the seller says; a person decides. */
export type RegistryVerdict = 'agrees' | 'differs' | 'not_found';

export async function recordRegistryAnswer(
  trx: Trx,
  answer: AboutVerification & {
    readonly verdict: RegistryVerdict;
    readonly askAgainInMs: number;
    readonly accountsPerCompany: number;
  },
): Promise<void> {
  const { onboarding, current } = await lockVerification(trx, answer.onboardingId);
  const asked = current?.id === answer.verificationId && current.state === 'in_progress';
  // rule: late-registry-answers-change-nothing
  if (!asked || (current.registry !== 'pending' && current.registry !== 'not_found')) return;
  const { id, registry: before } = current;
  const leg = { agrees: 'agreed', differs: 'differs', not_found: 'not_found' } as const;
  await run(
    trx,
    `update enterprise_verifications
        set registry = :leg, registry_polls = registry_polls + 1, registry_failures = 0, updated_at = now(),
            registry_next_at = case when :leg = 'not_found' then now() + make_interval(secs => :askAgainS) end
      where id = :id`,
    { id, leg: leg[answer.verdict], askAgainS: answer.askAgainInMs / 1_000 },
  );
  if (answer.verdict === 'not_found') {
    // The first time is told; after that only the time of the next question changes.
    if (before === 'pending') await moveOnboarding(trx, onboarding, { act: 'registry_knows_not', by: bySystem });
    return;
  }
  if (answer.verdict === 'differs') {
    // rule: differences-go-to-a-reviewer
    await setState(trx, { id, from: 'in_progress', act: 'hand_over', errors: [] });
    await run(trx, 'update enterprise_verifications set review_id = :reviewId where id = :id', {
      id,
      reviewId: newId('review'),
    });
    return moveOnboarding(trx, onboarding, { act: 'registry_differs', by: bySystem });
  }
  await moveOnboarding(trx, onboarding, { act: 'registry_agrees', by: bySystem });
  await conclude(trx, onboarding, { by: bySystem, accountsPerCompany: answer.accountsPerCompany });
}

/** A partner was away or refused: the same question comes up again later. The number of failures in a row. */
export async function recordTrouble(
  trx: Trx,
  trouble: { readonly verificationId: string; readonly leg: 'registry' | 'proof'; readonly askAgainInMs: number },
): Promise<void> {
  const { leg, verificationId, askAgainInMs } = trouble;
  const column = { registry: registryTrouble, proof: proofTrouble } as const;
  await run(trx, column[leg], { id: verificationId, askAgainS: askAgainInMs / 1_000 });
}

const registryTrouble = `update enterprise_verifications set registry_failures = registry_failures + 1,
  registry_next_at = now() + make_interval(secs => :askAgainS), updated_at = now() where id = :id`;
const proofTrouble = `update enterprise_verifications set proof_failures = proof_failures + 1,
  proof_next_at = now() + make_interval(secs => :askAgainS), updated_at = now() where id = :id`;

/** The sum is chosen once, before anybody is told of it: a transfer that is ordered again is the same. */
export async function chooseAmount(
  trx: Trx,
  choice: { readonly id: string; readonly amount: Sealed; readonly tries: number },
) {
  // rule: amount-is-chosen-once
  await run(
    trx,
    `update enterprise_verifications
        set amount_key_id = :keyId, amount_ciphertext = :ciphertext, tries_left = :tries, updated_at = now()
      where id = :id and amount_ciphertext is null`,
    { id: choice.id, tries: choice.tries, keyId: choice.amount.keyId, ciphertext: choice.amount.ciphertext },
  );
}

/** `unknown`: the bank has never heard of it, and it is sent again. */
export async function recordTransfer(
  trx: Trx,
  transfer: AboutVerification & {
    readonly standing: 'sent' | 'pending' | 'failed' | 'unknown';
    readonly askAgainInMs: number;
    readonly proveWithinMs: number;
  },
): Promise<void> {
  const { onboarding, current } = await lockVerification(trx, transfer.onboardingId);
  // rule: late-transfers-change-nothing
  if (current?.id !== transfer.verificationId || current.state !== 'in_progress') return;
  if (current.transferArrivedAt !== null || (current.proof !== 'pending' && current.proof !== 'begun')) return;
  const { standing } = transfer;
  await run(
    trx,
    `update enterprise_verifications
        set proof = case :standing when 'unknown' then 'pending' when 'failed' then 'failed' else 'begun' end,
            proof_polls = proof_polls + 1, proof_failures = 0, updated_at = now(),
            proof_next_at = case when :standing = 'pending' then now() + make_interval(secs => :askAgainS)
                                 when :standing = 'unknown' then now() end,
            transfer_arrived_at = case when :standing = 'sent' then now() end,
            due_at = case when :standing = 'sent' then now() + make_interval(secs => :proveWithinS) end
      where id = :id`,
    {
      id: current.id,
      standing,
      askAgainS: transfer.askAgainInMs / 1_000,
      proveWithinS: transfer.proveWithinMs / 1_000,
    },
  );
  if (standing === 'sent') await moveOnboarding(trx, onboarding, { act: 'transfer_arrives', by: bySystem });
  if (standing === 'failed')
    await sendBack(trx, onboarding, {
      ...{ verification: current, act: 'proof_fails', by: bySystem },
      errors: [{ path: '/bank', code: 'TRANSFER_FAILED', reason: '' }],
    });
}

/** The address the legal representative scans. */
export async function recordScanBegun(
  trx: Trx,
  scan: AboutVerification & {
    readonly scanUrl: Sealed;
    readonly askAgainInMs: number;
    readonly proveWithinMs: number;
  },
): Promise<void> {
  const { onboarding, current } = await lockVerification(trx, scan.onboardingId);
  if (current?.id !== scan.verificationId || current.proof !== 'pending') return;
  if (current.state !== 'in_progress' && current.state !== 'in_review') return;
  await run(
    trx,
    `update enterprise_verifications
        set proof = 'begun', scan_url_key_id = :keyId, scan_url_ciphertext = :ciphertext, proof_failures = 0,
            proof_next_at = now() + make_interval(secs => :askAgainS),
            due_at = now() + make_interval(secs => :proveWithinS), updated_at = now()
      where id = :id`,
    {
      ...{ id: current.id, keyId: scan.scanUrl.keyId, ciphertext: scan.scanUrl.ciphertext },
      ...{ askAgainS: scan.askAgainInMs / 1_000, proveWithinS: scan.proveWithinMs / 1_000 },
    },
  );
  await moveOnboarding(trx, onboarding, { act: 'scan_begins', by: bySystem });
}

/** How a scan stands, as its partner was asked or told by itself. */
export async function recordScan(
  trx: Trx,
  scan: AboutVerification & {
    readonly standing: 'pending' | 'passed' | 'failed' | 'unknown';
    readonly askAgainInMs: number;
    readonly accountsPerCompany: number;
  },
): Promise<void> {
  const { onboarding, current } = await lockVerification(trx, scan.onboardingId);
  // rule: scans-answered-once
  if (current?.id !== scan.verificationId || (current.proof !== 'pending' && current.proof !== 'begun')) return;
  if (current.state !== 'in_progress' && current.state !== 'in_review') return;
  const legs = { pending: current.proof, unknown: 'pending', passed: 'proven', failed: 'failed' } as const;
  await run(
    trx,
    `update enterprise_verifications
        set proof = :proof, proof_polls = proof_polls + 1, proof_failures = 0, updated_at = now(),
            proof_next_at = case when :proof = 'begun' then now() + make_interval(secs => :askAgainS)
                                 when :proof = 'pending' then now() end
      where id = :id`,
    { id: current.id, proof: legs[scan.standing], askAgainS: scan.askAgainInMs / 1_000 },
  );
  if (scan.standing === 'passed') await moveOnboarding(trx, onboarding, { act: 'scan_passes', by: bySystem });
  await conclude(trx, onboarding, { by: bySystem, accountsPerCompany: scan.accountsPerCompany });
}

/** What a try came to; `wrong` carries the tries that are left. */
export type AmountVerdict = { readonly verdict: 'right' } | { readonly verdict: 'wrong'; readonly triesLeft: number };

/**
 * The sum the seller told is judged, once per try: the try itself says whether it was judged, so that a lost answer
 * costs nothing.
 *
 * @throws DomainError WRONG_STATE
 */
export async function judgeAmount(
  trx: Trx,
  order: OnboardingOrder & {
    readonly entryId: string;
    readonly accountsPerCompany: number;
    /** Opens both sums. */
    readonly isRight: (entry: Sealed, verificationId: string, amount: Sealed) => boolean;
  },
): Promise<AmountVerdict> {
  const { onboarding, current } = await lockVerification(trx, order.onboardingId);
  const entry = await firstRow<Sealed & { outcome: 'right' | 'wrong' | null; triesLeft: number; about: string }>(
    trx,
    `select amount_key_id as "keyId", amount_ciphertext as ciphertext, outcome, tries_left as "triesLeft",
            verification_id as about
       from transfer_amount_entries where id = :id for update`,
    { id: order.entryId },
  );
  if (entry === undefined) throw new Error(`no try ${order.entryId}`);
  // rule: try-counts-once
  if (entry.outcome !== null)
    return entry.outcome === 'right' ? { verdict: 'right' } : { verdict: 'wrong', triesLeft: entry.triesLeft };
  requireAct(current, 'transfer-amount');
  if (
    current === undefined ||
    current.amount === null ||
    current.transferArrivedAt === null ||
    entry.about !== current.id
  )
    throw new DomainError('WRONG_STATE', { state: current?.state ?? 'submitted', allowed: ['withdraw'] });
  const right = order.isRight(entry, current.id, current.amount);
  const triesLeft = right ? current.triesLeft : current.triesLeft - 1;
  await run(
    trx,
    `update transfer_amount_entries set outcome = :outcome, tries_left = :triesLeft, judged_at = now() where id = :id`,
    { id: order.entryId, outcome: right ? 'right' : 'wrong', triesLeft },
  );
  await run(
    trx,
    `update enterprise_verifications
        set tries_left = :triesLeft, proof = case when :right then 'proven' else proof end, updated_at = now()
      where id = :id and proof = 'begun'`,
    { id: current.id, triesLeft, right },
  );
  if (right) {
    if (order.commandId !== null) await recordEffect(trx, order.commandId);
    await moveOnboarding(trx, onboarding, { act: 'enter_amount', by: order.by });
    await conclude(trx, onboarding, order);
    return { verdict: 'right' };
  }
  await moveOnboarding(trx, onboarding, { act: 'amount_wrong', by: order.by });
  // rule: tries-are-limited
  if (triesLeft <= 0)
    await sendBack(trx, onboarding, {
      ...{ verification: current, act: 'proof_fails', by: bySystem },
      errors: [{ path: '/bank', code: 'AMOUNT_TRIES_SPENT', reason: '' }],
    });
  return { verdict: 'wrong', triesLeft };
}

/** The seller did not prove in time: bank data, or the legal representative, again. */
export async function endProof(trx: Trx, order: OnboardingOrder): Promise<void> {
  const { onboarding, current } = await lockVerification(trx, order.onboardingId);
  if (current?.state !== 'in_progress' || current.proof !== 'begun') return;
  const over = await firstRow(
    trx,
    // rule: proof-ends-at-its-time
    'select 1 from enterprise_verifications where id = :id and due_at <= now()',
    { id: current.id },
  );
  if (over === undefined) return;
  const errors: readonly FieldReason[] =
    current.method === 'corporate_transfer'
      ? [{ path: '/bank', code: 'AMOUNT_NOT_ENTERED', reason: '' }]
      : [{ path: '/legalRepresentative', code: 'SCAN_NOT_ANSWERED', reason: '' }];
  await sendBack(trx, onboarding, { verification: current, act: 'proof_fails', errors, by: order.by });
}
