import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { DomainError } from '../domain/shared/errors';
import { streamMetrics } from './events/metrics';
import { Admission } from './http/admission';
import { direct } from './http/direct';
import { openApiDocument } from './http/openapi';
import { sendProblem } from './http/problem';
import type { AnyRoute, Route } from './http/route';
import { serve } from './http/serve';
import { businessRoutes } from './routes';
import type { Services } from './services';
import { Metrics } from './system/metrics';
import { systemRoutes } from './system/routes';

export interface Api {
  readonly app: Express;
  /** What a server answers with: the application, and beside it the addresses that outside parties tell at. */
  readonly listener: RequestListener;
  /** The whole route table: what the router, the permission matrix and the OpenAPI document are made of. */
  readonly routes: readonly AnyRoute[];
}

/** Builds the HTTP application; it listens to nothing by itself. */
export function createApi(services: Services, business: readonly AnyRoute[] = businessRoutes): Api {
  const { settings } = services;
  const admission = new Admission(settings.maxRequests, settings.maxCommands);
  const metrics = new Metrics(admission);
  metrics.registry.registerMetric(services.notifications);
  for (const metric of streamMetrics(services.changes)) metrics.registry.registerMetric(metric);
  let document: string | undefined;
  const routes: AnyRoute[] = [
    ...systemRoutes({ metrics, document: () => (document ??= JSON.stringify(openApiDocument(routes), null, 2)) }),
    ...business,
  ];

  const app = express();
  app.set('trust proxy', settings.trustProxy);
  app.set('etag', false);
  app.set('case sensitive routing', true);
  // With a trailing slash one Idempotency-Key would be two.
  app.set('strict routing', true);
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  // Without TLS in front (development) a browser must not be told to upgrade the page's own parts.
  const secure = helmet(
    settings.cookieSecure ? {} : { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } },
  );
  app.use(secure);
  for (const [path, table] of byPath(routes)) {
    const at = app.route(path);
    for (const definition of table) at[definition.method](serve(definition, services, admission, metrics));
    at.all(
      refuse((response) => {
        response.setHeader('Allow', allowed(table));
        return new DomainError('METHOD_NOT_ALLOWED');
      }),
    );
  }
  app.use(refuse(() => new DomainError('NOT_FOUND')));
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    // Handlers answer for themselves; what arrives here is a path that cannot be decoded.
    services.log.debug({ err: error }, 'undecodable request');
    refuse(() => new DomainError('NOT_FOUND'))(request, response);
  });
  const directly = new Map(
    (routes as unknown as readonly Route[])
      .filter(({ take }) => take !== undefined)
      .map((route) => [nameOf(route.method, route.path), direct({ route, services, admission, metrics }, secure)]),
  );
  const listener: RequestListener = (request, response) =>
    (directly.get(nameOf(request.method, request.url)) ?? app)(request, response);
  return { app, listener, routes };
}

/** Of a route; of a request only where its address is exactly the route's. */
function nameOf(method = '', path = ''): string {
  return `${method.toUpperCase()} ${path}`;
}

function byPath(routes: readonly AnyRoute[]): Map<string, AnyRoute[]> {
  const paths = new Map<string, AnyRoute[]>();
  for (const definition of routes) paths.set(definition.path, [...(paths.get(definition.path) ?? []), definition]);
  return paths;
}

function allowed(table: readonly AnyRoute[]): string {
  const methods = table.map((definition) => definition.method.toUpperCase());
  return [...(methods.includes('GET') ? ['HEAD'] : []), ...methods].join(', ');
}

function refuse(why: (response: Response) => DomainError) {
  return (request: Request, response: Response): void => {
    const requestId = randomUUID();
    response.setHeader('X-Request-Id', requestId);
    sendProblem(request, response, why(response), requestId);
  };
}
