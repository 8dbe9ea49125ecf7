import { createHmac } from 'node:crypto';
import type { FaultKind } from '../faults';

/**
 * How both sides sign: HMAC-SHA256 under the secret's bytes, over parts that are joined by dots. A request is signed
 * over its id, time, method and path, and body; its answer over the request's id, time, status and body; a
 * notification over its id, time and body, as Standard Webhooks has it.
 */
export function signatureOf(secret: string, parts: readonly (string | Buffer)[]): string {
  const hmac = createHmac('sha256', Buffer.from(secret, 'base64'));
  parts.forEach((part, at) => hmac.update(at === 0 ? '' : '.').update(part));
  return `v1,${hmac.digest('base64')}`;
}

/** How a signed message is spoilt on purpose. */
export interface Twist {
  readonly kind: FaultKind;
  /** Of `old_timestamp`: added to the clock. */
  readonly seconds: number;
}

export const twists: readonly FaultKind[] = ['wrong_signature', 'old_timestamp', 'tampered_body', 'unsigned_answer'];

/** `between` stands between time and body in what is signed. */
export function signedMessage(
  secret: string,
  message: { readonly id: string; readonly between: readonly string[]; readonly body: string },
  twist: Twist | undefined,
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const { id, between, body } = message;
  if (twist?.kind === 'unsigned_answer') return { body, headers: {} };
  const shift = twist?.kind === 'old_timestamp' ? twist.seconds : 0;
  const timestamp = String(Math.floor(Date.now() / 1_000) + shift);
  const said = twist?.kind === 'wrong_signature' ? 'something else' : body;
  return {
    body: twist?.kind === 'tampered_body' ? `${body} ` : body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatureOf(secret, [id, timestamp, ...between, said]),
    },
  };
}
