import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { CloudRefusal } from './refusal';

export interface CloudRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Whose requests are believed, by secret id. */
export type CloudKeys = ReadonlyMap<string, string>;

const allowedSkewS = 300;
const scheme =
  /^TC3-HMAC-SHA256 Credential=([^/\s,]+)\/(\d{4}-\d{2}-\d{2})\/([a-z0-9]+)\/tc3_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Believes a request only if it was signed over exactly these bytes within the last five minutes (TC3-HMAC-SHA256).
 * @returns the secret id and the product it was signed for
 * @throws CloudRefusal AuthFailure.…
 */
export function authorized(keys: CloudKeys, request: CloudRequest): { secretId: string; service: string } {
  const [, secretId = '', day = '', service = '', names = '', given = ''] =
    scheme.exec(header(request, 'authorization')) ?? [];
  if (given === '')
    throw new CloudRefusal('AuthFailure.InvalidAuthorization', '请求头部的 Authorization 不符合腾讯云标准');
  const timestamp = header(request, 'x-tc-timestamp');
  const isNow = /^\d{10}$/.test(timestamp) && Math.abs(Date.now() / 1_000 - Number(timestamp)) <= allowedSkewS;
  const isOfTheDay = isNow && new Date(Number(timestamp) * 1_000).toISOString().slice(0, 10) === day;
  if (!isOfTheDay) throw new CloudRefusal('AuthFailure.SignatureExpire', '签名过期');
  const key = keys.get(secretId);
  if (key === undefined) throw new CloudRefusal('AuthFailure.SecretIdNotFound', '密钥不存在');
  if (!isSigned(key, { day, service, names, timestamp, given }, request))
    throw new CloudRefusal('AuthFailure.SignatureFailure', '签名错误');
  return { secretId, service };
}

interface Claim {
  readonly day: string;
  readonly service: string;
  readonly names: string;
  readonly timestamp: string;
  readonly given: string;
}

function isSigned(key: string, claim: Claim, request: CloudRequest): boolean {
  const names = claim.names.split(';');
  if (!names.includes('content-type') || !names.includes('host')) return false;
  if (names.join(';') !== [...new Set(names)].sort().join(';')) return false;
  const lines = names.map((name) => `${name}:${header(request, name).trim().toLowerCase()}\n`).join('');
  const hashed = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
  const canonical = `POST\n/\n\n${lines}\n${claim.names}\n${hashed(request.body)}`;
  const scope = `${claim.day}/${claim.service}/tc3_request`;
  const text = `TC3-HMAC-SHA256\n${claim.timestamp}\n${scope}\n${hashed(canonical)}`;
  let secret: Buffer = Buffer.from(`TC3${key}`);
  for (const part of [claim.day, claim.service, 'tc3_request', text]) {
    secret = createHmac('sha256', secret).update(part).digest();
  }
  return timingSafeEqual(secret, Buffer.from(claim.given, 'hex'));
}

export function header(request: CloudRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
