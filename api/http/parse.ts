import type { Request } from 'express';
import type { z } from 'zod';
import { DomainError, type Fault } from '../../domain/shared/errors';
import { readBytes } from './read-bytes';

/**
 * Reads and parses a JSON body within the limit. `{}` stands for no body at all, but not where the body takes the place
 * of what is there: an upload that was cut off must not empty a draft.
 */
export async function readJson(request: Request, limitBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, limitBytes);
  // rule: what-replaces-has-a-body
  if (bytes.length === 0 && request.method === 'PUT')
    throw invalid([{ path: '', code: 'REQUIRED', message: 'a body is needed: it takes the place of what is there' }]);
  if (bytes.length === 0) return {};
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new DomainError('UNSUPPORTED_TYPE', { accepted: 'application/json' });
  const json = decode(bytes);
  const faults = textFaults(json, []);
  if (faults.length > 0) throw invalid(faults);
  return json;
}

function decode(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw invalid([{ path: '', code: 'JSON', message: 'the body is not valid JSON in UTF-8' }]);
  }
}

/**
 * PostgreSQL stores neither NUL characters nor halves of surrogate pairs: they are refused here, by name, instead of
 * failing there or being changed without a word.
 */
function textFaults(value: unknown, path: readonly string[]): Fault[] {
  if (typeof value === 'string')
    return unstorable.test(value)
      ? [{ path: pointer(path), code: 'FORMAT', message: 'no NUL characters or lone surrogates' }]
      : [];
  if (value === null || typeof value !== 'object') return [];
  if (path.length > 16) return [{ path: pointer(path), code: 'DEPTH', message: 'nested too deeply' }];
  return Object.entries(value).flatMap(([name, member]) => textFaults(member, [...path, name]));
}

const unstorable = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Holds a value against its schema; every fault at once, each with its JSON Pointer. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value, { reportInput: false });
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap(faultsOf));
}

export function invalid(errors: readonly Fault[]): DomainError {
  return new DomainError('VALIDATION_FAILED', { errors });
}

/** zod's issue codes in the contract's manner. */
const faultCodes: Readonly<Record<string, string>> = {
  invalid_type: 'TYPE',
  too_small: 'TOO_SMALL',
  too_big: 'TOO_LARGE',
  invalid_format: 'FORMAT',
  invalid_value: 'NOT_ALLOWED',
  custom: 'RULE',
};

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: pointer([...issue.path, key]),
      code: 'UNKNOWN_FIELD',
      message: 'no such field',
    }));
  // Of what may be one of several forms, the form that comes nearest tells what is wrong.
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = [...issue.errors].sort((a, b) => weight(a) - weight(b))[0] ?? [];
    return nearest.flatMap((fault) => faultsOf({ ...fault, path: [...issue.path, ...fault.path] }));
  }
  const missing = issue.code === 'invalid_type' && /received undefined/.test(issue.message);
  return [
    {
      path: pointer(issue.path),
      code: missing ? 'REQUIRED' : (faultCodes[issue.code] ?? 'INVALID'),
      message: missing ? 'required' : issue.message,
    },
  ];
}

/** A field that is no part of a form says more against it than one that is missing. */
function weight(faults: readonly z.core.$ZodIssue[]): number {
  return faults.reduce((sum, fault) => sum + (fault.code === 'unrecognized_keys' ? 2 * fault.keys.length : 1), 0);
}

/** RFC 6901. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** 1 to 255 visible ASCII characters, or null when the header is absent. */
export function idempotencyKey(request: Request, rule: 'none' | 'honoured' | 'required'): string | null {
  if (rule === 'none') return null;
  const key = request.headers['idempotency-key'];
  if (key === undefined) {
    // rule: key-required-for-money
    if (rule === 'required') throw new DomainError('IDEMPOTENCY_KEY_MISSING');
    return null;
  }
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw invalid([{ path: '/Idempotency-Key', code: 'FORMAT', message: '1 to 255 visible ASCII characters' }]);
}
