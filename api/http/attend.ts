import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../../domain/shared/errors';
import type { Services } from '../services';
import type { Metrics } from '../system/metrics';
import type { Admission, Place } from './admission';
import { knownError, sendProblem } from './problem';
import type { Route } from './route';

/** Where the requests of a route are received. */
export interface Desk {
  readonly route: Pick<Route, 'method' | 'path' | 'idempotency'>;
  readonly services: Services;
  readonly admission: Admission;
  readonly metrics: Metrics;
}

/**
 * What every request gets, whatever is made of it: an id, a place or the refusal that there is none, an answer to what
 * `work` threw, a figure in the metrics and a line in the log.
 */
export async function attend(
  { route, services, admission, metrics }: Desk,
  request: IncomingMessage,
  response: ServerResponse,
  work: (place: Place, requestId: string) => Promise<void>,
): Promise<void> {
  const requestId = requestIdOf(request, services.settings.trustProxy);
  const startedAt = performance.now();
  response.setHeader('X-Request-Id', requestId);
  let place: Place | undefined;
  try {
    place = admission.enter(route.idempotency !== 'none');
    await work(place, requestId);
  } catch (error) {
    fail(error, services, request, response, requestId);
  } finally {
    place?.leave();
    const ms = Math.round(performance.now() - startedAt);
    metrics.answered(route.path, response.statusCode, ms);
    services.log.info({ route: `${route.method} ${route.path}`, status: response.statusCode, ms, requestId });
  }
}

function fail(
  error: unknown,
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): void {
  const known = knownError(error);
  if (known === undefined || known.code === 'INTERNAL') services.log.error({ err: error, requestId }, 'fault');
  // The client is gone: nobody is left to tell.
  if (response.headersSent || response.destroyed) return;
  sendProblem(request, response, known ?? new DomainError('INTERNAL'), requestId);
}

/**
 * A trusted proxy's request id is taken over if it is a UUID; anybody else's is not, since it goes into logs, audit and
 * histories and must neither collide nor carry anything personal.
 */
function requestIdOf(request: IncomingMessage, trustProxy: number): string {
  const given = request.headers['x-request-id'];
  return trustProxy > 0 && typeof given === 'string' && uuid.test(given) ? given.toLowerCase() : randomUUID();
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
