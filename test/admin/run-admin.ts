import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = join(__dirname, '..', '..', 'dist', 'admin', 'main.js');

/** Runs the command line as an operator would: the compiled program in a process of its own. */
export function runAdmin(
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly input?: string },
): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { env: { PATH, HOME, ...options.env }, timeout: 140_000 });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(options.input ?? '');
  });
}
