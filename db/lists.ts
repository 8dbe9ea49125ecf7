/** Keyset pages: newest first by an id that sorts by age, so a page stays the same while rows are added. */
export interface PageRequest {
  readonly limit: number;
  /** The last key of the page before, null for the first page. */
  readonly after: string | null;
}

export interface Page<R> {
  readonly items: R[];
  readonly nextCursor: string | null;
}

/** Cuts a page from rows that were asked for with `limit + 1`. */
export function pageOf<R>(found: R[], request: PageRequest, keyOf: (row: R) => string): Page<R> {
  const items = found.slice(0, request.limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > request.limit && last !== undefined ? keyOf(last) : null };
}
