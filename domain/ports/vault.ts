/** A secret as it is stored. */
export interface Sealed {
  /** Which key opens it. */
  readonly keyId: string;
  readonly ciphertext: Uint8Array;
}

/**
 * Keeps secrets that must be read again (a CDK code, a mobile number, a document): encrypted at rest, and recognised without being opened. `about`
 * says what a secret belongs to: sealed about one thing it cannot be opened about another.
 */
export interface Vault {
  seal(about: string, secret: string): Sealed;
  /** @throws Error when the key is not there, or the text is not what was sealed about this */
  open(about: string, sealed: Sealed): string;
  /**
   * Equal secrets about one thing have equal fingerprints, and without the key nobody can tell which secret has which.
   * One for each key, the current first: what was stored under an older key is still recognised.
   */
  fingerprints(about: string, secret: string): readonly [Uint8Array, ...Uint8Array[]];
}

/** The same for the bytes of files. */
export interface FileVault {
  sealBytes(about: string, secret: Uint8Array): Sealed;
  /** @throws Error as {@link Vault.open} does */
  openBytes(about: string, sealed: Sealed): Uint8Array;
}
