import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DomainError, errorCatalogue } from '../../domain/shared/errors';
import { mayRewriteLedger, rows } from '../../db/connection';
import type { Answer } from '../http/answers';
import { route, type AnyRoute } from '../http/route';
import type { Services } from '../services';
import type { Metrics } from './metrics';

const health = route({
  method: 'get',
  path: '/healthz',
  summary: 'The process is up',
  tag: 'system',
  access: 'open',
  idempotency: 'none',
  answers: { 200: z.strictObject({ state: z.literal('up') }) },
  handle: () => Promise.resolve({ status: 200, body: { state: 'up' } }),
});

const readySchema = z.strictObject({
  state: z.enum(['ready', 'not_ready']),
  postgres: z.enum(['up', 'down', 'too_powerful']),
  temporal: z.enum(['up', 'down']),
});

/** Postgres is required, in a role that cannot rewrite the ledger; Temporal is named, since reads go on without it. */
const ready = route({
  method: 'get',
  path: '/readyz',
  summary: 'Requests can be served',
  tag: 'system',
  access: 'open',
  idempotency: 'none',
  answers: { 200: readySchema, 503: readySchema },
  handle: async ({ services }) => {
    const [postgres, temporal] = await Promise.all([postgresState(services), temporalState(services)]);
    const isReady = postgres === 'up';
    return { status: isReady ? 200 : 503, body: { state: isReady ? 'ready' : 'not_ready', postgres, temporal } };
  },
});

async function postgresState(services: Services): Promise<'up' | 'down' | 'too_powerful'> {
  try {
    await rows(services.db, 'select 1');
    return (await mayRewriteLedger(services.db)) ? 'too_powerful' : 'up';
  } catch {
    return 'down';
  }
}

async function temporalState(services: Services): Promise<'up' | 'down'> {
  try {
    const { temporal } = services;
    await temporal.withDeadline(Date.now() + 1_000, () => temporal.workflowService.getSystemInfo({}));
    return 'up';
  } catch {
    return 'down';
  }
}

/** The API's pages are few and fixed: the document, its reader (Swagger UI, self-hosted), and the error catalogue. */
const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Mallflow API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const startScript = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true });\n`;

function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { status, en, zh }]) => `<tr id="${code}"><td>${code}</td><td>${status}</td><td>${en}<br>${zh}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Mallflow errors</title><table>${rows.join('')}</table></html>`;
}

const swaggerFolder = dirname(require.resolve('swagger-ui-dist/package.json'));

function page(content: string, contentType: string): Answer {
  return { status: 200, raw: { contentType, content } };
}

function asset(name: string): Answer | undefined {
  switch (name) {
    case 'swagger-ui.css':
      return page(readFileSync(join(swaggerFolder, name), 'utf8'), 'text/css');
    case 'swagger-ui-bundle.js':
      return page(readFileSync(join(swaggerFolder, name), 'utf8'), 'text/javascript');
    case 'start.js':
      return page(startScript, 'text/javascript');
    case 'errors':
      return page(errorsPage(), 'text/html');
    default:
      return undefined;
  }
}

const docs = route({
  method: 'get',
  path: '/docs',
  produces: ['text/html'],
  summary: 'This document, to read and try',
  tag: 'system',
  access: 'open',
  idempotency: 'none',
  answers: { 200: null },
  handle: () => Promise.resolve(page(docsPage, 'text/html')),
});

const docsAsset = route({
  method: 'get',
  path: '/docs/:name',
  produces: ['text/css', 'text/javascript', 'text/html'],
  summary: 'Parts of the documentation page; the error catalogue',
  tag: 'system',
  access: 'open',
  idempotency: 'none',
  answers: { 200: null },
  handle: ({ params }) => {
    const found = asset(params['name'] ?? '');
    if (found === undefined) throw new DomainError('NOT_FOUND');
    return Promise.resolve(found);
  },
});

export function systemRoutes(parts: { readonly metrics: Metrics; readonly document: () => string }): AnyRoute[] {
  const metrics = route({
    method: 'get',
    path: '/metrics',
    produces: ['text/plain'],
    summary: 'Prometheus metrics of this process',
    tag: 'system',
    access: 'open',
    idempotency: 'none',
    answers: { 200: null },
    handle: async () => page(await parts.metrics.registry.metrics(), parts.metrics.registry.contentType),
  });
  const document = route({
    method: 'get',
    path: '/openapi.json',
    produces: ['application/json'],
    summary: 'This document',
    tag: 'system',
    access: 'open',
    idempotency: 'none',
    answers: { 200: null },
    handle: () => Promise.resolve(page(parts.document(), 'application/json')),
  });
  return [health, ready, metrics, document, docs, docsAsset];
}
