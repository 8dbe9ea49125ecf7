import { getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';

/**
 * Wakes another run. The fact it is about is in the rows already, so a run that is gone is no fault: whoever starts it
 * again reads them.
 */
export async function tellRun(workflowId: string, signal: string, ...about: string[]): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(signal, ...about);
  } catch (error) {
    // rule: gone-runs-are-no-fault
    if (isCancellation(error)) throw error;
  }
}
