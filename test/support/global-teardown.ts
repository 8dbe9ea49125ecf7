import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Servers } from './servers';

const heldAtMostMs = 30_000;

export default async function globalTeardown(): Promise<void> {
  await (globalThis as { servers?: Servers }).servers?.stop();
  const seenCodes = process.env['TEST_SEEN_CODES'];
  if (seenCodes !== undefined) rmSync(dirname(seenCodes), { recursive: true, force: true });
  endEvenIfHeld();
}

/** What a failed test left open keeps jest from ending, and whoever waits for it waits for hours: jest's verdict is out. */
function endEvenIfHeld(): void {
  setTimeout(() => {
    process.stderr.write(`The run is over, and held by ${process.getActiveResourcesInfo().join(', ')}: it is ended.\n`);
    process.exit();
  }, heldAtMostMs).unref();
}
