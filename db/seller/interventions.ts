import { requireLater } from '../../domain/operations/commands';
import { onboardingMachine } from '../../domain/seller/onboarding-states';
import { onboardingStanding } from '../../domain/seller/standing';
import { feeMachine } from '../../domain/seller/fee-states';
import { wrongState } from '../../domain/shared/state-machine';
import { recordIntervention, type By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';
import { sellerFacts } from './facts';
import { lockFee } from './fee-payment';
import { tellOfEnd, type Period } from './fee-repository';
import { tell } from './onboarding-repository';
import { lockVerification } from './verification-repository';

/*
 * What operators do to a seller's way in and to its fee. A reminder that is sent by hand counts for nothing: the clock's
 * own come as they would have.
 */

interface Hand {
  readonly subjectId: string;
  readonly by: By;
  /** Of the command: the same command tells once. */
  readonly once: string;
}

/**
 * The seller has longer to prove itself.
 *
 * @throws DomainError WRONG_STATE, TIME_PAST, DEADLINE_TOO_FAR
 */
export async function extendProof(trx: Trx, hand: Omit<Hand, 'once'> & { readonly until: Date }): Promise<void> {
  const { subjectId, until, by } = hand;
  const { onboarding, current } = await lockVerification(trx, subjectId);
  // rule: only-open-proofs-are-extended
  if (current?.state !== 'in_progress' || current.proof !== 'begun' || current.dueAt === null)
    throw wrongState(onboardingMachine, onboarding.stage);
  const clock = await firstRow<{ now: Date }>(trx, 'select now() as now');
  requireLater(until, { dueAt: current.dueAt, now: clock?.now ?? new Date() });
  await run(trx, 'update enterprise_verifications set due_at = :until, updated_at = now() where id = :id', {
    id: current.id,
    until,
  });
  const facts = await sellerFacts(trx, onboarding.sellerId);
  const dueAt = facts === undefined ? until : onboardingStanding(facts).dueAt;
  await recordIntervention(trx, { kind: 'seller_onboarding', subjectId, act: 'extend_deadline', dueAt, by });
}

/** The seller is told once more that it is its turn. */
export async function remindSellerByHand(trx: Trx, { subjectId, by, once }: Hand): Promise<void> {
  const { onboarding } = await lockVerification(trx, subjectId);
  // rule: finished-onboarding-is-not-reminded-of
  if (onboarding.stage === 'complete') throw wrongState(onboardingMachine, onboarding.stage);
  await tell(trx, onboarding, 'onboarding_waits', once);
  await recordIntervention(trx, { kind: 'seller_onboarding', subjectId, act: 'resend', by });
}

/** What the outside parties of a verification owe is asked for at once. */
export async function retryOnboarding(trx: Trx, onboardingId: string): Promise<void> {
  const { current } = await lockVerification(trx, onboardingId);
  if (current === undefined) return;
  await run(
    trx,
    `update enterprise_verifications
        set registry_next_at = case when registry_next_at > now() then now() else registry_next_at end,
            proof_next_at = case when proof_next_at > now() then now() else proof_next_at end, updated_at = now()
      where id = :id and state in ('in_progress', 'in_review')`,
    { id: current.id },
  );
}

/** The seller is told once more when its period ends. */
export async function remindOfFee(trx: Trx, { subjectId, by, once }: Hand): Promise<void> {
  const { state } = await lockFee(trx, subjectId);
  // rule: only-paid-periods-are-reminded-of
  if (state !== 'paid') throw wrongState(feeMachine, state);
  const period = await firstRow<Pick<Period, 'id' | 'accountId' | 'validUntil'> & { readonly daysLeft: number }>(
    trx,
    `select f.id, s.account_id as "accountId", f.valid_until as "validUntil",
            greatest(0, ceil(extract(epoch from f.valid_until - now()) / 86400))::integer as "daysLeft"
       from certification_fees f join sellers s on s.id = f.seller_id where f.id = :subjectId`,
    { subjectId },
  );
  if (period === undefined) throw new Error(`no certification fee ${subjectId}`);
  await tellOfEnd(trx, period, { daysLeft: period.daysLeft, once });
  await recordIntervention(trx, { kind: 'certification_fee', subjectId, act: 'resend', by });
}
