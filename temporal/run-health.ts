import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { LostWhy } from '../domain/case/lost';

/** `EventType` of the three ways a workflow task ends. */
const taskCompleted = 7;
const taskTimedOut = 8;
const taskFailed = 9;
/** `WorkflowTaskFailedCause` of a task that would have ended its run past what had just arrived. */
const unhandledCommand = 1;

/**
 * Of several workflow tasks in a row that failed or timed out, the engine writes down only the first (E8), so a task
 * tried this often is failing whatever its first try ended with: a worker that merely died is back long before.
 */
const triesOfFailingTask = 5;

/** True when the newest workflow task cannot be finished: the code cannot go on with this history. */
export async function lastWorkflowTaskFailed(client: Client, workflowId: string): Promise<boolean> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  // rule: many-tries-are-a-failure
  if ((raw.pendingWorkflowTask?.attempt ?? 1) >= triesOfFailingTask) return true;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId },
    maximumPageSize: 20,
  });
  const ended = history?.events?.find((event) =>
    [taskCompleted, taskTimedOut, taskFailed].includes(Number(event.eventType)),
  );
  // Something arrived in the moment the run wanted to end: the engine has it look again, and nothing is wrong.
  // rule: unhandled-command-is-no-failure
  const looksAgain = Number(ended?.workflowTaskFailedEventAttributes?.cause) === unhandledCommand;
  return Number(ended?.eventType) === taskFailed && !looksAgain;
}

/** How the newest run under an id stands: it goes on, or why it does not. */
export async function runStanding(client: Client, workflowId: string): Promise<'running' | LostWhy> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    // A status of a newer engine is none of an end.
    return endings[status.name] ?? 'running';
  } catch (error) {
    // rule: unknown-runs-are-missing
    if (error instanceof WorkflowNotFoundError) return 'missing';
    throw error;
  }
}

const endings: Readonly<Partial<Record<string, LostWhy>>> = {
  COMPLETED: 'ended',
  FAILED: 'failed',
  CANCELLED: 'terminated',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
};

/** True while a run under this id is open. */
export async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  return (await runStanding(client, workflowId)) === 'running';
}

export interface PendingStep {
  readonly activity: string;
  readonly attempt: number;
  readonly lastFailure: string | null;
  readonly nextRetryAt: string | null;
}

/** What a run is doing this moment: only normal activities show, which is why a failing step becomes one. */
export async function pendingSteps(client: Client, workflowId: string): Promise<PendingStep[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? []).map((pending) => ({
    activity: pending.activityType?.name ?? '',
    attempt: pending.attempt ?? 1,
    lastFailure: pending.lastFailure?.message ?? null,
    nextRetryAt: timeOf(pending.scheduledTime),
  }));
}

/**
 * Has what the run waits to try again tried at once, with a count of tries that begins anew. What is being tried at this
 * moment is left alone.
 */
export async function retryPendingSteps(client: Client, workflowId: string): Promise<void> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const execution = { workflowId };
  for (const { activityId: id, state } of raw.pendingActivities ?? [])
    if (id != null && Number(state) === scheduled)
      await client.workflowService.resetActivity({
        ...{ namespace: client.options.namespace, execution, id, identity: client.options.identity },
      });
}

export interface RunHistory {
  readonly runId: string;
  readonly status: string;
  /** Newest first: what happened and when, without what it carried. */
  readonly events: readonly { readonly id: number; readonly type: string; readonly at: string | null }[];
}

/** The newest events of the newest run under an id, at most so many. */
export async function runHistory(client: Client, workflowId: string, limit: number): Promise<RunHistory> {
  const { runId, status } = await client.workflow.getHandle(workflowId).describe();
  const execution = { workflowId, runId };
  const { namespace } = client.options;
  const request = { namespace, execution, maximumPageSize: limit };
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse(request);
  const events = (history?.events ?? []).map((event) => ({
    id: Number(event.eventId),
    type: typeOf(event),
    at: timeOf(event.eventTime),
  }));
  return { runId, status: status.name, events };
}

const attributes = 'EventAttributes';

/** An event is named by what it carries: `workflowExecutionStarted`. */
function typeOf(event: object): string {
  const carried = Object.entries(event).find(([name, value]) => name.endsWith(attributes) && value != null);
  return carried?.[0].slice(0, -attributes.length) ?? '';
}

/** `PendingActivityState`: it waits for a worker, or for its next try. */
const scheduled = 1;

function timeOf(at: { seconds?: unknown; nanos?: number | null } | null | undefined): string | null {
  if (at == null) return null;
  return new Date(Number(at.seconds ?? 0) * 1_000 + Math.floor((at.nanos ?? 0) / 1e6)).toISOString();
}
