import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EmulatorControl } from './emulator-control';

const main = join(__dirname, '..', '..', 'dist', 'emulator', 'main.js');

export interface EmulatorOptions {
  /** Divides the waits between two notifications. Default 100: the first retry comes after 150 ms. */
  readonly timeScale?: number;
  /** How long who is notified has to answer. Default a minute: a machine that stands still is told nothing twice. */
  readonly answerWithinMs?: number;
  /** Keys of its own, made by this start: a second longer. Default: those an earlier test's emulator has made. */
  readonly ownKeys?: true;
}

/** Made once for all tests of this checkout: making them takes longer than most tests. */
const madeKeys = join(__dirname, '..', '..', 'dist', '.info', 'emulator-test-keys');

/** The emulated outside world as a process of its own, with its own state under the temporary folder. */
export interface Emulator {
  readonly url: string;
  /** What a client of it needs, as in client.env: MALLFLOW_WECHAT_PAY_…, without _NOTIFY_BASE_URL. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stateDir: string;
  readonly control: EmulatorControl;
  /** The process is gone, without a chance to say goodbye. */
  kill9(): Promise<void>;
  /** Again, on the same port and with the same state. */
  start(): Promise<void>;
  /** Ends it and deletes its state. */
  stop(): Promise<void>;
}

/** Needs `npm run build`: it starts dist/emulator/main.js. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const stateDir = await mkdtemp(join(tmpdir(), 'mallflow-emulator-'));
  const pace = { timeScale: options.timeScale ?? 100, answerWithinMs: options.answerWithinMs ?? 60_000 };
  const isFirst = options.ownKeys === true || !(await copyKeys(madeKeys, join(stateDir, 'keys')));
  let running = await launch(stateDir, 0, pace);
  if (isFirst) await copyKeys(join(stateDir, 'keys'), madeKeys);
  const { url } = running;
  const environment = await clientEnvironment(stateDir);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  return {
    url,
    environment,
    stateDir,
    control: new EmulatorControl(url),
    kill9: () => end('SIGKILL'),
    start: async () => {
      running = await launch(stateDir, Number(new URL(url).port), pace);
    },
    stop: async () => {
      await end('SIGKILL');
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

async function launch(
  stateDir: string,
  port: number,
  pace: Required<Pick<EmulatorOptions, 'timeScale' | 'answerWithinMs'>>,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      EMULATOR_PORT: String(port),
      EMULATOR_STATE_DIR: stateDir,
      EMULATOR_TIME_SCALE: String(pace.timeScale),
      EMULATOR_ANSWER_WITHIN_MS: String(pace.answerWithinMs),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Whoever started it must not outlive its tests without ending it.
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const listening = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /^Emulator {2}(http:\S+)$/.exec(line) ?? [];
      if (url !== undefined) return url;
    }
    throw new Error(`the emulator ended before it listened: ${complaints}`);
  })();
  return { child, url: await listening };
}

/** Whole or not at all, and never over what is there already: two tests may do it at the same time. */
async function copyKeys(from: string, to: string): Promise<boolean> {
  const draft = `${to}.${process.pid}-${Date.now()}`;
  try {
    await cp(from, draft, { recursive: true });
    await rename(draft, to);
    return true;
  } catch {
    await rm(draft, { recursive: true, force: true });
    return false;
  }
}

async function clientEnvironment(stateDir: string): Promise<Record<string, string>> {
  const text = await readFile(join(stateDir, 'client.env'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
