import { systemActor } from '../../domain/case/states';
import type { FieldReason } from '../../domain/seller/field-reason';
import { comparableName } from '../../domain/seller/identifiers';
import { DomainError, type Fault } from '../../domain/shared/errors';
import type { By } from '../case/record-transition';
import { recordEffect } from '../command/repository';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { newId } from '../new-id';
import { openFee } from './fee-repository';
import { lockOnboarding, moveOnboarding, requireStage, type LockedOnboarding } from './onboarding-repository';
import { informationById, type InformationRow } from './submissions';
import type { OnboardingOrder } from './verification-repository';

const bySystem: By = { actor: systemActor, requestId: null };

/** How the first period of the fee is opened. */
export interface FeeTerms {
  readonly amountFen: number;
  readonly workflowIdOf: (feeId: string) => string;
}

interface Subject {
  readonly name: string;
  readonly code: string;
  readonly verifiedBy: 'registry' | 'reviewer';
}

/** What of a form must be the verified subject's. */
export interface ClaimedSubject {
  readonly code: string;
  readonly accountName: string;
}

/**
 * "执照编号、开户名称须与实名主体一致": told at the field that is not.
 *
 * @throws DomainError SUBJECT_MISMATCH
 */
export function requireSubject(subject: Pick<Subject, 'name' | 'code'>, claimed: ClaimedSubject): void {
  const at = (path: string): Fault => ({ path, code: 'SUBJECT_MISMATCH', message: 'not the verified subject' });
  const errors = [
    // rule: code-is-the-subjects
    ...(claimed.code === subject.code ? [] : [at('/unifiedSocialCreditCode')]),
    // rule: account-is-the-subjects
    ...(comparableName(claimed.accountName) === comparableName(subject.name) ? [] : [at('/bank/accountName')]),
  ];
  if (errors.length > 0) throw new DomainError('SUBJECT_MISMATCH', { errors });
}

/**
 * 填写信息: accepted by rules, without a person. Where a reviewer verified the subject in spite of the registry, a
 * reviewer looks at this too.
 *
 * @throws DomainError WRONG_STATE, SUBJECT_MISMATCH
 */
export async function takeInformation(
  trx: Trx,
  order: OnboardingOrder & {
    readonly submissionId: string;
    readonly fee: FeeTerms;
    readonly accountNameOf: (form: InformationRow) => string;
  },
): Promise<void> {
  const onboarding = await lockOnboarding(trx, order.onboardingId);
  const form = await informationById(trx, order.submissionId);
  if (form === undefined || form.sellerId !== onboarding.sellerId) throw new Error(`no form ${order.submissionId}`);
  if (onboarding.informationId === form.id && form.state !== 'submitted') return;
  requireStage(onboarding, 'company_information');
  await refuseWhileInReview(trx, onboarding);
  const subject = await subjectOf(trx, onboarding.sellerId);
  requireSubject(subject, { code: form.code, accountName: order.accountNameOf(form) });
  // rule: reviewed-subjects-information-is-reviewed
  const handedOver = subject.verifiedBy === 'reviewer';
  await run(
    trx,
    `update company_informations
        set state = :state, state_since = now(), review_id = :reviewId, updated_at = now()
      where id = :id and state = 'submitted'`,
    { id: form.id, state: handedOver ? 'in_review' : 'accepted', reviewId: handedOver ? newId('review') : null },
  );
  await run(trx, 'update seller_onboardings set information_id = :informationId, updated_at = now() where id = :id', {
    id: onboarding.id,
    informationId: form.id,
  });
  if (order.commandId !== null) await recordEffect(trx, order.commandId);
  await moveOnboarding(trx, onboarding, { act: 'submit_information', by: order.by });
  if (!handedOver) await openTheFee(trx, onboarding, order.fee);
}

/** @throws DomainError WRONG_STATE */
async function refuseWhileInReview(trx: Trx, { informationId }: LockedOnboarding): Promise<void> {
  const before = informationId === null ? undefined : await informationById(trx, informationId);
  // rule: information-in-review-stands
  if (before?.state === 'in_review') throw new DomainError('WRONG_STATE', { state: 'in_review', allowed: [] });
}

/** The information is accepted: the certification fee can be paid, or put off. */
async function openTheFee(trx: Trx, onboarding: LockedOnboarding, fee: FeeTerms): Promise<void> {
  await openFee(trx, { sellerId: onboarding.sellerId, by: bySystem, ...fee });
  await moveOnboarding(trx, onboarding, { act: 'information_accepted', by: bySystem });
}

export async function subjectOf(db: Queryable, sellerId: string): Promise<Subject> {
  const subject = await firstRow<Subject>(
    db,
    `select subject_name as name, subject_code as code, subject_verified_by as "verifiedBy"
       from sellers where id = :sellerId and subject_verified_at is not null`,
    { sellerId },
  );
  if (subject === undefined) throw new Error(`${sellerId} holds no subject`);
  return subject;
}

/** What a reviewer decided about information that was handed over; it counts only while it is in review. */
export async function decideInformation(
  trx: Trx,
  decision: {
    readonly onboardingId: string;
    readonly informationId: string;
    readonly approved: boolean;
    readonly errors: readonly FieldReason[];
    readonly by: By;
    readonly fee: FeeTerms;
  },
): Promise<void> {
  const onboarding = await lockOnboarding(trx, decision.onboardingId);
  const decided = await firstRow(
    trx,
    `update company_informations
        set state = :state, state_since = now(), errors = :errors::jsonb, updated_at = now()
      where id = :id and state = 'in_review' returning id`,
    {
      id: decision.informationId,
      state: decision.approved ? 'accepted' : 'action_needed',
      errors: JSON.stringify(decision.errors),
    },
  );
  if (decided === undefined) return;
  if (decision.approved) await openTheFee(trx, onboarding, decision.fee);
  else await moveOnboarding(trx, onboarding, { act: 'reviewer_returns', by: decision.by });
}

/** Until when the reviewer has to decide; false when it does not wait for one any more. */
export async function expectDecision(
  trx: Trx,
  review: {
    readonly onboardingId: string;
    readonly submissionId: string;
    readonly of: 'enterprise_verifications' | 'company_informations';
    readonly dueAt: Date;
  },
): Promise<boolean> {
  const onboarding = await lockOnboarding(trx, review.onboardingId);
  const waits = await firstRow(trx, dueOf[review.of], { id: review.submissionId, dueAt: review.dueAt });
  if (waits === undefined) return false;
  await moveOnboarding(trx, onboarding, { act: 'turn_passes', by: bySystem });
  return true;
}

const dueOf = {
  enterprise_verifications: `update enterprise_verifications set review_due_at = :dueAt, updated_at = now()
    where id = :id and state = 'in_review' returning id`,
  company_informations: `update company_informations set review_due_at = :dueAt, updated_at = now()
    where id = :id and state = 'in_review' returning id`,
} as const;
