import type { Request } from 'express';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { Language } from '../../domain/shared/errors';
import type { Principal, Role } from '../../domain/shared/roles';
import type { Services } from '../services';
import type { Answer } from './answers';
import { RawBody, type RawRule } from './raw-body';

/** Who may call: nobody without a rule. `open` needs no sign-in, `signed_in` any account, else one of the roles. */
export type Access = 'open' | 'signed_in' | readonly Role[];

/** Everything a handler may know of a request; parsed and authorised. */
export interface Call<Body, Query, Target> {
  readonly services: Services;
  readonly request: Request;
  readonly requestId: string;
  readonly language: Language;
  /** The signed-in account; only routes with `access: 'open'` are called without. */
  readonly principal: Principal;
  readonly sessionId: string;
  /** Path parameters. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly idempotencyKey: string | null;
  /** What the path names, found and the caller's own. */
  readonly target: Target;
}

export type Sighting = Pick<Call<never, never, never>, 'services' | 'principal' | 'params'>;

/**
 * One route: the single source for the router, the permission check, the schemas both ways and the OpenAPI document.
 */
export interface Route<Body = unknown, Query = unknown, Target = unknown> {
  readonly method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** Express path, e.g. `/v1/purchases/:id/pay`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** Headers that say more of what is asked for, each with what it does; a request may do without. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes bytes instead of JSON; see {@link rawRoute}. */
  readonly raw?: RawRule;
  /** On POST: `required` where money, points or stock can move. */
  readonly idempotency: 'none' | 'honoured' | 'required';
  /** Finds what the path names among what is the caller's; undefined answers 404, before the body is looked at. */
  readonly find?: (sighting: Sighting) => Promise<Target | undefined>;
  /** Schema per success status; `null` has no JSON body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** Content types of a success that is no JSON. */
  readonly produces?: readonly string[];
  /** Statuses it refuses with beside those that follow from the rest (refusals.ts). */
  readonly refuses?: readonly number[];
  readonly handle: (call: Call<Body, Query, Target>) => Promise<Answer>;
  /** Of an open route that takes bytes and answers without content: the same, where Express is passed by. */
  readonly take?: (services: Services, headers: IncomingHttpHeaders, body: RawBody) => Promise<Answer>;
}

export type AnyRoute = Route<never, never, never>;

/** Ties the types of a route's schemas to its handler. */
export function route<Body = undefined, Query = undefined, Target = undefined>(
  definition: Route<Body, Query, Target>,
): AnyRoute {
  return definition as unknown as AnyRoute;
}

/** A route whose handler is given the bytes as they came, e.g. a file. */
export function rawRoute<Query = undefined, Target = undefined>(
  definition: Omit<Route<RawBody, Query, Target>, 'body' | 'raw'> & { readonly raw: RawRule },
): AnyRoute {
  return definition as unknown as AnyRoute;
}

/** The part of a command that is the same for every route. */
export function commandRequest(
  call: Pick<Call<unknown, never, never>, 'principal' | 'request' | 'idempotencyKey' | 'body'>,
) {
  const { body } = call;
  return {
    accountId: call.principal.accountId,
    route: `${call.request.method} ${call.request.path}`,
    key: call.idempotencyKey,
    // rule: key-is-bound-to-the-bytes
    body: body instanceof RawBody ? { sha256: body.sha256 } : (body ?? {}),
  };
}

/** The enterprise of a mall manager; accounts of that role always have one. */
export function enterpriseOf(principal: Principal): string {
  if (principal.enterpriseId === null) throw new Error(`${principal.accountId} manages no enterprise`);
  return principal.enterpriseId;
}
