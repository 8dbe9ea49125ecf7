import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { isoTime } from './times';

/** A body that is not JSON: the documentation page, metrics, a file. */
export interface RawAnswer {
  readonly contentType: string;
  readonly content: string | Buffer | Readable;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly raw?: RawAnswer;
  /** Takes the answer over once its head is sent; the request counts as answered then. */
  readonly stream?: (response: ServerResponse) => void;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What every resource carries (api.md §1). */
export const resourceShape = {
  id: z.string(),
  state: z.string(),
  createdAt: isoTime,
  updatedAt: isoTime,
  actions: z.array(z.string()),
} as const;

export const historySchema = z.array(
  z.strictObject({
    at: isoTime,
    actor: z.string(),
    text: z.string(),
    from: z.string().nullable(),
    to: z.string(),
  }),
);

export const acceptedSchema = z.strictObject({ operationId: z.string() });
