/**
 * Where the bytes of images lie. A name is given once and its bytes never change; nothing is taken out again, so an
 * image whose row was never written is an orphan that harms nobody.
 */
export interface ImageStore {
  /** All of the bytes or nothing under the name, and safe from a power cut once it resolves. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined for whatever is no name of an image here. */
  get(name: string): Promise<StoredImage | undefined>;
}

export interface StoredImage {
  /** How many bytes there are. */
  readonly length: number;
  /** From the first byte to the last; nothing is held open before. */
  read(): AsyncIterable<Uint8Array>;
}
