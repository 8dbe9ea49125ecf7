/** Where entries go before they count as written. */
export type Write = (entry: ShelfEntry) => Promise<void>;

export type ShelfEntry =
  | { readonly shelf: string; readonly key: string; readonly record: unknown }
  | { readonly shelf: string; readonly removed: string };

/** Records of one kind under keys of their own, oldest first. A change is seen at once, and safe when its promise says so. */
export class Shelf<T> {
  private readonly records = new Map<string, T>();

  constructor(
    private readonly name: string,
    private readonly write: Write,
  ) {}

  get(key: string): T | undefined {
    return this.records.get(key);
  }

  all(): readonly T[] {
    return [...this.records.values()];
  }

  entries(): readonly (readonly [key: string, record: T])[] {
    return [...this.records];
  }

  put(key: string, record: T): Promise<void> {
    return this.write({ shelf: this.name, key, record });
  }

  remove(key: string): Promise<void> {
    return this.write({ shelf: this.name, removed: key });
  }

  /** For the books alone: an entry that was read, or is being written. */
  apply(entry: ShelfEntry): void {
    if ('removed' in entry) this.records.delete(entry.removed);
    else this.records.set(entry.key, entry.record as T);
  }

  *written(): Generator<ShelfEntry> {
    for (const [key, record] of this.records) yield { shelf: this.name, key, record };
  }
}
