import { z } from 'zod';
import { errorCodes } from '../../domain/shared/errors';
import { acceptedSchema } from './answers';
import { refusalNames, refusalsOf } from './refusals';
import type { AnyRoute, Route } from './route';

/** RFC 9457 as we fill it; refusals add their facts beside the code. */
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: errorCodes },
    instance: { type: 'string' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'code', 'message'],
        properties: { path: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
    allowed: { type: 'array', items: { type: 'string' } },
  },
};

/** The OpenAPI 3.1 document of a route table: made from the very schemas that validate. */
export function openApiDocument(routes: readonly AnyRoute[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const definition of routes) {
    const route = definition as unknown as Route;
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Mallflow', version: '1', description: 'Times are ISO 8601 UTC, money is integer fen.' },
    paths,
    components: {
      schemas: { Problem: problemSchema },
      responses: refusedResponses,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-mallflow' },
      },
    },
  };
}

function operationOf(route: Route): Record<string, unknown> {
  return {
    summary: route.summary,
    tags: [route.tag],
    operationId: `${route.method}${route.path.replace(/^\/v1/, '').replace(/[^a-z]+(\w)?/gi, (_, c?: string) => (c ?? '').toUpperCase())}`,
    'x-roles': typeof route.access === 'string' ? route.access : [...route.access],
    security: route.access === 'open' ? [] : [{ bearer: [] }, { cookie: [] }],
    parameters: parametersOf(route),
    ...requestBodyOf(route),
    responses: responsesOf(route),
  };
}

function requestBodyOf(route: Route): Record<string, unknown> {
  const binary = { schema: { type: 'string', format: 'binary' } };
  if (route.raw !== undefined)
    return {
      requestBody: {
        required: true,
        description: `At most ${route.raw.limitBytes} bytes`,
        content: Object.fromEntries(route.raw.contentTypes.map((type) => [type, binary])),
      },
    };
  if (route.body === undefined) return {};
  return {
    requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(route.body, 'input') } } },
  };
}

function parametersOf(route: Route): unknown[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = route.query === undefined ? {} : jsonSchema(route.query, 'input');
  const inQuery = Object.entries((query['properties'] ?? {}) as Record<string, unknown>).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema,
  }));
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: route.idempotency === 'required',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  };
  const inHeader = Object.entries(route.headers ?? {}).map(([name, description]) => ({
    ...{ name, in: 'header', required: false, description },
    schema: { type: 'string' },
  }));
  return [...inPath, ...inQuery, ...inHeader, ...(route.idempotency === 'none' ? [] : [key])];
}

/** Nothing stands for all the rest: what is not named here is not answered. */
function responsesOf(route: Route): Record<string, unknown> {
  const responses: Record<string, unknown> = {};
  for (const status of refusalsOf(route)) responses[status] = { $ref: `#/components/responses/Refused${status}` };
  // Of a command that is accepted and takes its time (api.md §1).
  if (route.idempotency !== 'none') responses['202'] = answerOf(acceptedSchema, []);
  for (const [status, schema] of Object.entries(route.answers))
    responses[status] = answerOf(schema, route.produces ?? []);
  return responses;
}

function answerOf(schema: z.ZodType | null, produces: readonly string[]): Record<string, unknown> {
  const content =
    schema === null
      ? Object.fromEntries(produces.map((type) => [type, { schema: {} }]))
      : { 'application/json': { schema: jsonSchema(schema, 'output') } };
  return { description: 'Done', ...(Object.keys(content).length > 0 && { content }) };
}

const refusedResponses = Object.fromEntries(
  Object.entries(refusalNames).map(([status, description]) => [
    `Refused${status}`,
    { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
  ]),
);

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
