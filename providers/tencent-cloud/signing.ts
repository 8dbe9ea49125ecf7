import { createHash, createHmac } from 'node:crypto';

/**
 * TC3-HMAC-SHA256, the signature of Tencent Cloud's API 3.0 (cloud.tencent.com/document/api/213/30654): POST of JSON,
 * with content type, host and action among what is signed.
 */
export interface TencentCloudKey {
  readonly secretId: string;
  readonly secretKey: string;
}

export interface SignedCall {
  /** Product, e.g. `ocr`: the first label of its own host. */
  readonly service: string;
  /** With a port, where it is not the usual one; exactly as in the Host header. */
  readonly host: string;
  readonly action: string;
  /** Whole seconds since 1970; the other side allows five minutes. */
  readonly timestamp: number;
  /** The exact text that is sent. */
  readonly body: string;
}

export const signedContentType = 'application/json; charset=utf-8';

const signedHeaders = 'content-type;host;x-tc-action';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The value of the Authorization header. */
export function authorization(key: TencentCloudKey, call: SignedCall): string {
  const day = new Date(call.timestamp * 1_000).toISOString().slice(0, 10);
  const scope = `${day}/${call.service}/tc3_request`;
  const headers = `content-type:${signedContentType}\nhost:${call.host}\nx-tc-action:${call.action.toLowerCase()}\n`;
  const request = ['POST', '/', '', headers, signedHeaders, sha256(call.body)].join('\n');
  const text = ['TC3-HMAC-SHA256', String(call.timestamp), scope, sha256(request)].join('\n');
  const signingKey = hmac(hmac(hmac(`TC3${key.secretKey}`, day), call.service), 'tc3_request');
  const signature = hmac(signingKey, text).toString('hex');
  return `TC3-HMAC-SHA256 Credential=${key.secretId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}
