import { constants, createPublicKey, publicEncrypt, verify, X509Certificate, type KeyObject } from 'node:crypto';
import type { PlatformKey } from './settings';
import { answerMessage, clockToleranceSeconds } from './signing';

/** The text a probe's signature begins with: the channel tests whether we refuse it. */
const probePrefix = 'WECHATPAY/SIGNTEST/';

export interface SignatureHeaders {
  readonly timestamp: string;
  readonly nonce: string;
  readonly serial: string;
  readonly signature: string;
}

export type Verdict = 'authentic' | 'headers' | 'probe' | 'serial' | 'signature' | 'timestamp';

/**
 * The keys of the channel by their names. Certificates and public keys side by side, since the channel moves
 * notifications from the one to the other over seven days.
 */
export class PlatformKeys {
  /** Named in our requests: answers are then signed with this one. */
  readonly preferred: string;
  private readonly keys: ReadonlyMap<string, KeyObject>;

  /** @throws Error when there is none, or one is not an RSA key */
  constructor(keys: readonly PlatformKey[]) {
    const [first] = keys;
    if (first === undefined) throw new Error('no key of the channel');
    this.preferred = first.id;
    this.keys = new Map(keys.map(({ id, pem }) => [id, publicKeyOf(pem)]));
  }

  /**
   * What only the channel can open: RSAES-OAEP with SHA-1, by the key named in our requests, in base64.
   * @throws Error where it is longer than the key can take (214 bytes)
   */
  seal(text: string): string {
    const key = this.keys.get(this.preferred) as KeyObject;
    const padding = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    return publicEncrypt(padding, Buffer.from(text)).toString('base64');
  }

  /**
   * Whether the channel signed these bytes, and within the last minutes. The time is looked at last, so that only what
   * is truly signed can be called out of time.
   */
  judge(headers: SignatureHeaders, body: Uint8Array, nowMs: number): Verdict {
    const { timestamp, nonce, serial, signature } = headers;
    if (signature.startsWith(probePrefix)) return 'probe';
    if (!/^\d{1,12}$/.test(timestamp) || !/^[\x21-\x7e]{1,128}$/.test(nonce)) return 'headers';
    const key = this.keys.get(serial);
    // rule: wechat-pay-serial-is-known
    if (key === undefined) return 'serial';
    const bytes = Buffer.from(signature, 'base64');
    // rule: wechat-pay-signature-has-one-spelling
    if (bytes.toString('base64') !== signature) return 'signature';
    // rule: wechat-pay-signature-is-true
    if (!verify('sha256', answerMessage(timestamp, nonce, body), key, bytes)) return 'signature';
    // rule: wechat-pay-clock-window
    if (Math.abs(Math.floor(nowMs / 1_000) - Number(timestamp)) > clockToleranceSeconds) return 'timestamp';
    return 'authentic';
  }
}

function publicKeyOf(pem: string): KeyObject {
  const key = pem.includes('BEGIN CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem);
  if (key.asymmetricKeyType !== 'rsa') throw new Error('a key of the channel is not an RSA key');
  return key;
}
