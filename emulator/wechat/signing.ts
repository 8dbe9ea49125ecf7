import { randomBytes, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Identity, PlatformKey } from '../keys/identity';
import type { FaultKind } from '../faults';

/** How a signed message is spoilt on purpose, or undefined for a proper one. */
export interface Twist {
  readonly kind: FaultKind;
  /** Of `old_timestamp`: added to the clock. */
  readonly seconds: number;
}

export interface SignedMessage {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

// The callback form signs in the thread pool: thousands of answers do not hold up the event loop.
const signAside = promisify(
  (text: string, key: KeyObject, done: (error: Error | null, signature: Buffer) => void): void =>
    sign('RSA-SHA256', Buffer.from(text), key, done),
);

/** Names the platform key to sign with: the one the caller named, else the public key. */
export function keyNamed(identity: Identity, serial: string | undefined): PlatformKey | undefined {
  if (serial === undefined || serial === identity.publicKeyMode.serial) return identity.publicKeyMode;
  return serial === identity.certificateMode.serial ? identity.certificateMode : undefined;
}

/** Signs a body as answers and notifications are signed: time, nonce and body, each ended by LF. */
export async function signMessage(
  identity: Identity,
  body: string,
  key: PlatformKey,
  twist: Twist | undefined,
): Promise<SignedMessage> {
  const kind = twist?.kind;
  if (kind === 'unsigned_answer') return { body, headers: {} };
  const { serial, privateKey } = kind === 'certificate_serial' ? identity.certificateMode : key;
  const shift = kind === 'old_timestamp' ? (twist?.seconds ?? 0) : 0;
  const timestamp = String(Math.floor(Date.now() / 1_000) + shift);
  const nonce = randomBytes(16).toString('hex');
  const isWrong = kind === 'wrong_signature' || kind === 'probe';
  const signature = await signAside(`${timestamp}\n${nonce}\n${isWrong ? 'something else' : body}\n`, privateKey);
  const prefix = kind === 'probe' ? 'WECHATPAY/SIGNTEST/' : '';
  return {
    body: kind === 'tampered_body' ? tampered(body) : body,
    headers: {
      'Wechatpay-Timestamp': timestamp,
      'Wechatpay-Nonce': nonce,
      'Wechatpay-Serial': kind === 'unknown_serial' ? `PUB_KEY_ID_${'9'.repeat(32)}` : serial,
      'Wechatpay-Signature': prefix + signature.toString('base64'),
      'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
    },
  };
}

/** One character is another one; JSON stays JSON. */
function tampered(body: string): string {
  const changed = body.replace(/[0-8](?=[^0-8]*$)/, (digit) => String(Number(digit) + 1));
  return changed === body ? `${body} ` : changed;
}
