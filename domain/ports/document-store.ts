/**
 * Where the sealed bytes of documents lie. A name is given once and its bytes never change; a file that no row names is
 * an orphan, which without its row nobody can open.
 */
export interface DocumentStore {
  /** All of the bytes or nothing under the name, and safe from a power cut once it resolves. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when there is nothing under the name. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Nothing under the name is as good. */
  remove(name: string): Promise<void>;
}
