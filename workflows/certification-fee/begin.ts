import { beginRun } from '../shared/begin-run';
import { certificationFeeWorkflowId, certificationFeeWorkflowName, type FeeInput } from './contract';

/** The run of a period whose row is there; one that is there already is fine. */
export async function beginFee(start: FeeInput): Promise<void> {
  await beginRun(certificationFeeWorkflowName, {
    workflowId: certificationFeeWorkflowId(start.feeId),
    input: start,
    workflowTaskMs: start.policy.workflowTaskMs,
    attributes: { kind: 'certification_fee', subjectId: start.feeId, enterpriseId: null },
  });
}
