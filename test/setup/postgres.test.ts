import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { startPostgres, type PostgresServer } from '../../scripts/lib/postgres';
import { postgresBinaries, postgresRunner } from '../../scripts/lib/postgres-binaries';
import { afterwards, awkwardFolder, bystander, cleanUp, eventually, isAlive, Script, takenPort } from './places';

jest.setTimeout(60_000);
afterEach(cleanUp);

/** Making a cluster takes over a second: the cases that only start and stop one share it. */
const shared = mkdtempSync(path.join(tmpdir(), 'mallflow shared '));
afterAll(() => {
  rmSync(shared, { recursive: true, force: true });
});

async function start(
  dir: string,
  options: { port?: number; ways?: ('namespace' | 'capability')[] } = {},
): Promise<PostgresServer> {
  const server = await startPostgres({ dir, ...options });
  afterwards(() => server.stop());
  return server;
}

async function ask(server: PostgresServer, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.flatMap((row) => Object.values(row));
  } finally {
    await client.end();
  }
}

const stateFolder = () => path.join(awkwardFolder(), 'postgres');
const pidFile = (dir: string) => path.join(dir, 'data', 'postmaster.pid');

/** As root there are two ways of not being root; an ordinary user needs none. */
async function waysThatWorkHere(): Promise<('namespace' | 'capability')[][]> {
  if (process.getuid?.() !== 0) return [[]];
  const ways = ['namespace', 'capability'] as const;
  const tried = ways.map((way) =>
    postgresRunner(postgresBinaries(), { ways: [way] }).then(
      () => [way],
      () => undefined,
    ),
  );
  return (await Promise.all(tried)).filter((way) => way !== undefined);
}

it('makes a database that syncs, listens on the loopback only and asks for a password, in each way that works here', async () => {
  const all = await waysThatWorkHere();
  expect(all.length).toBeGreaterThan(0);
  for (const ways of all) {
    const dir = stateFolder();
    const server = await start(dir, ways.length > 0 ? { ways } : {});
    await expect(ask(server, 'select current_database(), current_setting($$server_encoding$$)')).resolves.toEqual([
      'mallflow',
      'UTF8',
    ]);
    const settings = ['fsync', 'listen_addresses', 'unix_socket_directories', 'TimeZone'];
    const shown = settings.map((name) => `current_setting('${name}') as "${name}"`).join(', ');
    await expect(ask(server, `select ${shown}`)).resolves.toEqual(['on', '127.0.0.1', '', 'UTC']);
    expect(statSync(path.join(dir, 'password')).mode & 0o777).toBe(0o600);
    const guessed = new Client({ connectionString: server.url.replace(/:[^:@]+@/, ':guess@') });
    await expect(guessed.connect()).rejects.toThrow(/password authentication failed/);
  }
});

it('keeps data and port over a kill -9, and making the database again does no harm', async () => {
  const dir = shared;
  const first = await start(dir);
  await ask(first, 'create table kept as select 42 as answer');
  await first.kill9();
  expect(first.isRunning()).toBe(false);
  const second = await start(dir);
  expect(second.url).toBe(first.url);
  await expect(ask(second, 'select answer from kept')).resolves.toEqual([42]);
});

it('runs two at once, and stopping one leaves the other', async () => {
  const [one, other] = await Promise.all([start(stateFolder()), start(stateFolder())]);
  expect(one.port).not.toBe(other.port);
  await one.stop();
  expect(one.isRunning()).toBe(false);
  await expect(ask(other, 'select 1')).resolves.toEqual([1]);
});

it('goes to the next free port when the one wished for is taken', async () => {
  const taken = await takenPort();
  rmSync(path.join(shared, 'port.json'), { force: true });
  const server = await start(shared, { port: taken });
  expect(server.port).toBeGreaterThan(taken);
  expect(server.port).toBeLessThan(taken + 50);
});

it('refuses a folder in use by a living process, and takes it over with its server when that was killed', async () => {
  const dir = shared;
  const holder = new Script([path.join(__dirname, 'hold-postgres.js'), dir]);
  const leftover = Number((await holder.says(/ready (\d+)/))[1]);
  await expect(startPostgres({ dir })).rejects.toThrow(/is in use by process \d+\. Stop that one first/);

  holder.child.kill('SIGKILL');
  await holder.ended;
  expect(isAlive(leftover)).toBe(true);
  const server = await start(dir);
  expect(server.pid).not.toBe(leftover);
  await eventually(() => Number(readFileSync(pidFile(dir), 'utf8').split('\n')[0]) === server.pid || undefined);
  await expect(ask(server, 'select 1')).resolves.toEqual([1]);
});

it('starts beside a stale pid file whose number belongs to a stranger now, and leaves the stranger alone', async () => {
  const dir = shared;
  const first = await start(dir);
  await first.kill9();
  const stranger = bystander();
  const [, ...rest] = readFileSync(pidFile(dir), 'utf8').split('\n');
  writeFileSync(pidFile(dir), [String(stranger.pid), ...rest].join('\n'));
  writeFileSync(path.join(dir, 'server.json'), JSON.stringify({ pid: stranger.pid, birth: 'long ago' }));

  const second = await start(dir);
  await expect(ask(second, 'select 1')).resolves.toEqual([1]);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

it('says where its log lies when it cannot start', async () => {
  const dir = shared;
  const first = await start(dir);
  await first.stop();
  writeFileSync(path.join(dir, 'data', 'postgresql.conf'), 'max_connections = many\n');
  await expect(startPostgres({ dir })).rejects.toThrow(/Its log, .*postgres\.log, ends with:[^]*max_connections/);
});
