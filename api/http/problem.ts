import accepts from 'accepts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  DomainError,
  errorCatalogue,
  errorText,
  type ErrorFacts,
  type Fault,
  type Language,
} from '../../domain/shared/errors';
import { faultText } from '../../domain/shared/fault-text';
import { isPassingDatabaseFailure } from '../../db/errors';

/** Seconds a client is asked to wait where asking again makes sense. */
const retryAfterSeconds: Readonly<Record<number, number>> = { 429: 1, 503: 2 };

/** RFC 9457 with the members of api.md §1; facts of the refusal stand beside the code. */
export function problemOf(error: DomainError, context: { requestId: string; instance: string; language: Language }) {
  const { status } = errorCatalogue[error.code];
  return {
    type: `/docs/errors#${error.code}`,
    title: error.code.toLowerCase().replaceAll('_', ' '),
    status,
    detail: errorText(error.code, error.facts, context.language),
    code: error.code,
    instance: context.instance,
    requestId: context.requestId,
    ...factsIn(error.facts, context.language),
  };
}

/** Codes and paths are the same in every language; what is said about a field is not. */
function factsIn(facts: ErrorFacts, language: Language): ErrorFacts {
  const { errors } = facts;
  if (!Array.isArray(errors)) return facts;
  // rule: faults-in-the-readers-language
  return {
    ...facts,
    errors: errors.map((fault: Fault) => ({ ...fault, message: faultText(fault.message, language) })),
  };
}

/** On Node's own request and response: not every address is served through Express. */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  error: DomainError,
  requestId: string,
): void {
  const instance = request.url?.split('?')[0] ?? '';
  const problem = problemOf(error, { requestId, instance, language: languageOf(request) });
  const told = error.facts['retryAfterSeconds'];
  const wait = typeof told === 'number' ? told : retryAfterSeconds[problem.status];
  if (wait !== undefined) response.setHeader('Retry-After', String(wait));
  const body = Buffer.from(JSON.stringify(problem));
  response.statusCode = problem.status;
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.setHeader('Content-Length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Whatever was thrown, as a refusal of the catalogue; undefined for a fault of ours. */
export function knownError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (isPassingDatabaseFailure(error)) return new DomainError('TRY_AGAIN');
  return undefined;
}

/** English unless the caller prefers Chinese. */
export function languageOf(request: IncomingMessage): Language {
  const preferred = accepts(request).languages(['en', 'zh-CN', 'zh']);
  return typeof preferred === 'string' && preferred.startsWith('zh') ? 'zh-CN' : 'en';
}
