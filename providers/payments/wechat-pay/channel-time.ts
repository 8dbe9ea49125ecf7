const shanghaiMs = 8 * 3_600_000;

/** Whole seconds with the channel's own offset, as it wants them: 2026-11-22T14:30:00+08:00. A part of a second is cut. */
export function toChannelTime(at: Date): string {
  return `${new Date(at.getTime() + shanghaiMs).toISOString().slice(0, 19)}+08:00`;
}

/**
 * When the channel is done with the book of a day: at ten the next morning in Shanghai. Milliseconds since 1970.
 * @param day YYYY-MM-DD
 */
export function bookIsClosedAt(day: string): number {
  return Date.parse(`${day}T10:00:00+08:00`) + 86_400_000;
}
