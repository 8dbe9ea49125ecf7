import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmulatorControl } from '../support/emulator-control';
import { Child, freePort } from './child';
import { TcpProxy } from './tcp-proxy';
import { until } from './until';

/** The outside world of a fault run, as a process of its own whose books survive its death, and the wire that leads there. */
export interface Outside {
  readonly emulator: Child;
  readonly control: EmulatorControl;
  readonly wire: TcpProxy;
  /** What our processes need to reach it over the wire. */
  readonly environment: Readonly<Record<string, string>>;
}

export async function startOutside(dir: string, onStart: (pid: number) => void): Promise<Outside> {
  const stateDir = join(dir, 'emulator');
  mkdirSync(stateDir);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const emulator = new Child({
    script: 'dist/emulator/main.js',
    logFile: join(dir, 'emulator.log'),
    readyUrl: `${url}/control/faults`,
    onStart,
    env: {
      PATH: process.env['PATH'],
      EMULATOR_PORT: String(port),
      EMULATOR_STATE_DIR: stateDir,
      // The first retry of a notification comes after 75 ms, the last after two minutes.
      EMULATOR_TIME_SCALE: '200',
    },
  });
  await emulator.start();
  const wire = await TcpProxy.open(port);
  const given = (await environmentIn(stateDir)).split('\n').filter(Boolean);
  const pairs = given.map((line) => {
    const [name = '', value = ''] = line.split(/=(.*)/s);
    // Every party outside is behind the one wire.
    return [name, name.endsWith('_BASE_URL') ? `http://127.0.0.1:${wire.port}` : value] as const;
  });
  const environment = Object.fromEntries(pairs);
  return { emulator, control: new EmulatorControl(url), wire, environment };
}

/** It listens a moment before it has written down, in one piece, what its clients need. */
function environmentIn(stateDir: string): Promise<string> {
  return until('the emulator tells what its clients need', () => readFileSync(join(stateDir, 'client.env'), 'utf8'));
}
