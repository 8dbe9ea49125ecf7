import type { Route } from './route';

/** What each status of a refusal stands for; the codes behind it are in the catalogue (`GET /docs/errors`). */
export const refusalNames = {
  400: 'Not well formed: every fault is listed',
  401: 'Not signed in, or not believed',
  403: 'The role, or where the call comes from, does not allow it',
  404: 'Nothing there under this name that is the caller’s',
  409: 'Not in this state, or through a gate that is closed',
  413: 'Too large',
  415: 'Not a content type that is taken here',
  422: 'Well formed, but refused by a rule',
  429: 'Too much at once: come again after Retry-After',
  503: 'Not confirmed, or not now: come again after Retry-After',
} as const;

type Refusal = keyof typeof refusalNames;

type Described = Pick<Route, 'method' | 'path' | 'access' | 'query' | 'raw' | 'refuses'>;

/** The statuses a route refuses with: what follows from its definition, and what it names besides. */
export function refusalsOf(route: Described): Refusal[] {
  const { method, path, access, query, refuses = [] } = route;
  const writes = method !== 'get';
  const sends = writes && method !== 'delete';
  const possible: Readonly<Record<Refusal, boolean>> = {
    400: writes || query !== undefined,
    401: access !== 'open',
    // A cookie does not change anything for other sites.
    403: Array.isArray(access) || (writes && access !== 'open'),
    404: path.includes(':'),
    409: writes,
    413: sends,
    415: sends,
    422: writes,
    429: true,
    503: true,
  };
  const statuses = Object.keys(refusalNames).map(Number) as Refusal[];
  return statuses.filter((status) => possible[status] || refuses.includes(status));
}
