import { z } from 'zod';

const whole = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `a whole number from ${from} to ${to}`);

const variables = z.object({
  NODE_ENV: z
    .string()
    .optional()
    .refine((name) => name !== 'production', 'the emulator moves no money and is refused in production'),
  /** 0 takes any free port. */
  EMULATOR_PORT: whole(0, 65_535).default(3900),
  EMULATOR_HOST: z.string().min(1).default('127.0.0.1'),
  /** Keys, books and client.env lie here; made when absent. */
  EMULATOR_STATE_DIR: z.string().min(1).default('.data/emulator'),
  /** Divides the waits between two notifications of one event; 1 is the channel's own pace. */
  EMULATOR_TIME_SCALE: whole(1, 1_000_000).default(1),
  /** Who is notified has this long to answer; what comes later counts as not received. Not scaled: its clock is real. */
  EMULATOR_ANSWER_WITHIN_MS: whole(1, 600_000).default(5_000),
});

export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly stateDir: string;
  readonly timeScale: number;
  readonly answerWithinMs: number;
}

/** How notifications are told. */
export type Pace = Pick<Settings, 'timeScale' | 'answerWithinMs'>;

/** @throws Error that names every variable at fault */
export function settingsFrom(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = variables.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  - ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The emulator cannot start:\n${faults.join('\n')}`);
  }
  return {
    port: parsed.data.EMULATOR_PORT,
    host: parsed.data.EMULATOR_HOST,
    stateDir: parsed.data.EMULATOR_STATE_DIR,
    timeScale: parsed.data.EMULATOR_TIME_SCALE,
    answerWithinMs: parsed.data.EMULATOR_ANSWER_WITHIN_MS,
  };
}
