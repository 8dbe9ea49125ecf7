import { z } from 'zod';
import type { Page, PageRequest } from '../../db/lists';

const sortableId = /^(?:[a-z]{2,4}_[0-9a-hjkmnp-tv-z]{26}|\d{1,18})$/;

/** Opaque to clients: the last key of a page. */
function decodeCursor(cursor: string): string | null {
  const key = Buffer.from(cursor, 'base64url').toString('latin1');
  return sortableId.test(key) ? key : null;
}

const cursorSchema = z
  .string()
  .max(64)
  .refine((cursor) => decodeCursor(cursor) !== null, 'not a cursor of this list');

/** Query of a list: `limit` 1..200, `cursor`, and the filters given; anything else is refused by name. */
export function listQuery<F extends z.ZodRawShape>(filters: F) {
  return z.strictObject({
    limit: z
      .string()
      .regex(/^\d{1,3}$/, 'a whole number from 1 to 200')
      .transform(Number)
      .refine((limit) => limit >= 1 && limit <= 200, 'a whole number from 1 to 200')
      .optional(),
    cursor: cursorSchema.optional(),
    ...filters,
  });
}

export function pageRequest(query: {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}): PageRequest {
  return {
    limit: query.limit ?? 50,
    after: query.cursor === undefined ? null : decodeCursor(query.cursor),
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
// eslint-disable-next-line no-control-regex -- PostgreSQL stores no NUL
export const textFilter = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\u0000]*$/, 'no NUL characters');
