import { z } from 'zod';

/** ISO 8601 in UTC, as every time in an answer. */
export const isoTime = z.iso.datetime();

export function iso(time: Date): string {
  return time.toISOString();
}

export function isoOrNull(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
