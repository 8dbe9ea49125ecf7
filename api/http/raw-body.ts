import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../domain/shared/errors';
import { readBytes } from './read-bytes';

/** What a route takes that does not read JSON. */
export interface RawRule {
  /** Media types without parameters, in lower case. */
  readonly contentTypes: readonly string[];
  readonly limitBytes: number;
}

/** A body as it came. An empty one is for the route to judge. */
export class RawBody {
  constructor(
    /** One of the route's, without parameters. */
    readonly contentType: string,
    readonly bytes: Buffer,
  ) {}

  /** Stands for the bytes where a key is bound to its body. */
  get sha256(): string {
    return createHash('sha256').update(this.bytes).digest('hex');
  }
}

/** @throws DomainError UNSUPPORTED_TYPE before anything is read, TOO_LARGE while reading */
export async function readRaw(request: IncomingMessage, rule: RawRule): Promise<RawBody> {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const contentType = type.trim();
  const inUtf8 = parameters.every(
    (parameter) => !/^\s*charset=/.test(parameter) || /=\s*"?utf-8"?\s*$/.test(parameter),
  );
  // rule: raw-types-are-checked
  if (!rule.contentTypes.includes(contentType) || !inUtf8)
    throw new DomainError('UNSUPPORTED_TYPE', { accepted: rule.contentTypes.join(', ') });
  return new RawBody(contentType, await readBytes(request, rule.limitBytes));
}
