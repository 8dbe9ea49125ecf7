import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTemplate } from './database';
import { startServers, type Servers } from './servers';

/**
 * One Postgres and one Temporal server a run; test files get databases cloned from a template. With TEST_DATABASE_URL
 * and TEMPORAL_ADDRESS both given the run uses those servers and leaves them running: a series of runs starts them once.
 */
export default async function globalSetup(): Promise<void> {
  process.env['TEST_SEEN_CODES'] = join(mkdtempSync(join(tmpdir(), 'mallflow-codes-')), 'seen');
  const servers = givenServers() ?? (await startServers());
  (globalThis as { servers?: Servers }).servers = servers;
  process.env['TEST_DATABASE_URL'] = servers.databaseUrl;
  process.env['TEMPORAL_ADDRESS'] = servers.temporalAddress;
  // A series of runs on the same servers need not migrate the same schema again.
  if (process.env['TEST_TEMPLATE'] !== 'kept') await createTemplate(servers.databaseUrl);
}

function givenServers(): Servers | undefined {
  const databaseUrl = process.env['TEST_DATABASE_URL'];
  const temporalAddress = process.env['TEMPORAL_ADDRESS'];
  if (databaseUrl === undefined || temporalAddress === undefined) return undefined;
  return { databaseUrl, temporalAddress, stop: () => Promise.resolve() };
}
