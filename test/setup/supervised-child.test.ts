import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { superviseChild, type SupervisedChild } from '../../scripts/lib/supervised-child';
import { afterwards, awkwardFolder, bystander, cleanUp, eventually, isAlive } from './places';

jest.setTimeout(30_000);
afterEach(cleanUp);

const lasting = 'setInterval(() => undefined, 1000)';
const failing = 'process.exit(3)';

async function supervise(script: string, deaths: string[], folder = awkwardFolder()): Promise<SupervisedChild> {
  const child = await superviseChild({
    command: process.execPath,
    args: ['-e', script],
    cwd: folder,
    env: () => Promise.resolve(process.env),
    logFile: path.join(folder, 'logs', 'child.log'),
    recordFile: path.join(folder, 'child.json'),
    stopSteps: [
      { signal: 'SIGTERM', waitMs: 1_000 },
      { signal: 'SIGKILL', waitMs: 1_000 },
    ],
    onDeath: (how, delayMs) => void deaths.push(`${how}, again in ${delayMs}`),
    pace: { firstDelayMs: 10, maxDelayMs: 40, settledMs: 60_000 },
  });
  afterwards(() => child.kill9());
  return child;
}

it('brings a killed child back', async () => {
  const deaths: string[] = [];
  const child = await supervise(lasting, deaths);
  const first = child.pid() ?? 0;
  process.kill(first, 'SIGKILL');
  const second = await eventually(() => (child.pid() === first ? undefined : child.pid()));
  expect(isAlive(second)).toBe(true);
  expect(deaths).toEqual(['signal SIGKILL, again in 10']);
});

it('never gives up on one that keeps failing, and waits longer each time up to a bound', async () => {
  const deaths: string[] = [];
  await supervise(failing, deaths);
  await eventually(() => deaths.length >= 5 || undefined);
  expect(deaths.slice(0, 5).map((death) => death.split(' in ')[1])).toEqual(['10', '20', '40', '40', '40']);
  expect(deaths[0]).toMatch(/^exit code 3/);
});

it('does not bring back what was stopped, and stops one that will not listen', async () => {
  const deaths: string[] = [];
  const child = await supervise(`process.on('SIGTERM', () => undefined); ${lasting}`, deaths);
  const pid = child.pid() ?? 0;
  await child.stop();
  expect(isAlive(pid)).toBe(false);
  expect(deaths).toEqual([]);
});

it('ends the child a killed parent left, but never a stranger that has its number now', async () => {
  const folder = awkwardFolder();
  const first = await supervise(lasting, [], folder);
  const leftover = first.pid() ?? 0;
  await supervise(lasting, [], folder);
  expect(isAlive(leftover)).toBe(false);

  const stranger = bystander();
  const other = awkwardFolder();
  mkdirSync(other, { recursive: true });
  writeFileSync(path.join(other, 'child.json'), JSON.stringify({ pid: stranger.pid, birth: 'long ago' }));
  await supervise(lasting, [], other);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});
