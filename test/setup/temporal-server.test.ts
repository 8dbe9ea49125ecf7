import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { findTemporalCli } from '../../scripts/lib/temporal-cli';
import { startTemporal, type TemporalOptions, type TemporalServer } from '../../scripts/lib/temporal-server';
import { afterwards, awkwardFolder, cleanUp, eventually, takenPort } from './places';

jest.setTimeout(120_000);

let cli: string;
beforeAll(async () => {
  cli = await findTemporalCli();
});
afterEach(cleanUp);

async function start(dir: string, options: Partial<TemporalOptions> = {}): Promise<TemporalServer> {
  const server = await startTemporal({ dir, cli, ...options });
  // Stopping in order takes a second and nothing is kept.
  afterwards(() => server.kill9());
  return server;
}

async function client(server: TemporalServer): Promise<Client> {
  const connection = await Connection.connect({ address: server.address });
  afterwards(() => connection.close());
  return new Client({ connection });
}

const stateFolder = () => path.join(awkwardFolder(), 'temporal');

it('keeps workflows, search attributes and port over a kill -9', async () => {
  const dir = stateFolder();
  const first = await start(dir);
  await (await client(first)).workflow.start('anything', { taskQueue: 'nobody', workflowId: 'kept' });
  await first.kill9();
  const second = await start(dir);
  expect(second.address).toBe(first.address);

  const after = await client(second);
  expect((await after.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
  const { customAttributes } = await after.connection.operatorService.listSearchAttributes({ namespace: 'default' });
  expect(Object.keys(customAttributes)).toEqual(
    expect.arrayContaining(['MallflowKind', 'MallflowSubject', 'MallflowEnterprise']),
  );
});

it('goes to the next free ports when those wished for are taken, and shows its pages', async () => {
  const [port, uiPort] = [await takenPort(), await takenPort()];
  const server = await start(stateFolder(), { port, uiPort, ephemeral: true });
  expect(server.port).toBeGreaterThan(port);
  expect(server.uiPort).toBeGreaterThan(uiPort);
  const status = await eventually(() =>
    fetch(`http://127.0.0.1:${String(server.uiPort)}/`).then(
      (answer) => answer.status,
      () => undefined,
    ),
  );
  expect(status).toBe(200);
});

it('refuses the state of another server version and says what helps', async () => {
  const dir = stateFolder();
  mkdirSync(dir);
  writeFileSync(path.join(dir, 'temporal.db'), '');
  writeFileSync(
    path.join(dir, 'made-by.json'),
    JSON.stringify({ text: 'temporal 0.1', cli: '0.1.0', server: '0.2.0' }),
  );
  const failure = startTemporal({ dir, cli });
  await expect(failure).rejects.toThrow(/was made by "temporal 0\.1", but the CLI at .* is "temporal version/);
  await expect(failure).rejects.toThrow(/TEMPORAL_CLI=<path>.*npm start -- --reset/);
});
