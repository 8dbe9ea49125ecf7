import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identify } from '../../scripts/lib/processes';

export const root = path.resolve(__dirname, '..', '..');

const cleanups: (() => unknown)[] = [];

/** Registers what must go after the test, last registered first. */
export function afterwards(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** Call in `afterEach` of each file that uses this one. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** A fresh folder below one that nobody else may enter, with spaces in its path: where checkouts really lie. */
export function awkwardFolder(): string {
  const outer = mkdtempSync(path.join(tmpdir(), 'mallflow setup '));
  chmodSync(outer, 0o700);
  afterwards(() => {
    rmSync(outer, { recursive: true, force: true });
  });
  const inner = path.join(outer, 'a folder');
  mkdirSync(inner);
  return inner;
}

/** A program that can be found on PATH. */
export function shim(folder: string, name: string, script: string): string {
  const file = path.join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A port on which somebody already listens. */
export function takenPort(port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server: Server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      afterwards(() => new Promise((closed) => server.close(closed)));
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

/** Another program that lives until the test ends. */
export function bystander(): ChildProcess & { readonly pid: number } {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  afterwards(() => child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('sleep did not start');
  return child as ChildProcess & { readonly pid: number };
}

/** A script of its own, killed at the end at the latest. Resolves with each line it prints. */
export class Script {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = '';

  constructor(
    args: readonly string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv; node?: string; uid?: number; gid?: number } = {},
  ) {
    const { node = process.execPath, ...place } = options;
    this.child = spawn(node, args, {
      cwd: root,
      env: process.env,
      ...place,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
    afterwards(() => this.child.kill('SIGKILL'));
  }

  /** Waits for a piece of output; fails with all of it when it does not come. */
  async says(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
    const found = await eventually(() => pattern.exec(this.output) ?? undefined, timeoutMs).catch(() => undefined);
    if (!found) throw new Error(`Not said: ${String(pattern)}\n${this.output}`);
    return found;
  }
}

/** Polls until there is a value. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`nothing within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Dead but not yet collected by its parent counts as dead. */
export function isAlive(pid: number): boolean {
  return identify(pid) !== undefined;
}
