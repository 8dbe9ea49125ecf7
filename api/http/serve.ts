import { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import { DomainError, errorCatalogue, type Language } from '../../domain/shared/errors';
import type { Principal } from '../../domain/shared/roles';
import type { Services } from '../services';
import type { Metrics } from '../system/metrics';
import type { Admission, Place } from './admission';
import { authenticate, authorize } from './authenticate';
import { acceptedSchema, type Answer } from './answers';
import { attend } from './attend';
import { Downloads } from './downloads';
import { refusedReferences, tellForeignLook } from './foreign-look';
import { idempotencyKey, parseWith, readJson } from './parse';
import { languageOf } from './problem';
import { readRaw } from './raw-body';
import { refusalsOf } from './refusals';
import type { AnyRoute, Call, Route } from './route';

const nobody: Principal = {
  accountId: '',
  login: '',
  displayName: '',
  roles: [],
  enterpriseId: null,
  mallId: null,
  memberId: null,
  sellerId: null,
};

interface Context {
  readonly requestId: string;
  readonly language: Language;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly place: Place;
}

/**
 * The one way a request goes (api.md §1): limits, who, may they, is it there and theirs, is it well formed, then the
 * handler, which looks at the idempotency key, at states and at facts, in this order.
 */
export function serve(definition: AnyRoute, services: Services, admission: Admission, metrics: Metrics) {
  const route = definition as unknown as Route;
  const desk = { route, services, admission, metrics };
  return (request: Request, response: Response): Promise<void> =>
    attend(desk, request, response, async (place, requestId) => {
      const context = { requestId, language: languageOf(request) };
      const answering = answerOf(route, services, { request, response, place }, context);
      const { checkAnswers } = services.settings;
      const answer = checkAnswers ? checked(route, await promised(route, answering)) : await answering;
      await send(response, answer, place);
    });
}

async function answerOf(route: Route, services: Services, exchange: Exchange, context: Context): Promise<Answer> {
  const { request } = exchange;
  const { principal, sessionId } = await identify(route, services, request);
  const params = request.params as Readonly<Record<string, string>>;
  if (Object.values(params).some((value) => value.includes('\0'))) throw new DomainError('NOT_FOUND');
  const target = route.find === undefined ? undefined : await route.find({ services, principal, params });
  // rule: another-tenants-id-is-404
  if (route.find !== undefined && target === undefined) {
    await tellForeignLook(services, principal, Object.values(params), context.requestId);
    throw new DomainError('NOT_FOUND');
  }
  const query = queryOf(route, request);
  const body = await bodyOf(route, services, exchange);
  const call: Call<unknown, unknown, unknown> = {
    services,
    request,
    ...context,
    principal,
    sessionId,
    params,
    query,
    body,
    idempotencyKey: idempotencyKey(request, route.idempotency),
    target,
  };
  try {
    return await route.handle(call);
  } catch (error) {
    await tellForeignLook(services, principal, refusedReferences(error, body), context.requestId);
    throw error;
  }
}

async function identify(route: Route, services: Services, request: Request) {
  if (route.access === 'open') return { principal: nobody, sessionId: '' };
  const signedIn = await authenticate(request, services.db, services.settings.cookieSecure);
  authorize(route.access, signedIn.principal);
  return signedIn;
}

/** Only the system's pages are lenient about what follows the question mark. */
function queryOf(route: Route, request: Request): unknown {
  if (route.query === undefined && route.method === 'get') return undefined;
  return parseWith(route.query ?? nothing, { ...request.query });
}

/** A route with neither a body schema nor a rule for raw ones takes none: an empty body or `{}`. */
async function bodyOf(route: Route, services: Services, exchange: Exchange): Promise<unknown> {
  const { request, place } = exchange;
  const { raw } = route;
  if (route.method === 'get' || route.method === 'delete') return undefined;
  if (raw !== undefined) return place.whileOutside(() => readRaw(request, raw));
  const json = await place.whileOutside(() => readJson(request, services.settings.bodyLimitBytes));
  return parseWith(route.body ?? nothing, json);
}

const nothing = acceptedSchema.pick({});

/** One for all: what is bounded is what the process holds open. */
const downloads = new Downloads(500, 60_000);

async function send(response: Response, answer: Answer, place: Place): Promise<void> {
  const content = answer.raw?.content;
  const download = content instanceof Readable ? downloads.begin(content) : undefined;
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.status(answer.status);
  if (answer.stream !== undefined) openStream(response, answer.stream);
  else if (download !== undefined) {
    // rule: downloads-hold-no-place
    place.leave();
    await download(response.type(answer.raw?.contentType ?? ''));
  } else if (answer.raw !== undefined) response.type(answer.raw.contentType).send(answer.raw.content);
  else if (answer.body === undefined) response.end();
  else response.type('application/json').send(JSON.stringify(answer.body));
}

/** Nothing is waited for: whoever listens for hours keeps no place that others could work at. */
function openStream(response: Response, stream: (response: Response) => void): void {
  if (response.req.method === 'HEAD') return void response.end();
  response.flushHeaders();
  stream(response);
}

/** In tests every refusal must be one the document names. */
async function promised(route: Route, answering: Promise<Answer>): Promise<Answer> {
  try {
    return await answering;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { status } = errorCatalogue[error.code];
    if (!refusalsOf(route).some((one) => one === status))
      throw new Error(`${route.method} ${route.path} does not say that it refuses with ${status}`, { cause: error });
    throw error;
  }
}

/** In tests every answer must be what its schema promises. */
function checked(route: Route, answer: Answer): Answer {
  if (answer.raw !== undefined || answer.stream !== undefined) return answer;
  const schema = { 202: acceptedSchema, ...route.answers }[answer.status];
  if (schema === undefined) throw new Error(`${route.path} does not promise ${answer.status}`);
  if (schema === null) return answer;
  const parsed = schema.safeParse(answer.body);
  if (!parsed.success) throw new Error(`${route.path} broke its promise: ${parsed.error.message}`);
  return answer;
}
