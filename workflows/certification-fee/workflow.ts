import { allHandlersFinished, condition, continueAsNew, defineUpdate, workflowInfo } from '@temporalio/workflow';
import { systemActor } from '../../domain/case/states';
import { feeMachine, type FeeState } from '../../domain/seller/fee-states';
import { PaymentsOfCase } from '../payment/of-case';
import { onboardingSignals } from '../seller-onboarding/contract';
import { Case } from '../shared/case';
import type { CommandInput } from '../shared/messages';
import { ownTransactions } from '../shared/own-transactions';
import { tellRun } from '../shared/tell-run';
import { beginFee } from './begin';
import {
  certificationFeeUpdates,
  type CertificationFeeActivities,
  type FeeActInput,
  type FeeInput,
  type PayFeeInput,
} from './contract';

const pay = defineUpdate<void, [PayFeeInput]>(certificationFeeUpdates.pay);

/**
 * Guide B, 支付费用: one period, from when it can be paid to the end of what was paid for. It waits for its seller without
 * a bound, then for its end, and opens the period after it in time.
 */
export async function certificationFee(input: FeeInput): Promise<FeeState | null> {
  const { feeId, policy } = input;
  const acts = ownTransactions<CertificationFeeActivities>(policy.times);
  const by = ({ accountId, commandId, requestId }: CommandInput): FeeActInput => ({
    feeId,
    commandId,
    actor: accountId,
    requestId,
  });
  const byClock: FeeActInput = { feeId, commandId: null, actor: systemActor, requestId: null };
  const load = () => acts.loadFee({ feeId });

  const fee = new Case(feeMachine, load, load);
  const payments = new PaymentsOfCase(() => fee.askToReload());
  fee.on(
    pay, // 立即缴纳: its payment is a case of its own
    'pay',
    (who) => acts.requestFeePayment({ ...by(who), method: who.method, payWithinMs: policy.payWithinMs }),
    async ({ payment }) => {
      if (payment == null) return 'done';
      await payments.wake(payment.start);
      if (!payment.ready) await payments.ready(payment.start.paymentId, policy.awaitPaymentMs);
      return 'done';
    },
  );

  await fee.opened();

  const tellOnboarding = () => tellRun(input.onboardingWorkflowId, onboardingSignals.feeSettled, feeId);
  let isOver = false;
  const period = async (): Promise<void> => {
    await fee.during(['unpaid', 'paying']);
    await tellOnboarding();
    await fee.during('paid', {
      whenDue: async () => {
        const { renewalOpensMs, remindBeforeMs } = policy;
        const asOf = new Date().toISOString();
        const at = await acts.advanceFee({ ...byClock, asOf, renewalOpensMs, remindBeforeMs });
        if (at.next !== null) await beginFee({ ...input, ...at.next });
        return at;
      },
    });
    // What it opened is closed now, unless the next period is paid.
    await tellOnboarding();
    isOver = true;
  };
  // A seller who tries again for years fills a history: the rows are all that is needed to go on in a new one.
  await Promise.race([period(), condition(() => workflowInfo().continueAsNewSuggested)]);
  if (isOver) return fee.finished();
  await condition(allHandlersFinished);
  return continueAsNew<typeof certificationFee>(input);
}
