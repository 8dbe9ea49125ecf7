import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Sealed, Vault } from '../../domain/ports/vault';

export interface DataKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM: the stored text is iv, tag, ciphertext; what it is about is authenticated with it. */
export class KeyedVault implements Vault {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly current: DataKey;
  private readonly fingerprintKeys: readonly [Buffer, ...Buffer[]];

  /** The first key seals; the others open what was sealed before. */
  constructor(keys: readonly DataKey[]) {
    const [current, ...older] = keys;
    if (current === undefined) throw new Error('no data key');
    this.current = current;
    this.keys = new Map(keys.map(({ id, key }) => [id, key]));
    this.fingerprintKeys = [fingerprintKey(current), ...older.map(fingerprintKey)];
  }

  seal(about: string, secret: string): Sealed {
    const { id, key } = this.current;
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return { keyId: id, ciphertext: Buffer.concat([iv, cipher.getAuthTag(), text]) };
  }

  open(about: string, { keyId, ciphertext }: Sealed): string {
    const key = this.keys.get(keyId);
    if (key === undefined) throw new Error(`no data key ${keyId}`);
    const stored = Buffer.from(ciphertext);
    const decipher = createDecipheriv('aes-256-gcm', key, stored.subarray(0, ivBytes), { authTagLength: tagBytes })
      // rule: secrets-are-bound-to-their-subject
      .setAAD(Buffer.from(about))
      .setAuthTag(stored.subarray(ivBytes, ivBytes + tagBytes));
    return decipher.update(stored.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  }

  fingerprints(about: string, secret: string): readonly [Uint8Array, ...Uint8Array[]] {
    const of = (key: Buffer): Buffer => createHmac('sha256', key).update(about).update('\0').update(secret).digest();
    const [current, ...older] = this.fingerprintKeys;
    return [of(current), ...older.map(of)];
  }
}

/** A key of its own, so that fingerprints tell nothing about what the data key encrypts. */
function fingerprintKey({ key }: DataKey): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', 'mallflow fingerprint', 32));
}
