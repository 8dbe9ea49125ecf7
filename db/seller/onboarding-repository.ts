import { onboardingTitle } from '../../domain/case/titles';
import { onboardingMachine, type OnboardingAct, type OnboardingStage } from '../../domain/seller/onboarding-states';
import { onboardingStanding } from '../../domain/seller/standing';
import { sellerIdOf } from '../../domain/shared/ids';
import { transition, wrongState } from '../../domain/shared/state-machine';
import { recordOpening, recordTransition, type By } from '../case/record-transition';
import { addNotice } from '../notice/repository';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { signAgreement } from './agreements';
import { sellerFacts } from './facts';
import { addSeller, markCentreOpen } from './repository';

export interface OnboardingOpening {
  readonly onboardingId: string;
  readonly workflowId: string;
  readonly accountId: string;
  readonly agreementVersion: string;
  readonly by: By;
}

/**
 * 同意并勾选协议: the seller, its signature and its case are there, or were before ("open or load"). An account that
 * holds the verified subject already goes on to the next step at once.
 *
 * @throws DomainError ALREADY_ONBOARDING, AGREEMENT_OUTDATED
 */
export async function openOnboarding(trx: Trx, opening: OnboardingOpening): Promise<void> {
  const { onboardingId, accountId, agreementVersion, by } = opening;
  const there = await firstRow(trx, 'select 1 from seller_onboardings where id = :onboardingId', { onboardingId });
  if (there !== undefined) return;
  const sellerId = sellerIdOf(onboardingId);
  const held = await firstRow<{ verified: boolean }>(
    trx,
    'select subject_verified_at is not null as verified from sellers where id = :sellerId and account_id = :accountId',
    { sellerId, accountId },
  );
  if (held === undefined) await addSeller(trx, { sellerId, accountId });
  // rule: held-subject-begins-at-information
  const stage: OnboardingStage = held?.verified === true ? 'company_information' : onboardingMachine.initial;
  await run(
    trx,
    `insert into seller_onboardings (id, seller_id, account_id, agreement_version, stage)
     values (:onboardingId, :sellerId, :accountId, :agreementVersion, :stage)`,
    { onboardingId, sellerId, accountId, agreementVersion, stage },
  );
  await signAgreement(trx, { sellerId, version: agreementVersion, accountId });
  const { dueAt, ...standing } = onboardingStanding(await factsOf(trx, sellerId));
  await recordOpening(trx, {
    kind: 'seller_onboarding',
    subjectId: onboardingId,
    workflowId: opening.workflowId,
    enterpriseId: null,
    sellerId,
    title: onboardingTitle.zh,
    stage,
    standing,
    dueAt,
    by,
  });
}

export interface LockedOnboarding {
  readonly id: string;
  readonly sellerId: string;
  readonly accountId: string;
  readonly stage: OnboardingStage;
  readonly verificationId: string | null;
  readonly informationId: string | null;
}

/** The onboarding, locked until the transaction ends: whoever changes any of its rows locks this one first. */
export async function lockOnboarding(trx: Trx, onboardingId: string): Promise<LockedOnboarding> {
  const row = await firstRow<LockedOnboarding>(
    trx,
    `select id, seller_id as "sellerId", account_id as "accountId", stage, verification_id as "verificationId",
            information_id as "informationId"
       from seller_onboardings where id = :onboardingId for no key update`,
    { onboardingId },
  );
  if (row === undefined) throw new Error(`no onboarding ${onboardingId}`);
  return row;
}

/** @throws DomainError WRONG_STATE */
export function requireStage(onboarding: LockedOnboarding, stage: OnboardingStage): void {
  // rule: step-of-its-stage
  if (onboarding.stage !== stage) throw wrongState(onboardingMachine, onboarding.stage);
}

/**
 * The case after something happened to its onboarding: the stage it leads to, and whose turn it is by the one computed
 * answer. Call it last, with the rows as they are to be.
 */
export async function moveOnboarding(
  trx: Trx,
  { id, sellerId, stage: from }: LockedOnboarding,
  { act, by }: { readonly act: OnboardingAct; readonly by: By },
): Promise<void> {
  const to = transition(onboardingMachine, from, act);
  await run(
    trx,
    `update seller_onboardings
        set stage = :to, turn_since = now(), reminders_sent = 0, updated_at = now(),
            information_accepted_at = case when :act = 'information_accepted' then now() else information_accepted_at end
      where id = :id and stage = :from`,
    { id, from, to, act },
  );
  const { dueAt, ...standing } = onboardingStanding(await factsOf(trx, sellerId));
  await recordTransition(trx, { kind: 'seller_onboarding', subjectId: id, act, from, to, standing, dueAt, by });
}

/**
 * The seller centre opens (fee paid, or 暂不缴纳): the fact, the role and the event in one transaction. It is the moment
 * the platform opens the account's permissions (domain.md §5.15). Done once, whoever comes again.
 *
 * @throws DomainError WRONG_STATE: the steps before it are not done
 */
export async function openSellerCentre(
  trx: Trx,
  onboarding: LockedOnboarding,
  { how, by }: { readonly how: 'fee' | 'defer'; readonly by: By },
): Promise<void> {
  if (onboarding.stage === 'seller_centre' || onboarding.stage === 'complete') return;
  requireStage(onboarding, 'certification_fee');
  await markCentreOpen(trx, { sellerId: onboarding.sellerId, accountId: onboarding.accountId, how });
  await moveOnboarding(trx, onboarding, { act: how === 'fee' ? 'fee_paid' : 'defer_fee', by });
  await tell(trx, onboarding, 'seller_centre_open', onboarding.id);
}

/** What lists show is made true again, after something outside the onboarding's own rows has changed. */
export async function passTurn(trx: Trx, onboardingId: string, by: By): Promise<void> {
  const onboarding = await lockOnboarding(trx, onboardingId);
  if (onboarding.stage === 'complete') return;
  await moveOnboarding(trx, onboarding, { act: 'turn_passes', by });
}

/** Tells a seller that does nothing that it is their turn; `nth` of this turn, and once. */
export async function remindSeller(trx: Trx, onboardingId: string): Promise<void> {
  const onboarding = await lockOnboarding(trx, onboardingId);
  // rule: finished-seller-is-not-reminded
  if (onboarding.stage === 'complete') return;
  const reminded = await firstRow<{ nth: number; turn: string }>(
    trx,
    `update seller_onboardings set reminders_sent = reminders_sent + 1, updated_at = now()
      where id = :onboardingId
      returning reminders_sent as nth, extract(epoch from turn_since)::bigint::text as turn`,
    { onboardingId },
  );
  await tell(trx, onboarding, 'onboarding_waits', `${reminded?.turn ?? ''}:${reminded?.nth ?? 0}`);
}

/** A notice to the seller, once for what it is about. */
export function tell(
  trx: Trx,
  onboarding: LockedOnboarding,
  kind: 'seller_centre_open' | 'onboarding_waits' | 'verification_met' | 'verification_action_needed',
  about: string,
): Promise<void> {
  return addNotice(trx, {
    accountId: onboarding.accountId,
    kind,
    subjectId: onboarding.id,
    params: {},
    once: `${kind}:${onboarding.id}:${about}`,
  });
}

async function factsOf(db: Queryable, sellerId: string) {
  const facts = await sellerFacts(db, sellerId);
  if (facts === undefined) throw new Error(`no onboarding of ${sellerId}`);
  return facts;
}
