import type { Client } from '@temporalio/client';

export interface RunningRun {
  readonly workflowId: string;
  readonly workflowName: string;
  readonly startedAt: Date;
}

const page = 1_000;
/** Of one page: the engine's list is a database query of its own. */
const pageWithinMs = 30_000;

/**
 * The runs of a task queue that go on, by their ids, as the engine's list shows them: a moment late, so that whatever is
 * concluded from it has to be confirmed by asking for the single run.
 */
export async function runningRuns(client: Client, queue: string): Promise<Map<string, RunningRun>> {
  const query = `TaskQueue = '${queue.replaceAll("'", "''")}' AND ExecutionStatus = 'Running'`;
  const found = new Map<string, RunningRun>();
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const { namespace } = client.options;
    const list = await client.withDeadline(Date.now() + pageWithinMs, () =>
      client.workflowService.listWorkflowExecutions({ namespace, pageSize: page, nextPageToken, query }),
    );
    for (const { execution, type, startTime } of list.executions) {
      const workflowId = execution?.workflowId ?? '';
      const startedAt = new Date(Number(startTime?.seconds ?? 0) * 1_000);
      found.set(workflowId, { workflowId, workflowName: type?.name ?? '', startedAt });
    }
    nextPageToken = list.nextPageToken;
  } while (nextPageToken.length > 0);
  return found;
}
