import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Servers {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  stop(): Promise<void>;
}

/** A Postgres and a Temporal server of a test run's own, in a folder that goes with them. */
export async function startServers(): Promise<Servers> {
  const dir = mkdtempSync(join(tmpdir(), 'mallflow-test-'));
  const script = join(__dirname, '..', '..', 'scripts', 'servers.js');
  // Its standard input is held open: when this process dies, however it dies, the servers stop.
  const child = spawn(process.execPath, [script, '--dir', dir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { databaseUrl, temporalAddress } = await readyLine(child);
  let stopping = false;
  child.once('exit', (code) => {
    if (stopping) return;
    // Every test to come would wait for its time-out: hours, in which nothing can pass.
    process.stderr.write(`The servers of this test run ended (${code}): nothing can pass any more.\n`);
    process.exit(1);
  });
  return {
    databaseUrl,
    temporalAddress,
    stop: async () => {
      stopping = true;
      const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function readyLine(child: ChildProcess): Promise<{ databaseUrl: string; temporalAddress: string }> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the servers ended (${code}) before they were ready`)));
    if (child.stdout === null) {
      reject(new Error('the servers have no output'));
      return;
    }
    createInterface({ input: child.stdout }).once('line', (line) => {
      resolve(JSON.parse(line) as { databaseUrl: string; temporalAddress: string });
    });
  });
}
