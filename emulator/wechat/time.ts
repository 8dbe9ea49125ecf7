const shanghaiMs = 8 * 3_600_000;

/** RFC 3339 in the channel's zone, which knows no summer time: `2026-11-22T10:34:56+08:00`. */
export const shanghaiTime = (ms: number): string => `${new Date(ms + shanghaiMs).toISOString().slice(0, 19)}+08:00`;

/** `YYYY-MM-DD` in the channel's zone. */
export const shanghaiDay = (ms: number): string => new Date(ms + shanghaiMs).toISOString().slice(0, 10);

/** When a day of the channel's calendar begins, in milliseconds. NaN when it is none. */
export const beginOfDay = (day: string): number => {
  const ms = Date.parse(`${day}T00:00:00+08:00`);
  return shanghaiDay(ms || 0) === day ? ms : Number.NaN;
};
