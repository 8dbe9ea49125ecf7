import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { isErrorCode, type DomainError, type ErrorCode, type ErrorFacts } from '../../domain/shared/errors';

/**
 * A domain error as the engine carries it: type = code, details = [facts], never retried. Anything else thrown inside a
 * workflow would fail the task and stall the run, so workflow code throws nothing but this.
 */
export function asFailure(error: DomainError): ApplicationFailure {
  return ApplicationFailure.create({
    message: error.code,
    type: error.code,
    details: [error.facts],
    nonRetryable: true,
  });
}

export interface Refusal {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;
  readonly failure: ApplicationFailure;
}

/** The domain's refusal inside an activity's failure; undefined when something else went wrong. */
export function refusalIn(error: unknown): Refusal | undefined {
  const failure = error instanceof ActivityFailure ? error.cause : error;
  if (!(failure instanceof ApplicationFailure) || !isErrorCode(failure.type)) return undefined;
  return { code: failure.type, facts: (failure.details?.[0] ?? {}) as ErrorFacts, failure };
}
