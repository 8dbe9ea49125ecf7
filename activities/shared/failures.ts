import { ApplicationFailure } from '@temporalio/activity';
import type { DomainError } from '../../domain/shared/errors';

/** A refusal of the domain is final: it reaches the workflow with its code and facts and is not retried. */
export function asFailure(error: DomainError): ApplicationFailure {
  return ApplicationFailure.create({
    message: error.code,
    type: error.code,
    details: [error.facts],
    // rule: refusal-is-final
    nonRetryable: true,
    category: 'BENIGN',
  });
}
