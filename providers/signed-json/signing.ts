import { createHmac, timingSafeEqual } from 'node:crypto';
import type { NotificationFault } from '../../domain/ports/payment-channel';

/**
 * Signed JSON, for outside parties that have no public protocol (docs/emulator.md): HMAC-SHA256 in the headers and the
 * spelling of Standard Webhooks. A request is signed over id.time.METHOD path.body, its answer over the request's
 * id.time.status.body, a notification over id.time.body, as Standard Webhooks has it.
 */
export interface SignedHeaders {
  readonly id: string;
  /** Whole seconds since 1970. */
  readonly timestamp: string;
  /** One or more, separated by spaces. */
  readonly signature: string;
}

/** Both clocks may differ by so much. */
const allowedSkewS = 300;
const parts = ['id', 'timestamp', 'signature'] as const;

export function signatureOf(secret: Buffer, content: readonly (string | Uint8Array)[]): string {
  const hmac = createHmac('sha256', secret);
  content.forEach((part, at) => hmac.update(at === 0 ? '' : '.').update(part));
  return `v1,${hmac.digest('base64')}`;
}

/**
 * @param between what stands between time and body in what is signed
 * @returns undefined when the message is authentic
 */
export function faultIn(
  secret: Buffer,
  headers: SignedHeaders,
  between: readonly string[],
  body: Uint8Array,
  nowMs: number,
): NotificationFault | undefined {
  const { id, timestamp, signature } = headers;
  // A dot in the id would let one text be read in two ways.
  if (!/^[0-9A-Za-z_-]{1,64}$/.test(id) || !/^\d{10}$/.test(timestamp)) return 'headers';
  // rule: signed-json-is-fresh
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > allowedSkewS) return 'timestamp';
  const expected = Buffer.from(signatureOf(secret, [id, timestamp, ...between, body]));
  // Several while the secret changes. Compared as text: a signature has one spelling.
  const isOurs = signature.split(' ').some((one) => {
    const given = Buffer.from(one);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  // rule: signed-json-is-authentic
  return isOurs ? undefined : 'signature';
}

/** The three headers as `find` gives them; undefined when one is missing or empty. */
export function signedHeaders(find: (name: string) => string | undefined): SignedHeaders | undefined {
  const [id, timestamp, signature] = parts.map((part) => find(`webhook-${part}`));
  return id && timestamp && signature ? { id, timestamp, signature } : undefined;
}
