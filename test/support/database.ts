import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { appRole, connect, run, type Db } from '../../db/connection';
import { migrate } from '../../db/migration-source';

const template = 'mallflow_template';

function open(url: string, role: typeof appRole | null): Db {
  return connect({
    url,
    role,
    poolMax: 8,
    applicationName: 'mallflow-test',
    statementTimeoutMs: 120_000,
    lockTimeoutMs: 60_000,
    acquireTimeoutMs: 60_000,
    answerTimeoutMs: 180_000,
  });
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

export function testServerUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('global set-up did not run');
  return url;
}

/** Migrates once; every test database is a copy of this one (about 0.1 s instead of 1 s). */
export async function createTemplate(serverUrl: string): Promise<void> {
  const server = open(serverUrl, null);
  await run(server, `drop database if exists ${template} with (force)`);
  await run(server, `create database ${template}`);
  await server.destroy();
  const owner = open(urlOf(serverUrl, template), null);
  await migrate(owner, join(__dirname, '..', '..', 'migrations'));
  await owner.destroy();
}

export interface TestDatabase {
  /** The owner's URL of this database. */
  readonly url: string;
  /** A pool in the product's restricted role. */
  readonly db: Db;
  /** A pool of the owner, for what the product may not do. */
  readonly owner: Db;
  drop(): Promise<void>;
}

export async function cloneDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const server = open(testServerUrl(), null);
  await run(server, `create database ${name} template ${template}`);
  await server.destroy();
  const url = urlOf(testServerUrl(), name);
  const db = open(url, appRole);
  const owner = open(url, null);
  return {
    url,
    db,
    owner,
    drop: async () => {
      await db.destroy();
      await owner.destroy();
      const again = open(testServerUrl(), null);
      await run(again, `drop database ${name} with (force)`);
      await again.destroy();
    },
  };
}
