import { startChild, TemporalFailure } from '@temporalio/workflow';
import { caseAttributes, type CaseAttributes } from './attributes';

export interface RunBeginning {
  readonly workflowId: string;
  readonly input: unknown;
  readonly workflowTaskMs: number;
  readonly attributes: CaseAttributes;
}

/** A run of its own, which outlives the one that begins it. False when it is there already. */
export async function beginRun(workflowName: string, run: RunBeginning): Promise<boolean> {
  try {
    await startChild(workflowName, {
      workflowId: run.workflowId,
      args: [run.input],
      parentClosePolicy: 'ABANDON',
      workflowTaskTimeout: run.workflowTaskMs,
      typedSearchAttributes: caseAttributes(run.attributes),
    });
    return true;
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
    return false;
  }
}

/** The engine's class for it is no part of what workflows are given. */
function isAlreadyThere(error: unknown): boolean {
  return error instanceof TemporalFailure && error.name === 'WorkflowExecutionAlreadyStartedError';
}
