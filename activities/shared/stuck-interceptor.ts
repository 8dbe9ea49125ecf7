import { ApplicationFailure, Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { isErrorCode } from '../../domain/shared/errors';
import { clearStuck, markStuck } from '../../db/case/repository';
import type { Db } from '../../db/connection';
import { pgCode, violatedConstraint } from '../../db/errors';

/** From this attempt on a failing step makes its case `stuck`: before, it may be a hiccup. */
// rule: stuck-from-the-fifth-attempt
const stuckFromAttempt = 5;

/**
 * A step that keeps failing must not fail in silence: its case is marked with the code, so that lists show it, and
 * cleared when the step gets through. Marking is best effort: with the database away it is tried at the next attempt.
 */
export function stuckInterceptor(db: Db): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      const { attempt, workflowExecution } = Context.current().info;
      const watched = attempt >= stuckFromAttempt && workflowExecution !== undefined;
      try {
        const result = await next(input);
        if (watched) await clearStuck(db, workflowExecution.workflowId);
        return result;
      } catch (error) {
        if (watched) await note(db, workflowExecution.workflowId, error).catch(() => undefined);
        throw error;
      }
    },
  };
}

/** A refusal is an answer: the step got through. */
function note(db: Db, workflowId: string, error: unknown): Promise<void> {
  return isRefusal(error) ? clearStuck(db, workflowId) : markStuck(db, workflowId, codeOf(error));
}

function isRefusal(error: unknown): boolean {
  // rule: refusal-is-no-standstill
  return error instanceof ApplicationFailure && isErrorCode(error.type);
}

/** What an operator searches for: the database's code and the constraint it names, else the class of the error. */
function codeOf(error: unknown): string {
  const code = pgCode(error);
  if (code === undefined) return error instanceof Error ? error.name : 'UNKNOWN';
  const constraint = violatedConstraint(error);
  return constraint === undefined ? `DB_${code}` : `DB_${code}:${constraint}`;
}
