import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { appRole, connect, rows, run, type Db } from '../../db/connection';
import { migrate, MigrationSource } from '../../db/migration-source';
import { testServerUrl } from '../support/database';

const directory = join(__dirname, '..', '..', 'migrations');
const files = readdirSync(directory).filter((file) => file.endsWith('.ts'));

function open(url: string): Db {
  return connect({
    url,
    role: null,
    poolMax: 4,
    applicationName: 'migrations-test',
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 10_000,
    acquireTimeoutMs: 10_000,
    answerTimeoutMs: 180_000,
  });
}

let server: Db;
let owner: Db;
const name = `test_${randomBytes(6).toString('hex')}`;
beforeAll(async () => {
  server = open(testServerUrl());
  await run(server, `create database ${name}`);
  const url = new URL(testServerUrl());
  url.pathname = `/${name}`;
  owner = open(url.href);
});
afterAll(async () => {
  await owner.destroy();
  await run(server, `drop database ${name} with (force)`);
  await server.destroy();
});

/** Everything a migration can leave: tables, columns, constraints, indexes, functions and grants. */
async function schema(): Promise<string[]> {
  const found = await rows<{ line: string }>(
    owner,
    `select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
            || coalesce(' ' || column_default, '') as line
       from information_schema.columns where table_schema = 'public' and table_name not like 'knex%'
     union all
     select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
       from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text not like 'knex%'
     union all
     select 'index ' || indexdef from pg_indexes where schemaname = 'public' and tablename not like 'knex%'
     union all
     select 'function ' || proname from pg_proc where pronamespace = 'public'::regnamespace
     union all
     select 'grant ' || table_name || ' ' || privilege_type from information_schema.role_table_grants
      where grantee = :appRole
     order by 1`,
    { appRole },
  );
  return found.map(({ line }) => line);
}

it('up, down and up again gives the same schema, and down leaves nothing', async () => {
  expect(await schema()).toEqual([]);
  const applied = await migrate(owner, directory);
  expect(applied).toEqual(files.map((file) => file.replace('.ts', '')).sort());
  const first = await schema();
  expect(first.length).toBeGreaterThan(100);
  expect(await migrate(owner, directory)).toEqual([]);
  await owner.migrate.rollback({ migrationSource: new MigrationSource(directory) }, true);
  expect(await schema()).toEqual([]);
  await migrate(owner, directory);
  expect(await schema()).toEqual(first);
});

it('every table may be read by the product’s role', async () => {
  await migrate(owner, directory);
  const unreadable = await rows(
    owner,
    `select c.relname from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'knex%'
        and not has_table_privilege(:appRole, c.oid, 'SELECT')`,
    { appRole },
  );
  expect(unreadable).toEqual([]);
});

it('names are recorded without extension, so that compiled and source migrations are the same', async () => {
  const source = new MigrationSource(directory);
  const names = await source.getMigrations();
  expect(names.every((migration) => /^\d{14}_[a-z_]+$/.test(migration))).toBe(true);
  expect(names).toHaveLength(files.length);
  const compiled = new MigrationSource(join(__dirname, '..', '..', 'dist', 'migrations'));
  expect(await compiled.getMigrations()).toEqual(names);
});
