import { purchaseWorkflowId, purchaseWorkflowName, type PurchaseInput } from '../workflows/purchase/contract';
import type { CaseStart } from './gateway';

/** How the run of a purchase is started, by a person's command as well as from facts. */
export function purchaseStart(input: PurchaseInput, options: { readonly workflowTaskTimeoutMs: number }): CaseStart {
  return {
    workflowName: purchaseWorkflowName,
    workflowId: purchaseWorkflowId(input.purchaseId),
    kind: 'purchase',
    subjectId: input.purchaseId,
    enterpriseId: input.enterpriseId,
    input,
    workflowTaskTimeoutMs: options.workflowTaskTimeoutMs,
  };
}
