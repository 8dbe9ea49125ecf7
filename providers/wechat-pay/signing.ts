import { randomBytes, sign, type KeyObject } from 'node:crypto';

const scheme = 'WECHATPAY2-SHA256-RSA2048';

/** How far apart the channel's clock and ours may be, in seconds, in signed requests, answers and notifications. */
export const clockToleranceSeconds = 300;

export interface RequestToSign {
  readonly method: string;
  /** With its query, as sent. */
  readonly path: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly nonce: string;
  /** Exactly as sent; empty for GET. */
  readonly body: string;
}

/** The five lines of a request, each ended by a line feed. */
export function requestMessage({ method, path, timestamp, nonce, body }: RequestToSign): string {
  return `${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`;
}

/** The three lines of an answer or a notification: what its headers say, as text, and the bytes of its body. */
export function answerMessage(timestamp: string, nonce: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
}

export interface Signer {
  readonly mchid: string;
  readonly serial: string;
  readonly key: KeyObject;
}

/** RSA PKCS#1 v1.5 with SHA-256, in base64. */
export function signed(message: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(message), key).toString('base64');
}

/** The value of the Authorization header. */
export function authorization(signer: Signer, request: RequestToSign): string {
  const fields = {
    mchid: signer.mchid,
    nonce_str: request.nonce,
    timestamp: String(request.timestamp),
    serial_no: signer.serial,
    signature: signed(requestMessage(request), signer.key),
  };
  const quoted = Object.entries(fields).map(([name, value]) => `${name}="${value}"`);
  return `${scheme} ${quoted.join(',')}`;
}

export function newNonce(): string {
  return randomBytes(16).toString('hex').toUpperCase();
}
