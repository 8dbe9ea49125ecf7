import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const root = join(__dirname, '..', '..');

/** The commit whose workflows run in an installation before today's are deployed. */
export const previous = JSON.parse(readFileSync(join(__dirname, 'previous.json'), 'utf8')) as {
  readonly commit: string;
  readonly issue: number;
};

/** Bundles the workflows as they were at that commit; gives the file. Below the checkout, where the SDK is found. */
export async function previousBundle(): Promise<string> {
  const folder = join(root, 'dist', 'previous');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = execFileSync('git', ['archive', '--format=tar', previous.commit, 'workflows', 'domain'], {
    cwd: root,
    maxBuffer: 100_000_000,
  });
  execFileSync('tar', ['-xf', '-', '-C', folder], { input: archive });
  const silent = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(folder, 'workflows', 'index.ts'),
    logger: silent,
  });
  const file = join(folder, 'workflow-bundle.js');
  writeFileSync(file, code);
  return file;
}
