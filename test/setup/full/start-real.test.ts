import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findTemporalCli } from '../../../scripts/lib/temporal-cli';
import { afterwards, cleanUp, eventually, isAlive, root, Script } from '../places';
import { plainEnvironment } from '../stub-checkout';

/** The product itself, started by `npm start` in clones of its own: minutes, not seconds. */
jest.setTimeout(600_000);

const outer = mkdtempSync(path.join(tmpdir(), 'mallflow clones '));
const first = path.join(outer, 'first clone');
const second = path.join(outer, 'second clone');
const home = path.join(outer, 'home');
const npm = path.join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm');

chmodSync(outer, 0o700);
mkdirSync(home);
afterAll(async () => {
  await cleanUp();
  rmSync(outer, { recursive: true, force: true });
});

/** What git would bring to a clone, with what is being worked on. */
function clone(target: string): void {
  mkdirSync(target);
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of list.toString().split('\0')) {
    if (file !== '' && existsSync(path.join(root, file))) cpSync(path.join(root, file), path.join(target, file));
  }
}

/** Copies a tree as it is, the many files of the dependencies too. */
const copyTree = (from: string, to: string) => execFileSync('cp', ['-a', from, to]);

function npmStart(checkout: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Script {
  return new Script([path.join(npm, 'bin', 'npm-cli.js'), 'start', ...(args.length > 0 ? ['--', ...args] : [])], {
    cwd: checkout,
    env: plainEnvironment({ HOME: home, ...env }),
  });
}

/** The address it prints once everything is there. */
async function addressOf(start: Script): Promise<string> {
  await start.says(/Ctrl-C stops everything|failed\./, 400_000);
  return (await start.says(/API +(http:\S+)/, 0))[1] ?? '';
}

const signIn = (address: string) =>
  fetch(`${address}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'manager@demo', password: 'mallflow-demo' }),
  }).then(
    (answer) => answer.status,
    () => undefined,
  );

const canSignIn = (address: string) =>
  eventually(async () => ((await signIn(address)) === 201 ? true : undefined), 30_000);

const pidOf = (checkout: string, record: string) =>
  (JSON.parse(readFileSync(path.join(checkout, '.data', record), 'utf8')) as { pid: number }).pid;

const everyPid = (checkout: string) =>
  ['run/api.json', 'run/worker.json', 'run/emulator.json', 'temporal/server.json', 'postgres/server.json'].map((name) =>
    pidOf(checkout, name),
  );

let one: Script;
let addressOne: string;

it('starts in a clean clone with an empty home and empty caches', async () => {
  clone(first);
  one = npmStart(first, [], { MALLFLOW_CACHE_DIR: '', TEMPORAL_CLI: '', npm_config_cache: path.join(home, 'npm') });
  addressOne = await addressOf(one);
  expect(one.output).toMatch(/Dependencies +\d+\.\d s +installed/);
  await canSignIn(addressOne);
});

it('starts in a second checkout beside the first, on ports of its own', async () => {
  clone(second);
  copyTree(path.join(first, 'node_modules'), path.join(second, 'node_modules'));
  const two = npmStart(second);
  const addressTwo = await addressOf(two);
  expect(two.output).toMatch(/Dependencies +\d+\.\d s +as in package-lock\.json/);
  expect(addressTwo).not.toBe(addressOne);
  await Promise.all([canSignIn(addressOne), canSignIn(addressTwo)]);

  const running = everyPid(second);
  const stoppedAt = Date.now();
  process.kill(
    (JSON.parse(readFileSync(path.join(second, '.data', 'in-use.json'), 'utf8')) as { pid: number }).pid,
    'SIGINT',
  );
  await two.ended;
  expect(Date.now() - stoppedAt).toBeLessThan(10_000);
  expect(running.some(isAlive)).toBe(false);
  await canSignIn(addressOne);
});

it.each(['api', 'worker', 'emulator', 'temporal', 'postgres'])('brings %s back when it is killed', async (part) => {
  const record = part === 'temporal' || part === 'postgres' ? `${part}/server.json` : `run/${part}.json`;
  const killed = pidOf(first, record);
  process.kill(killed, 'SIGKILL');
  await eventually(
    () => (existsSync(path.join(first, '.data', record)) && pidOf(first, record) !== killed) || undefined,
  );
  await canSignIn(addressOne);
});

it('starts again after a kill -9 of npm, on the same address', async () => {
  const before = everyPid(first);
  one.child.kill('SIGKILL');
  one = npmStart(first);
  await expect(addressOf(one)).resolves.toBe(addressOne);
  await canSignIn(addressOne);
  expect(before.some(isAlive)).toBe(false);
});

it('wipes the data with --reset --yes, and starts with fresh data', async () => {
  one.child.kill('SIGTERM');
  await one.ended;
  const passwordFile = path.join(first, '.data', 'postgres', 'password');
  const before = readFileSync(passwordFile, 'utf8');
  one = npmStart(first, ['--reset', '--yes']);
  await canSignIn(await addressOf(one));
  expect(readFileSync(passwordFile, 'utf8')).not.toBe(before);
});

it('starts as an ordinary user in a closed folder of theirs', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mallflow user '));
  afterwards(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const checkout = path.join(folder, 'a clone');
  // Root tries it as somebody else; everybody else is an ordinary user already.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const tools = path.join(folder, 'tools');
  clone(checkout);
  copyTree(path.join(first, 'node_modules'), path.join(checkout, 'node_modules'));
  mkdirSync(tools);
  // Root's own programs may lie where nobody else may look.
  copyTree(process.execPath, path.join(tools, 'node'));
  copyTree(npm, path.join(tools, 'npm'));
  cpSync(await findTemporalCli(), path.join(tools, 'temporal-cli'));
  if (user.uid !== undefined) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  chmodSync(folder, 0o700);

  const env = plainEnvironment({
    HOME: path.join(folder, 'home'),
    MALLFLOW_CACHE_DIR: '',
    TEMPORAL_CLI: path.join(tools, 'temporal-cli'),
    PATH: `${tools}:/usr/local/bin:/usr/bin:/bin`,
    npm_config_cache: path.join(folder, 'npm-cache'),
    npm_config_userconfig: path.join(folder, 'npmrc'),
    npm_execpath: path.join(tools, 'npm', 'bin', 'npm-cli.js'),
  });
  const start = new Script(['scripts/start.js'], { cwd: checkout, env, node: path.join(tools, 'node'), ...user });
  await canSignIn(await addressOf(start));
  start.child.kill('SIGTERM');
  expect(await start.ended).toBe(0);
});

it('stops everything with the first checkout', async () => {
  const running = everyPid(first);
  one.child.kill('SIGTERM');
  await one.ended;
  await eventually(() => !running.some(isAlive) || undefined);
});
