import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Where the prebuilt bundle lies beside the compiled worker. */
export const bundlePath = join(__dirname, '..', 'workflow-bundle.js');

/** Bundles the workflows once at build time: a worker then starts in a second, and what is tested is what runs. */
async function main(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(__dirname, '..', 'workflows', 'index.js'),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error },
  });
  mkdirSync(dirname(bundlePath), { recursive: true });
  writeFileSync(`${bundlePath}.new`, code);
  renameSync(`${bundlePath}.new`, bundlePath);
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
