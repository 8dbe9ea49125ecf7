import { createHmac } from 'node:crypto';

/** The same value, whatever order its members came in. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/**
 * What an Idempotency-Key is bound to. Keyed with the installation's secret: bodies may carry passwords, and a plain
 * hash of a short secret can be searched for.
 */
export function bodyFingerprint(secret: string, body: unknown): Buffer {
  return createHmac('sha256', secret).update(canonical(body)).digest();
}
