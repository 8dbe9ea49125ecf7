/** To the minute, as people there read a clock: `2027-03-31 18:00`. */
export function inShanghai(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}
