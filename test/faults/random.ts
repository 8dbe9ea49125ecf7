import { randomInt } from 'node:crypto';

/** The seed of this run; TEST_SEED plays an earlier one again. */
export const seed = Number(process.env['TEST_SEED'] ?? randomInt(1, 1_000_000));

export interface Random {
  /** A whole number from `from` up to, without, `to`. */
  between(from: number, to: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** A reproducible stream (mulberry32), one for each name so that cases do not shift one another's numbers. */
export function randomOf(name: string, base: number = seed): Random {
  let state = Buffer.from(name).reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), base) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from));
  return { between, pick: <T>(choices: readonly T[]) => choices[between(0, choices.length)] as T };
}
