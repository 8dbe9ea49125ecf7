import {
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  WorkflowUpdateStage,
  type Client,
  type WorkflowUpdateHandle,
} from '@temporalio/client';
import { ApplicationFailure, type Workflow } from '@temporalio/common';
import { isErrorCode, type ErrorCode, type ErrorFacts } from '../domain/shared/errors';
import type { CaseAttributes } from '../workflows/shared/attributes';
import { openedUpdateName, reloadSignalName, type CommandInput } from '../workflows/shared/messages';
import { taskQueue } from './connection';
import { Places } from './places';
import { lastWorkflowTaskFailed } from './run-health';
import { searchAttributesOf } from './search-attributes';

/** What became of a command that was sent to the engine. */
export type Delivery =
  /** The step was carried out, or had nothing left to do. */
  | { readonly kind: 'done' }
  /** The domain refused; a run that is behind its rows may refuse what they allow. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly facts: ErrorFacts }
  /** Durable in the engine, but without a result yet. */
  | { readonly kind: 'accepted' }
  /** Not known to be durable: it may still take effect, or never. */
  | { readonly kind: 'unconfirmed' }
  /**
   * The engine let go of it before the run had accepted it, because the run's workflow task failed: mostly the run was
   * about to end when it came (`UnhandledCommand`). It cannot take effect any more, unless its step was done just then.
   */
  | { readonly kind: 'dropped' }
  /** The run takes no more right now; nothing happened. */
  | { readonly kind: 'overloaded' }
  /** There is no open run under this id. */
  | { readonly kind: 'no_run' }
  /** The run cannot move: its last workflow task failed. */
  | { readonly kind: 'run_failing' };

export interface Deadlines {
  /** Until the engine has the command durably, in milliseconds. */
  readonly acceptedWithinMs: number;
  /** From then until its result. */
  readonly resultWithinMs: number;
}

/** How to start the run of a case: everything it needs rides in `input`. */
export interface CaseStart extends CaseAttributes {
  readonly workflowName: string;
  readonly workflowId: string;
  readonly input: unknown;
  readonly workflowTaskTimeoutMs?: number;
  /** Its id was not made for this start alone: a run that ended without opening its case may have had it. */
  readonly startsAgain?: true;
}

/**
 * How many commands upon one run may be under way from here. The engine takes ten, and with each one it refuses beyond
 * that it forgets the workflow task in which the ten are being judged: callers that keep asking would keep all of them
 * from an answer. So a few wait here for the others to be answered, and a crowd is turned away.
 */
const commandsPerRun = { atOnce: 8, mayWait: 24, waitMs: 1_000 };

/** The one door to the engine: deadlines on every call, and its errors told in our words. */
export class Gateway {
  /** By workflow id. */
  private readonly places = new Places(commandsPerRun);

  constructor(
    private readonly client: Client,
    private readonly deadlines: Deadlines,
    readonly queue: string = taskQueue,
  ) {}

  /** Starts a case and waits until it is open. The same update id attaches to the same attempt. */
  async create(start: CaseStart, updateId: string): Promise<Delivery> {
    return this.deliver(start.workflowId, () =>
      this.client.workflow.startUpdateWithStart<Workflow, void, []>(openedUpdateName, {
        updateId,
        waitForStage: WorkflowUpdateStage.ACCEPTED,
        startWorkflowOperation: new WithStartWorkflowOperation(start.workflowName, {
          ...this.startOptions(start),
          workflowIdReusePolicy: start.startsAgain === true ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      }),
    );
  }

  /** Gives a person's command to an open case. */
  async command(workflowId: string, updateName: string, updateId: string, input: CommandInput): Promise<Delivery> {
    return this.deliver(workflowId, () =>
      this.client.workflow.getHandle(workflowId).startUpdate<void, [CommandInput]>(updateName, {
        updateId,
        args: [input],
        waitForStage: WorkflowUpdateStage.ACCEPTED,
      }),
    );
  }

  /** Asks again for the result of a command that was sent before. */
  async outcomeOf(workflowId: string, updateId: string, withinMs: number): Promise<Delivery> {
    const handle = this.client.workflow.getHandle(workflowId).getUpdateHandle<void>(updateId);
    return this.resultOf(workflowId, handle, withinMs);
  }

  /**
   * Tells a run that the rows are ahead of it. A run that is gone is no fault: the rows stay the truth.
   * False when the engine could not be told.
   */
  async reload(workflowId: string): Promise<boolean> {
    try {
      await this.within(this.deadlines.acceptedWithinMs, () =>
        this.client.workflow.getHandle(workflowId).signal(reloadSignalName),
      );
      return true;
    } catch (error) {
      return (await this.explain(workflowId, error)).kind === 'no_run';
    }
  }

  /**
   * Starts the run of a case again from its facts, unless one is open. True when a run was started.
   * Call it under the lock of the case's row, so that two rescuers cannot start it one after the other.
   */
  async resume(start: CaseStart): Promise<boolean> {
    try {
      await this.within(this.deadlines.acceptedWithinMs, () =>
        this.client.workflow.start(start.workflowName, {
          ...this.startOptions(start),
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  /**
   * Tells the run of a case that there is something for it, and starts one where there is none: what its rows say is
   * never left lying. The signal is a wake-up alone.
   *
   * @throws where the engine could not be told
   */
  async wake(start: CaseStart, signalName: string): Promise<void> {
    await this.within(this.deadlines.acceptedWithinMs, () =>
      this.client.workflow.signalWithStart(start.workflowName, {
        ...this.startOptions(start),
        signal: signalName,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      }),
    );
  }

  private startOptions(start: CaseStart) {
    return {
      workflowId: start.workflowId,
      taskQueue: this.queue,
      args: [start.input],
      typedSearchAttributes: searchAttributesOf(start),
      ...(start.workflowTaskTimeoutMs === undefined ? {} : { workflowTaskTimeout: start.workflowTaskTimeoutMs }),
    };
  }

  private async deliver(workflowId: string, send: () => Promise<WorkflowUpdateHandle<void>>): Promise<Delivery> {
    if (!(await this.places.enter(workflowId))) return { kind: 'overloaded' };
    try {
      return await this.attempt(workflowId, send);
    } finally {
      this.places.leave(workflowId);
    }
  }

  private async attempt(workflowId: string, send: () => Promise<WorkflowUpdateHandle<void>>): Promise<Delivery> {
    let handle: WorkflowUpdateHandle<void>;
    try {
      handle = await this.within(this.deadlines.acceptedWithinMs, send);
    } catch (error) {
      return this.explain(workflowId, error);
    }
    const delivery = await this.resultOf(workflowId, handle, this.deadlines.resultWithinMs);
    // It was durable a moment ago: whatever hides the result now does not undo that.
    return delivery.kind === 'unconfirmed' ? { kind: 'accepted' } : delivery;
  }

  private async resultOf(workflowId: string, handle: WorkflowUpdateHandle<void>, withinMs: number): Promise<Delivery> {
    try {
      await this.within(withinMs, () => handle.result());
      return { kind: 'done' };
    } catch (error) {
      return this.explain(workflowId, error);
    }
  }

  private within<R>(ms: number, call: () => Promise<R>): Promise<R> {
    return this.client.withDeadline(Date.now() + ms, call);
  }

  private async explain(workflowId: string, error: unknown): Promise<Delivery> {
    if (error instanceof WorkflowUpdateFailedError) return refusalOf(error);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'unconfirmed' };
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError)
      return { kind: 'no_run' };
    switch (grpcCodeOf(error)) {
      case grpc.RESOURCE_EXHAUSTED:
        return { kind: 'overloaded' };
      case grpc.NOT_FOUND:
        return { kind: 'no_run' };
      case grpc.UNAVAILABLE:
      case grpc.DEADLINE_EXCEEDED:
      case grpc.CANCELLED:
      case grpc.ABORTED:
      case grpc.INTERNAL:
      case grpc.UNKNOWN:
        return { kind: 'unconfirmed' };
      case grpc.FAILED_PRECONDITION:
        return { kind: (await this.isFailing(workflowId)) ? 'run_failing' : 'dropped' };
      default:
        throw error;
    }
  }

  /** E8: a run whose workflow tasks merely timed out (a dead worker) refuses updates just like one that is broken. */
  private async isFailing(workflowId: string): Promise<boolean> {
    try {
      return await this.within(this.deadlines.acceptedWithinMs, () => lastWorkflowTaskFailed(this.client, workflowId));
    } catch {
      return false;
    }
  }
}

const grpc = {
  CANCELLED: 1,
  UNKNOWN: 2,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

function grpcCodeOf(error: unknown): number | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (isGrpcServiceError(at)) return at.code;
  return undefined;
}

/**
 * Our own refusals carry a code of the catalogue. Any other failure means that the run ended without answering
 * (it was terminated, or it finished while the update was on its way): then the rows tell.
 */
function refusalOf(error: WorkflowUpdateFailedError): Delivery {
  const failure = error.cause;
  if (failure instanceof ApplicationFailure && isErrorCode(failure.type))
    return { kind: 'refused', code: failure.type, facts: (failure.details?.[0] ?? {}) as ErrorFacts };
  return { kind: 'no_run' };
}
