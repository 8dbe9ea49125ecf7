import { createDecipheriv } from 'node:crypto';

const tagLength = 16;

export interface Sealed {
  /** Base64; its last 16 bytes are the tag. */
  readonly ciphertext: string;
  /** 12 bytes. */
  readonly nonce: string;
  /** May be empty. */
  readonly associatedData: string;
}

/**
 * Opens what the channel sealed with AEAD_AES_256_GCM. Only for what is known to be signed by it.
 * @param key 32 bytes
 * @throws Error when anything of it was changed
 */
export function unseal({ ciphertext, nonce, associatedData }: Sealed, key: Uint8Array): Buffer {
  const bytes = Buffer.from(ciphertext, 'base64');
  if (bytes.length < tagLength) throw new Error('shorter than its tag');
  const split = bytes.length - tagLength;
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce), { authTagLength: tagLength });
  decipher.setAuthTag(bytes.subarray(split));
  decipher.setAAD(Buffer.from(associatedData));
  return Buffer.concat([decipher.update(bytes.subarray(0, split)), decipher.final()]);
}
