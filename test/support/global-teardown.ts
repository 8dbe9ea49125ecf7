import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Servers } from './servers';

export default async function globalTeardown(): Promise<void> {
  await (globalThis as { servers?: Servers }).servers?.stop();
  const seenCodes = process.env['TEST_SEEN_CODES'];
  if (seenCodes !== undefined) rmSync(dirname(seenCodes), { recursive: true, force: true });
}
