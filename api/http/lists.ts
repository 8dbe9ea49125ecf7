import { z } from 'zod';
import type { Page, PageRequest } from '../../db/lists';

/**
 * What a list is sorted by: public ids, the numbers of its rows, or a time in microseconds and then the id. A cursor of
 * the one means nothing to the other.
 */
const keyPatterns = {
  id: /^[a-z]{2,4}_[0-9a-z]{26}$/,
  number: /^\d{1,18}$/,
  time: /^\d{16}\.[a-z]{2,4}_[0-9a-z]{26}$/,
} as const;

export type SortKey = keyof typeof keyPatterns;

/** Opaque to clients: the last key of a page. */
function keyOfCursor(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString('latin1');
}

const limitBounds = 'a whole number from 1 to 200';

/** A list that can be sorted in several ways asks whether the cursor is one of the order asked for. */
export function isCursorOf(sortedBy: SortKey, cursor: string): boolean {
  return keyPatterns[sortedBy].test(keyOfCursor(cursor));
}

/** A query brings text; what the text must be is said as a number, so that the OpenAPI document says it too. */
export function numberFilter<N extends z.ZodType<number>>(number: N) {
  return z.preprocess((text) => (typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : text), number);
}

const pageLimit = numberFilter(z.int(limitBounds).min(1, limitBounds).max(200, limitBounds));

/**
 * Query of a list: `limit` 1..200, `cursor`, and the filters given; anything else is refused by name.
 *
 * @param sortedBy all it can be sorted by; public ids where nothing is said
 */
export function listQuery<F extends z.ZodRawShape>(filters: F, ...sortedBy: readonly SortKey[]) {
  const keys: readonly SortKey[] = sortedBy.length === 0 ? ['id'] : sortedBy;
  return z.strictObject({
    limit: pageLimit.optional(),
    cursor: z
      .string()
      .max(64)
      .refine((cursor) => keys.some((key) => isCursorOf(key, cursor)), {
        error: 'not a cursor of this list',
        abort: true,
      })
      .optional(),
    ...filters,
  });
}

export function pageRequest(query: {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}): PageRequest {
  return {
    limit: query.limit ?? 50,
    after: query.cursor === undefined ? null : keyOfCursor(query.cursor),
  };
}

export function listAnswer<R, T>(page: Page<R>, render: (row: R) => T): { items: T[]; nextCursor: string | null } {
  return {
    items: page.items.map(render),
    nextCursor: page.nextCursor === null ? null : Buffer.from(page.nextCursor, 'latin1').toString('base64url'),
  };
}

export function listSchema<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** `true` or `false` in a query. */
export const flagFilter = z.enum(['true', 'false']).transform((text) => text === 'true');
/** What is looked for, without blanks around it. PostgreSQL stores no NUL. */
export const textFilter = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((text) => !text.includes('\0'), 'no NUL characters');
