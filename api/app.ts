import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { randomUUID } from 'node:crypto';
import { DomainError } from '../domain/shared/errors';
import { Admission } from './http/admission';
import { openApiDocument } from './http/openapi';
import { languageOf, sendProblem } from './http/problem';
import type { AnyRoute } from './http/route';
import { serve } from './http/serve';
import { businessRoutes } from './routes';
import type { Services } from './services';
import { Metrics } from './system/metrics';
import { systemRoutes } from './system/routes';

export interface Api {
  readonly app: Express;
  /** The whole route table: what the router, the permission matrix and the OpenAPI document are made of. */
  readonly routes: readonly AnyRoute[];
}

/** Builds the HTTP application; it listens to nothing by itself. */
export function createApi(services: Services, business: readonly AnyRoute[] = businessRoutes): Api {
  const { settings } = services;
  const admission = new Admission(settings.maxRequests, settings.maxCommands);
  const metrics = new Metrics(admission);
  metrics.registry.registerMetric(services.notifications);
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
  app.use(
    // Without TLS in front (development) a browser must not be told to upgrade the page's own parts.
    helmet(settings.cookieSecure ? {} : { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }),
  );
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
  return { app, routes };
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
    sendProblem(request, response, why(response), { requestId, language: languageOf(request) });
  };
}
