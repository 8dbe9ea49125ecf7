import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkNode, dependenciesAreCurrent } from '../../scripts/lib/dependencies';
import { sendSignal } from '../../scripts/lib/processes';
import { resetData } from '../../scripts/lib/reset';
import { awkwardFolder, cleanUp, eventually, isAlive, Script, takenPort } from './places';
import { plainEnvironment, stubCheckout } from './stub-checkout';

jest.setTimeout(120_000);
afterEach(cleanUp);

const start = (checkout: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
  new Script(['scripts/start.js', ...args], { cwd: checkout, env: plainEnvironment(env) });

const recordedPid = (checkout: string, name: string) =>
  (JSON.parse(readFileSync(path.join(checkout, '.data', name), 'utf8')) as { pid: number }).pid;

const administered = (checkout: string) => readFileSync(path.join(checkout, 'administered'), 'utf8');

const everyPid = (checkout: string) =>
  ['run/api.json', 'run/worker.json', 'run/emulator.json', 'temporal/server.json', 'postgres/server.json'].map((name) =>
    recordedPid(checkout, name),
  );

/** What the worker was told of some parties outside. */
const workerTold = (checkout: string) => {
  const file = path.join(checkout, 'worker-told');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : undefined;
};

const status = (url: string) =>
  fetch(url).then(
    (answer) => answer.status === 200 || undefined,
    () => undefined,
  );

it('starts, brings back what is killed, takes over after a kill -9, and stops in order', async () => {
  const checkout = stubCheckout(awkwardFolder());
  // One party is the user's own: nothing of the emulator's is told of that one.
  const own = { MALLFLOW_MESSAGES_BASE_URL: 'https://messages.example' };
  const first = start(checkout, [], own);
  const address = (await first.says(/API +(http:\S+)/))[1] ?? '';
  await first.says(/manager@demo[^]*curl -sS \S+\/v1\/sessions/);
  const emulator = (await first.says(/^ *Emulator {2}(http:\S+)\n +No real credentials are configured/m))[1] ?? '';
  expect(workerTold(checkout)).toEqual({
    MALLFLOW_WECHAT_PAY_KEY: 'a=b',
    MALLFLOW_WECHAT_PAY_BASE_URL: emulator,
    MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: address,
    MALLFLOW_IDENTITY_BASE_URL: emulator,
    MALLFLOW_IDENTITY_NOTIFY_BASE_URL: address,
    ...own,
  });
  // What operators look at is there without being asked for.
  const ui = (await first.says(/Temporal UI +(http:\S+)/))[1] ?? '';
  expect(readFileSync(path.join(checkout, 'api-told'), 'utf8')).toBe(ui);
  const metrics = (await first.says(/of the worker (http:\S+)\/metrics/))[1] ?? '';
  await eventually(() => status(metrics));
  for (const stage of ['Postgres', 'Temporal', 'Migrations', 'Emulator', 'Demo data']) {
    expect(first.output).toMatch(new RegExp(`ok +${stage} +\\d+\\.\\d s`));
  }
  expect(administered(checkout)).toBe('migrate seed-demo ');

  for (const pid of everyPid(checkout)) process.kill(pid, 'SIGKILL');
  await first.says(/The api ended \(signal SIGKILL\); starting it again/);
  await first.says(/The emulator ended \(signal SIGKILL\); starting it again/);
  await first.says(/Postgres is back/);
  await first.says(/Temporal is back/);
  await eventually(() => status(`${address}/readyz`));
  await eventually(() => status(emulator));

  const leftovers = await eventually(() => (everyPid(checkout).every(isAlive) ? everyPid(checkout) : undefined));
  first.child.kill('SIGKILL');
  await first.ended;
  expect(leftovers.every(isAlive)).toBe(true);

  const second = start(checkout);
  await second.says(/Ctrl-C stops everything/);
  expect(leftovers.some(isAlive)).toBe(false);
  expect(second.output).toContain(address);
  expect(second.output).toContain(emulator);
  const running = everyPid(checkout);
  writeFileSync(path.join(checkout, 'ended'), '');
  second.child.kill('SIGINT');
  expect(await second.ended).toBe(0);
  expect(readFileSync(path.join(checkout, 'ended'), 'utf8')).toBe('api worker emulator ');
  expect(running.some(isAlive)).toBe(false);
});

it('emulates nothing beside a channel it is given', async () => {
  const checkout = stubCheckout(awkwardFolder());
  const { TEST_DATABASE_URL: DATABASE_URL, TEMPORAL_ADDRESS } = process.env;
  const given = start(checkout, [], { DATABASE_URL, TEMPORAL_ADDRESS, MALLFLOW_WECHAT_PAY_MCHID: '1900000001' });
  await given.says(/Ctrl-C stops everything/);
  expect(given.output).not.toContain('Emulator');
  expect(workerTold(checkout)).toEqual({ MALLFLOW_WECHAT_PAY_MCHID: '1900000001' });
  given.child.kill('SIGINT');
  expect(await given.ended).toBe(0);
});

it('tells the worker where notifications go when the API has to move', async () => {
  const checkout = stubCheckout(awkwardFolder());
  const { TEST_DATABASE_URL: DATABASE_URL, TEMPORAL_ADDRESS } = process.env;
  const started = start(checkout, [], { DATABASE_URL, TEMPORAL_ADDRESS });
  const address = (await started.says(/API +(http:\S+)[^]*Ctrl-C stops everything/))[1] ?? '';
  const told = () => workerTold(checkout)?.['MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL'];
  expect(told()).toBe(address);
  // Somebody else is faster than the API that comes back.
  await eventually(() => {
    sendSignal(recordedPid(checkout, 'run/api.json'), 'SIGKILL');
    return takenPort(Number(new URL(address).port)).then(
      () => true,
      () => undefined,
    );
  });
  const moved = (await started.says(/was taken meanwhile: the API is now at (http:\S+)/))[1];
  expect(moved).not.toBe(address);
  await eventually(() => told() === moved || undefined);
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
});

it('uses the servers it is given, and tells a given Temporal of our search attributes', async () => {
  const checkout = stubCheckout(awkwardFolder());
  const { TEST_DATABASE_URL: DATABASE_URL, TEMPORAL_ADDRESS } = process.env;
  const given = start(checkout, [], { DATABASE_URL, TEMPORAL_ADDRESS });
  await given.says(/ok +Search attributes[^]*Ctrl-C stops everything/);
  expect(administered(checkout)).toBe('migrate setup-temporal seed-demo ');
  expect(readdirSync(path.join(checkout, '.data'))).not.toContain('temporal');
  given.child.kill('SIGINT');
  expect(await given.ended).toBe(0);
});

it('refuses a PORT that is taken, and one that is none', async () => {
  const checkout = stubCheckout(awkwardFolder());
  const port = await takenPort();
  const taken = start(checkout, [], { PORT: String(port) });
  expect(await taken.ended).toBe(1);
  expect(taken.output).toMatch(new RegExp(`Port ${port}, given by PORT, is taken by another program`));
  const wrong = start(checkout, [], { PORT: 'http' });
  expect(await wrong.ended).toBe(1);
  expect(wrong.output).toMatch(/PORT is "http", which is not a port number/);
});

it('does not bring development servers to a production installation', async () => {
  const refused = start(stubCheckout(awkwardFolder()), [], { NODE_ENV: 'production', DATABASE_URL: 'postgres://x/y' });
  expect(await refused.ended).toBe(1);
  expect(refused.output).toMatch(/for development only[^]*Give DATABASE_URL and TEMPORAL_ADDRESS/);
});

it('starts no emulator in production, and says that nobody can pay', async () => {
  const checkout = stubCheckout(awkwardFolder());
  const { TEST_DATABASE_URL: DATABASE_URL, TEMPORAL_ADDRESS } = process.env;
  const started = start(checkout, [], { NODE_ENV: 'production', DATABASE_URL, TEMPORAL_ADDRESS });
  await started.says(/WeChat Pay +not configured, and its emulator is not for production[^]*Ctrl-C stops everything/);
  expect(existsSync(path.join(checkout, '.data', 'emulator'))).toBe(false);
  expect(workerTold(checkout)).toEqual({});
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
});

describe('--reset', () => {
  const dataFolder = () => {
    const dataDir = path.join(awkwardFolder(), '.data');
    mkdirSync(path.join(dataDir, 'postgres', 'data'), { recursive: true });
    writeFileSync(path.join(dataDir, 'postgres', 'data', 'PG_VERSION'), '18');
    writeFileSync(path.join(dataDir, 'in-use.json'), '{}');
    return dataDir;
  };

  it.each([
    ['yes', true],
    [' YES ', true],
    ['y', false],
    ['', false],
  ])('asked, and answered "%s": wipes %s', async (answer, wipes) => {
    const dataDir = dataFolder();
    const asked: string[] = [];
    const ask = (question: string) => Promise.resolve(answer).finally(() => asked.push(question));
    const outcome = resetData({ dataDir, yes: false, ask });
    await (wipes ? expect(outcome).resolves.toBeUndefined() : expect(outcome).rejects.toThrow('Nothing was deleted.'));
    expect(readdirSync(dataDir)).toEqual(wipes ? ['in-use.json'] : ['in-use.json', 'postgres']);
    expect(asked[0]).toContain(`deletes all data in ${dataDir}`);
  });

  it('refuses where there is nobody to ask, as a whole command too', async () => {
    const dataDir = dataFolder();
    await expect(resetData({ dataDir, yes: false, ask: undefined })).rejects.toThrow(/--reset --yes/);
    expect(existsSync(path.join(dataDir, 'postgres'))).toBe(true);

    const checkout = stubCheckout(awkwardFolder());
    mkdirSync(path.join(checkout, '.data', 'postgres'), { recursive: true });
    const command = start(checkout, ['--reset']);
    expect(await command.ended).toBe(1);
    expect(command.output).toMatch(/there is no terminal to ask on/);
    expect(existsSync(path.join(checkout, '.data', 'postgres'))).toBe(true);
  });

  it('with --yes asks nobody', async () => {
    const dataDir = dataFolder();
    await resetData({ dataDir, yes: true, ask: undefined });
    expect(readdirSync(dataDir)).toEqual(['in-use.json']);
  });
});

describe('what must be there first', () => {
  it.each(['20.18.9', '18.20.0', '20.9.0'])('Node %s is refused', (version) => {
    expect(() => checkNode(version)).toThrow(/needs 20\.19 or newer/);
  });

  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('Node %s will do', (version) => {
    expect(checkNode(version)).toBe(version);
  });

  const lock = (version: string) => JSON.stringify({ packages: { '': {}, 'node_modules/one': { version } } });

  it.each([
    ['nothing is installed', undefined, undefined, false],
    ['npm installed what the lock file asks for', lock('1.0.0'), undefined, true],
    ['npm installed another version', lock('0.9.0'), undefined, false],
    ['our mark is of another lock file', undefined, 'another', false],
  ])('dependencies: %s', (_, installed, mark, current) => {
    const checkout = awkwardFolder();
    const modules = path.join(checkout, 'node_modules');
    mkdirSync(modules);
    writeFileSync(path.join(checkout, 'package-lock.json'), lock('1.0.0'));
    if (installed !== undefined) writeFileSync(path.join(modules, '.package-lock.json'), installed);
    if (mark !== undefined) writeFileSync(path.join(modules, '.mallflow-lock'), mark);
    expect(dependenciesAreCurrent(checkout)).toBe(current);
  });
});
