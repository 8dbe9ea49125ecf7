import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomFillSync,
  type KeyObject,
} from 'node:crypto';
import type { FileVault, Sealed, Vault } from '../../domain/ports/vault';

export interface DataKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM: the stored text is iv, tag, ciphertext; what it is about is authenticated with it. */
export class KeyedVault implements Vault, FileVault {
  private readonly keys: ReadonlyMap<string, KeyObject>;
  /** The key that seals. */
  readonly currentId: string;
  private readonly fingerprintKeys: readonly [KeyObject, ...KeyObject[]];
  private readonly ivs = new RandomIvs();

  /** The first key seals; the others open what was sealed before. */
  constructor(keys: readonly DataKey[]) {
    const [current, ...older] = keys;
    if (current === undefined) throw new Error('no data key');
    this.currentId = current.id;
    this.keys = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]));
    this.fingerprintKeys = [fingerprintKey(current), ...older.map(fingerprintKey)];
  }

  has(keyId: string): boolean {
    return this.keys.has(keyId);
  }

  seal(about: string, secret: string): Sealed {
    return this.sealBytes(about, Buffer.from(secret, 'utf8'));
  }

  open(about: string, sealed: Sealed): string {
    return this.openBytes(about, sealed).toString('utf8');
  }

  sealBytes(about: string, secret: Uint8Array): Sealed {
    const iv = this.ivs.next();
    const cipher = createCipheriv('aes-256-gcm', this.keyOf(this.currentId), iv).setAAD(Buffer.from(about));
    const text = [cipher.update(secret), cipher.final()];
    return { keyId: this.currentId, ciphertext: Buffer.concat([iv, cipher.getAuthTag(), ...text]) };
  }

  openBytes(about: string, { keyId, ciphertext }: Sealed): Buffer {
    const stored = Buffer.from(ciphertext.buffer, ciphertext.byteOffset, ciphertext.byteLength);
    const iv = stored.subarray(0, ivBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.keyOf(keyId), iv, { authTagLength: tagBytes })
      // rule: secrets-are-bound-to-their-subject
      .setAAD(Buffer.from(about))
      .setAuthTag(stored.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(stored.subarray(ivBytes + tagBytes)), decipher.final()]);
  }

  fingerprints(about: string, secret: string): readonly [Uint8Array, ...Uint8Array[]] {
    const text = `${about}\0${secret}`;
    const of = (key: KeyObject): Buffer => createHmac('sha256', key).update(text).digest();
    const [current, ...older] = this.fingerprintKeys;
    return [of(current), ...older.map(of)];
  }

  private keyOf(id: string): KeyObject {
    const key = this.keys.get(id);
    if (key === undefined) throw new Error(`no data key ${id}`);
    return key;
  }
}

/** Asked for one by one, random bytes cost a third of the sealing. */
class RandomIvs {
  private readonly bytes = Buffer.alloc(ivBytes * 1_000);
  private at = this.bytes.length;

  /** Good until the next is asked for. */
  next(): Buffer {
    if (this.at === this.bytes.length) {
      randomFillSync(this.bytes);
      this.at = 0;
    }
    const iv = this.bytes.subarray(this.at, this.at + ivBytes);
    this.at += ivBytes;
    return iv;
  }
}

/** A key of its own, so that fingerprints tell nothing about what the data key encrypts. */
function fingerprintKey({ key }: DataKey): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'mallflow fingerprint', 32)));
}
