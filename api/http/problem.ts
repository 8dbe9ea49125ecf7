import type { Request, Response } from 'express';
import { DomainError, errorCatalogue, errorText, type Language } from '../../domain/shared/errors';
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
    ...error.facts,
  };
}

export function sendProblem(
  request: Request,
  response: Response,
  error: DomainError,
  context: { readonly requestId: string; readonly language: Language },
): void {
  const problem = problemOf(error, { ...context, instance: request.path });
  const told = error.facts['retryAfterSeconds'];
  const wait = typeof told === 'number' ? told : retryAfterSeconds[problem.status];
  if (wait !== undefined) response.setHeader('Retry-After', String(wait));
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** Whatever was thrown, as a refusal of the catalogue; undefined for a fault of ours. */
export function knownError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (isPassingDatabaseFailure(error)) return new DomainError('TRY_AGAIN');
  return undefined;
}

/** English unless the caller prefers Chinese. */
export function languageOf(request: Request): Language {
  return request.acceptsLanguages('en', 'zh-CN', 'zh') === false ||
    !String(request.acceptsLanguages('en', 'zh-CN', 'zh')).startsWith('zh')
    ? 'en'
    : 'zh-CN';
}
