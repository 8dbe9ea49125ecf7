import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { until } from './until';

const root = join(__dirname, '..', '..');

export interface ChildOptions {
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Answers 200 once the process can work. */
  readonly readyUrl: string;
  readonly onStart: (pid: number) => void;
}

/** One of our own processes, as an operating system runs it: it can be killed at any moment and started again. */
export class Child {
  private process: ChildProcess | undefined;

  constructor(private readonly options: ChildOptions) {}

  get pid(): number {
    return this.process?.pid ?? -1;
  }

  get isRunning(): boolean {
    return this.process !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  async start(): Promise<void> {
    if (this.isRunning) return;
    const log = openSync(this.options.logFile, 'a');
    this.process = spawn(process.execPath, [join(root, this.options.script)], {
      cwd: root,
      env: this.options.env,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.options.onStart(this.pid);
    await until(`${this.options.script} is ready`, () => this.isReady());
  }

  async kill9(): Promise<void> {
    if (!this.isRunning || this.process === undefined) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }

  /** The end of what it said, for a failing case. */
  lastWords(): string {
    return readFileSync(this.options.logFile, 'utf8').split('\n').slice(-25).join('\n');
  }

  private async isReady(): Promise<boolean> {
    if (!this.isRunning) throw new Error(`it ended:\n${this.lastWords()}`);
    return (await fetch(this.options.readyUrl, { signal: AbortSignal.timeout(2_000) })).ok;
  }
}

/** A port nobody listens on at the moment, for a process that is to keep it over its restarts. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
