import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { systemActor } from '../../domain/case/states';
import type { OnboardingDutyAct } from '../../domain/seller/duties';
import { onboardingMachine, type OnboardingStage } from '../../domain/seller/onboarding-states';
import { DomainError } from '../../domain/shared/errors';
import { sellerIdOf } from '../../domain/shared/ids';
import { beginFee } from '../certification-fee/begin';
import { ReviewsOfCase } from '../review/of-case';
import { Case } from '../shared/case';
import { asFailure } from '../shared/failures';
import type { CommandInput } from '../shared/messages';
import { ownTransactions } from '../shared/own-transactions';
import {
  onboardingSignals,
  onboardingUpdates,
  sellerOnboardingWorkflowId,
  type OnboardingActInput,
  type OnboardingActivities,
  type OnboardingProviderSteps,
  type OnboardingSnapshotDto,
  type SellerOnboardingInput,
  type SubmissionInput,
} from './contract';

const submitVerification = defineUpdate<void, [SubmissionInput]>(onboardingUpdates.submit_verification);
const enterAmount = defineUpdate<void, [SubmissionInput]>(onboardingUpdates.enter_amount);
const withdrawVerification = defineUpdate<void, [CommandInput]>(onboardingUpdates.withdraw_verification);
const submitInformation = defineUpdate<void, [SubmissionInput]>(onboardingUpdates.submit_information);
const deferFee = defineUpdate<void, [CommandInput]>(onboardingUpdates.defer_fee);

/** What of the case is waited on beside its commands. */
interface Standing {
  until(reached: (snapshot: OnboardingSnapshotDto) => boolean, withinMs?: number): Promise<boolean>;
  askToReload(): void;
}

/**
 * Guide B, from the ticked agreement to the first listed product: 实名认证 → 填写信息 → 支付费用 → 卖家中心. Commands move it
 * on; what it does by itself (asking outside parties, clocks, reminders) stands in the rows as what is owed next, and is
 * done beside the commands, so that a slow partner never keeps a person waiting.
 */
export async function sellerOnboarding(input: SellerOnboardingInput): Promise<OnboardingStage | null> {
  const { onboardingId, policy } = input;
  const acts = ownTransactions<OnboardingActivities>(policy.times);
  const by = ({ accountId, commandId, requestId }: CommandInput): OnboardingActInput => ({
    onboardingId,
    commandId,
    actor: accountId,
    requestId,
    policy,
  });
  const submitted = (who: SubmissionInput) => ({ ...by(who), submissionId: who.submissionId });
  const byItself: OnboardingActInput = { onboardingId, commandId: null, actor: systemActor, requestId: null, policy };

  const onboarding = new Case(
    onboardingMachine,
    () => acts.openOnboarding(input), // 同意并勾选协议
    () => acts.loadOnboarding(byItself),
  );
  for (const signal of Object.values(onboardingSignals))
    setHandler(defineSignal<string[]>(signal), () => onboarding.askToReload());

  onboarding.on(
    submitVerification, // 企业实名认证
    'submit_verification',
    (who) => acts.startVerification(submitted(who)),
    async (at) => {
      refuse(at);
      // The scan begins at once, so that the answer can show it; a partner that is slow shows it later.
      if (!at.scanReady) await onboarding.until((now) => now.scanReady, policy.awaitScanMs);
      return 'done';
    },
  );
  onboarding.on(enterAmount, 'enter_amount', (who) => acts.judgeAmount(submitted(who)), refused);
  onboarding.on(withdrawVerification, 'withdraw_verification', (who) => acts.withdrawVerification(by(who)), refused);
  onboarding.on(submitInformation, 'submit_information', (who) => acts.acceptInformation(submitted(who)), refused); // 填写信息
  onboarding.on(deferFee, 'defer_fee', (who) => acts.deferFee(by(who)), refused); // 暂不缴纳

  if (!(await onboarding.opened())) return onboarding.finished();

  let isOver = false;
  const stages = async (): Promise<void> => {
    await onboarding.during(['enterprise_verification', 'company_information', 'certification_fee', 'seller_centre']);
    isOver = true;
  };
  const suggested = condition(() => workflowInfo().continueAsNewSuggested);
  await Promise.race([stages(), keepDuties(onboarding, input, acts), suggested]);
  if (isOver) return onboarding.finished();
  await condition(allHandlersFinished);
  // It is there: the new run loads it.
  return continueAsNew<typeof sellerOnboarding>({ ...input, commandId: null });
}

/** A refusal that came beside where the onboarding stands, told to whoever gave the command. */
function refuse({ refused: refusal }: OnboardingSnapshotDto): void {
  if (refusal !== undefined) throw asFailure(new DomainError(refusal.code, refusal.facts));
}

function refused(at: OnboardingSnapshotDto): Promise<'done'> {
  refuse(at);
  return Promise.resolve('done');
}

/** Does what is owed when its time comes, and begins the runs of what others do; it never ends by itself. */
async function keepDuties(
  onboarding: Standing,
  input: SellerOnboardingInput,
  acts: OnboardingActivities,
): Promise<void> {
  const { onboardingId, policy } = input;
  const outside = proxyActivities<OnboardingProviderSteps>({
    startToCloseTimeout: policy.providerStepMs,
    retry: {
      initialInterval: policy.times.firstRetryMs,
      maximumInterval: policy.times.longestRetryMs,
      backoffCoefficient: 2,
    },
  });
  const steps: Readonly<Record<OnboardingDutyAct, (act: OnboardingActInput) => Promise<OnboardingSnapshotDto>>> = {
    pass_turn: (act) => acts.passTurn(act),
    open_centre: (act) => acts.openPaidCentre(act),
    ask_registry: (act) => outside.askRegistry(act),
    send_transfer: (act) => outside.sendTransfer(act),
    query_transfer: (act) => outside.queryTransfer(act),
    begin_scan: (act) => outside.beginScan(act),
    query_scan: (act) => outside.queryScan(act),
    end_proof: (act) => acts.endProof(act),
    remind: (act) => acts.remindSeller(act),
  };
  const others = new Others(input);
  const byItself: OnboardingActInput = { onboardingId, commandId: null, actor: systemActor, requestId: null, policy };
  for (;;) {
    const now = await standing(onboarding);
    await others.begin(now);
    const { next } = now;
    const changed = await onboarding.until(
      (later) => later !== now,
      next === null ? undefined : Math.max(1, next.inMs),
    );
    if (changed || next === null) continue;
    await steps[next.act](byItself);
    onboarding.askToReload();
  }
}

/** Where the onboarding stands, as its rows said last. */
async function standing(onboarding: Pick<Standing, 'until'>): Promise<OnboardingSnapshotDto> {
  let seen: OnboardingSnapshotDto | undefined;
  await onboarding.until((now) => {
    seen = now;
    return true;
  });
  return seen as OnboardingSnapshotDto;
}

/** The runs of reviews and of the fee, which outlive this one; each is begun once, and one that is there is fine. */
class Others {
  private readonly begun = new Set<string>();
  private readonly reviews = new ReviewsOfCase();

  constructor(private readonly input: SellerOnboardingInput) {}

  async begin({ review, reviewWithdrawn, fee }: OnboardingSnapshotDto): Promise<void> {
    const { onboardingId, policy } = this.input;
    const sellerId = sellerIdOf(onboardingId);
    const caseWorkflowId = sellerOnboardingWorkflowId(onboardingId);
    if (review !== null && this.isNew(review.reviewId))
      await this.reviews.begin({ ...review, sellerId, caseWorkflowId, policy: policy.review });
    if (reviewWithdrawn !== null && this.isNew(`withdrawn ${reviewWithdrawn}`))
      await this.reviews.withdrawn(reviewWithdrawn);
    if (fee !== null && this.isNew(fee.feeId))
      await beginFee({ ...fee, sellerId, onboardingWorkflowId: caseWorkflowId, policy: policy.fee });
  }

  private isNew(what: string): boolean {
    return this.begun.size < this.begun.add(what).size;
  }
}
