import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../../domain/shared/errors';
import type { Body } from '../support/http-client';

/** The committed document, which router.test.ts proves to be the one that is served. */
const document: Body = JSON.parse(readFileSync(join(__dirname, '..', '..', 'docs', 'openapi.json'), 'utf8'));

interface Operation {
  readonly at: string;
  readonly path: string;
  readonly operation: Body;
}

const operations: Operation[] = Object.entries(document.paths as Record<string, Record<string, Body>>).flatMap(
  ([path, item]) => Object.entries(item).map(([method, operation]) => ({ at: `${method} ${path}`, path, operation })),
);

const schemaTypes = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

/** What is wrong with a schema of JSON Schema 2020-12, as OpenAPI 3.1 uses it: enough for what we generate. */
function schemaFaults(schema: Body, at: string): string[] {
  if (typeof schema === 'boolean') return [];
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return [`${at}: no schema`];
  if (schema.$ref !== undefined) return resolves(schema.$ref as string) ? [] : [`${at}: ${schema.$ref} leads nowhere`];
  const types: unknown[] = schema.type === undefined ? [] : [schema.type].flat();
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Body>);
  const names = properties.map(([name]) => name);
  const required = (schema.required ?? []) as string[];
  const alternatives = ['anyOf', 'oneOf', 'allOf'].flatMap((word) => (schema[word] ?? []) as Body[]);
  return [
    ...types.filter((type) => !schemaTypes.includes(type as string)).map((type) => `${at}: type ${String(type)}`),
    ...required.filter((name) => !names.includes(name)).map((name) => `${at}: requires ${name}, which it lacks`),
    ...(schema.enum !== undefined && schema.enum.length === 0 ? [`${at}: an empty enum`] : []),
    ...(schema.pattern !== undefined && !isPattern(schema.pattern as string) ? [`${at}: a broken pattern`] : []),
    ...(schema.nullable !== undefined ? [`${at}: nullable went with 3.0`] : []),
    ...properties.flatMap(([name, part]) => schemaFaults(part, `${at}/${name}`)),
    ...alternatives.flatMap((part, index) => schemaFaults(part, `${at}#${index}`)),
    ...(schema.items === undefined ? [] : schemaFaults(schema.items, `${at}[]`)),
  ];
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function resolves(ref: string): boolean {
  const found = ref
    .replace(/^#\//, '')
    .split('/')
    .reduce((at: Body, name) => at?.[name], document);
  return ref.startsWith('#/') && found !== undefined;
}

describe('docs/openapi.json', () => {
  it('is an OpenAPI 3.1 document with the members that version asks for', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(Object.keys(document as object).sort()).toEqual(['components', 'info', 'openapi', 'paths']);
    expect(document.info).toMatchObject({ title: 'Mallflow', version: expect.any(String) });
    for (const path of Object.keys(document.paths as object)) expect(path).toMatch(/^\/[\w./{}-]*$/);
    for (const scheme of Object.values<Body>(document.components.securitySchemes))
      expect(['http', 'apiKey']).toContain(scheme.type);
  });

  it('gives every operation a name of its own, a summary, a tag and answers', () => {
    const names = operations.map(({ operation }) => operation.operationId as string);
    expect(new Set(names).size).toBe(names.length);
    for (const { at, operation } of operations) {
      expect([at, operation.operationId]).toEqual([at, expect.stringMatching(/^[a-z][A-Za-z]+$/)]);
      expect([at, operation.summary]).toEqual([at, expect.stringMatching(/\S/)]);
      expect(operation.tags).toHaveLength(1);
      // Nothing stands for all the rest: each status is named, successes apart from refusals.
      const statuses = Object.keys(operation.responses as object);
      expect(statuses.filter((status) => !/^[245]\d\d$/.test(status))).toEqual([]);
      expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
      for (const [status, answer] of Object.entries<Body>(operation.responses)) {
        const refusal = document.components.responses[`Refused${status}`];
        if (status.startsWith('4')) expect(answer).toEqual({ $ref: `#/components/responses/Refused${status}` });
        expect((answer.$ref === undefined ? answer : refusal).description).toMatch(/\S/);
      }
    }
  });

  it('declares exactly the parameters of each path, and none twice', () => {
    for (const { at, path, operation } of operations) {
      const parameters = operation.parameters as { name: string; in: string; required: boolean }[];
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect([at, inPath.map(({ name }) => name)]).toEqual([at, named]);
      expect(inPath.every(({ required }) => required)).toBe(true);
      const keys = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('names the headers a request may say more by', () => {
    const named = operations.flatMap(({ at, operation }) =>
      (operation.parameters as Body[])
        .filter((parameter) => parameter.in === 'header' && parameter.name !== 'Idempotency-Key')
        .map(({ name, required }) => [at, name, required]),
    );
    expect(named).toEqual([
      ['get /videos/{name}', 'Range', false],
      ['get /v1/events', 'Last-Event-ID', false],
    ]);
  });

  it('says of every list how many it gives at once', () => {
    const limits = operations.flatMap(({ operation }) =>
      (operation.parameters as Body[]).filter(({ name }) => name === 'limit'),
    );
    expect(limits.length).toBeGreaterThan(5);
    for (const { schema } of limits) expect(schema).toEqual({ type: 'integer', minimum: 1, maximum: 200 });
  });

  it('names security schemes that exist', () => {
    const schemes = Object.keys(document.components.securitySchemes as object);
    for (const { operation } of operations)
      for (const alternative of operation.security as object[])
        for (const name of Object.keys(alternative)) expect(schemes).toContain(name);
  });

  it('holds only sound schemas', () => {
    const faults = operations.flatMap(({ at, operation }) => [
      ...operation.parameters.flatMap((parameter: Body) => schemaFaults(parameter.schema, `${at} ${parameter.name}`)),
      ...Object.entries<Body>(operation.requestBody?.content ?? {}).flatMap(([type, { schema }]) =>
        schemaFaults(schema, `${at} ${type}`),
      ),
      ...Object.entries<Body>(operation.responses).flatMap(([status, { content = {} }]) =>
        Object.values<Body>(content).flatMap(({ schema }) => schemaFaults(schema, `${at} ${status}`)),
      ),
    ]);
    const components = Object.entries<Body>(document.components.schemas);
    faults.push(...components.flatMap(([name, schema]) => schemaFaults(schema, name)));
    expect(faults).toEqual([]);
  });

  it('lists the whole error catalogue', () => {
    expect(document.components.schemas.Problem.properties.code.enum).toEqual(errorCodes);
  });
});
