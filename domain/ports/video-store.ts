/** Some bytes of a video that lies on disk: exactly so many, which lie within. */
export type ReadBytes = (from: number, length: number) => Promise<Uint8Array>;

/**
 * Where the bytes of videos lie. They come piece by piece, so a video grows under its name; how much of it counts is
 * for its row to say.
 */
export interface VideoStore {
  /** The bytes from this offset on, over what may lie there of an unfinished try; safe from a power cut once it resolves. */
  putAt(name: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** From byte `from` to byte `to`, the last included. Throws where there is no such file. */
  read(name: string, from: number, to: number): AsyncIterable<Uint8Array>;
  /** Looks here and there in a video that is held open meanwhile. */
  look<R>(name: string, work: (read: ReadBytes) => Promise<R>): Promise<R>;
  /** One that nothing names any more; no matter if it is gone. */
  remove(name: string): Promise<void>;
}
