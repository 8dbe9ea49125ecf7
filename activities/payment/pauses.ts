/**
 * How long to wait before the channel is asked for the n-th time (from 0): the ladder's pause, its last one from then
 * on, a fifth more or less by chance, so that thousands that began together do not ask together.
 */
export function pauseMs(ladder: readonly number[], n: number, chance: () => number = Math.random): number {
  const pause = ladder[Math.min(n, ladder.length - 1)] ?? 600_000;
  // rule: pauses-are-spread
  return Math.round(pause * (0.8 + 0.4 * chance()));
}
