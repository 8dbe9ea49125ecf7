import { condition, defineSignal, setHandler } from '@temporalio/workflow';
import { beginRun } from '../shared/begin-run';
import { tellRun } from '../shared/tell-run';
import {
  caseSignals,
  channelReportedSignal,
  paymentWorkflowId,
  paymentWorkflowName,
  type PaymentInput,
} from './contract';

const attemptReady = defineSignal<[string]>(caseSignals.attemptReady);
const paymentSettled = defineSignal<[string]>(caseSignals.paymentSettled);

/** The payments of one case, as its run deals with them: it starts and wakes them, and hears what became of them. */
export class PaymentsOfCase {
  private readonly readyOnes = new Set<string>();

  /** `onSettled` when a payment can no longer pay the case, or has: the rows say which. */
  constructor(onSettled: () => void) {
    setHandler(attemptReady, (paymentId) => {
      this.readyOnes.add(paymentId);
    });
    setHandler(paymentSettled, (paymentId) => {
      this.readyOnes.add(paymentId);
      onSettled();
    });
  }

  /** A run for the payment, which reads its rows: a new one, or the one that is there is told to. It outlives the case. */
  async wake(input: PaymentInput): Promise<void> {
    const workflowId = paymentWorkflowId(input.paymentId);
    // What it told before may be about an attempt that is over.
    this.readyOnes.delete(input.paymentId);
    const begun = await beginRun(paymentWorkflowName, {
      ...{ workflowId, input, workflowTaskMs: input.policy.workflowTaskMs },
      attributes: { kind: 'payment', subjectId: input.paymentId, enterpriseId: input.enterpriseId },
    });
    if (!begun) await tellRun(workflowId, channelReportedSignal);
  }

  /** Until a payer has something to scan, or there will be nothing; at most so long. */
  async ready(paymentId: string, withinMs: number): Promise<void> {
    await condition(() => this.readyOnes.has(paymentId), withinMs);
  }
}
