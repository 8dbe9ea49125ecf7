import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { DutyAct } from '../../domain/payment/duties';
import type { PaymentState } from '../../domain/payment/states';
import { reloadSignalName } from '../shared/messages';
import { ownTransactions } from '../shared/own-transactions';
import { tellRun } from '../shared/tell-run';
import {
  caseSignals,
  channelReportedSignal,
  type PaymentActInput,
  type PaymentChannelSteps,
  type PaymentInput,
  type PaymentRecords,
  type PaymentSnapshot,
} from './contract';

const channelReported = defineSignal(channelReportedSignal);
const reload = defineSignal(reloadSignalName);

/**
 * A payment through an outside channel: asks it to open an attempt, asks how it stands until it is paid or certainly
 * closed, gives back what came too late or twice. The rows say what is owed next; this run does it when its time comes,
 * or looks again when it is told that something came in. It outlives the case it pays for.
 */
export async function payment(input: PaymentInput): Promise<PaymentState> {
  const { paymentId, policy } = input;
  const records = ownTransactions<PaymentRecords>(policy.times);
  const channel = proxyActivities<PaymentChannelSteps>({
    startToCloseTimeout: policy.channelStepMs,
    retry: {
      initialInterval: policy.times.firstRetryMs,
      maximumInterval: policy.times.longestRetryMs,
      backoffCoefficient: 2,
    },
  });
  const steps: Readonly<Record<DutyAct, (act: PaymentActInput) => Promise<PaymentSnapshot>>> = {
    apply: (act) => records.applyReports(act),
    ask: (act) => channel.askForPayment(act),
    query: (act) => channel.queryAttempt(act),
    close: (act) => channel.closeAttempt(act),
    end: (act) => records.endPayment(act),
    refund: (act) => channel.sendRefund(act),
    query_refund: (act) => channel.queryRefund(act),
  };
  let told = 0;
  setHandler(channelReported, () => void (told += 1));
  setHandler(reload, () => void (told += 1));

  const about = { paymentId, askAgainMs: policy.askAgainMs };
  let heard = told;
  let snapshot = await records.loadPayment({ ...about, number: '' });
  let caseKnows = await tellCase(input, snapshot, { ready: false, settled: false });
  while (!snapshot.over || heard < told) {
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof payment>(input);
    }
    const { next } = snapshot;
    const wasTold = await toldWithin(next?.inMs, () => heard < told);
    heard = told;
    snapshot =
      wasTold || next === null
        ? await records.loadPayment({ ...about, number: '' })
        : await steps[next.act]({ ...about, number: next.number });
    caseKnows = await tellCase(input, snapshot, caseKnows);
  }
  return snapshot.state;
}

/** Waits until it is told something, at most so long; without a bound where nothing is owed at any time. */
async function toldWithin(ms: number | undefined, told: () => boolean): Promise<boolean> {
  if (ms !== undefined) return ms > 0 ? condition(told, ms) : false;
  await condition(told);
  return true;
}

/** What the case was told so far. */
interface CaseKnows {
  readonly ready: boolean;
  readonly settled: boolean;
}

async function tellCase(input: PaymentInput, now: PaymentSnapshot, before: CaseKnows): Promise<CaseKnows> {
  const { caseWorkflowId, paymentId } = input;
  if (now.settled && !before.settled) await tellRun(caseWorkflowId, caseSignals.paymentSettled, paymentId);
  if (now.ready && !before.ready) await tellRun(caseWorkflowId, caseSignals.attemptReady, paymentId);
  return { ready: now.ready, settled: now.settled };
}
