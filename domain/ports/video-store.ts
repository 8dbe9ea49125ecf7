/**
 * Where the bytes of videos lie. They come piece by piece, so a video grows under its name; how much of it counts is
 * for its row to say.
 */
export interface VideoStore {
  /** The bytes from this offset on, over what may lie there of an unfinished try; safe from a power cut once it resolves. */
  putAt(name: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** From byte `from` to byte `to`, the last included. Throws where there is no such file. */
  read(name: string, from: number, to: number): AsyncIterable<Uint8Array>;
}
