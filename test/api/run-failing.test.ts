import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { markStuck, runMissing } from '../../db/case/repository';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import { openDatabase, workerOptions } from '../../worker/compose';
import { sweepRuns } from '../../worker/loops/sweep-runs';
import { watchCases, type WatchdogParts } from '../../worker/loops/watchdog';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { finished, pay, place, purchaseRows } from '../support/purchases';

describe('a run that its worker cannot go on with', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let operator: HttpClient;
  let folder: string;

  beforeAll(async () => {
    // The failures are what this is about; nobody need read of them.
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
    folder = mkdtempSync(join(tmpdir(), 'mallflow-bundle-'));
    const workflowsPath = require.resolve('../replay/incompatible-workflows');
    const [{ code }, installation] = await Promise.all([
      bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') }),
      startInstallation({ environment: { MALLFLOW_ACCEPT_MS: '1000' } }),
    ]);
    writeFileSync(incompatibleBundle(), code);
    mallflow = installation;
    manager = await mallflow.as('manager@demo');
    operator = await mallflow.as('operator@demo');
  });
  afterAll(async () => {
    await mallflow.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const incompatibleBundle = () => join(folder, 'bundle.js');

  const watchdog = (log = pino({ level: 'silent' })): WatchdogParts => {
    const { services, database, config } = mallflow;
    return {
      db: database.db,
      gateway: services.gateway,
      temporal: services.temporal,
      log,
      settings: services.settings,
      overdueByMs: config.MALLFLOW_WATCHDOG_SECONDS,
      graceMs: config.MALLFLOW_LOST_GRACE_SECONDS,
    };
  };

  /** A worker with workflows that nobody may deploy, until it is told to go. */
  async function startIncompatibleWorker(): Promise<() => Promise<void>> {
    const db = openDatabase(mallflow.config);
    const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
    const options = workerOptions(mallflow.config, {
      connection,
      namespace: 'default',
      db,
      codePath: incompatibleBundle(),
    });
    const worker = await Worker.create({ ...options, shutdownGraceTime: 0, shutdownForceTime: '1s' });
    const ended = worker.run();
    return async () => {
      worker.shutdown();
      await ended;
      await connection.close();
      await db.destroy();
    };
  }

  const stuckCases = async () => (await operator.get('/v1/processes?stuck=true')).body.items as Body[];
  const detailOf = async (processId: string) => (await operator.get(`/v1/processes/${processId}`)).body;

  it('is told as CASE_STUCK and shown to operators; with a good worker back it heals and takes the same command', async () => {
    const { id, processId } = (await place(manager)) as { id: string; processId: string };
    const key = randomUUID();
    await mallflow.stopWorker();
    const stopIncompatible = await startIncompatibleWorker();
    try {
      // The first tries may outlast the deadline: the same key looks again.
      const refused = await eventually(
        () => pay(manager, id, key),
        ({ body }) => body.code !== 'TRY_AGAIN',
      );
      expect([refused.status, refused.body.code]).toEqual([503, 'CASE_STUCK']);
      expect(refused.headers.get('retry-after')).not.toBeNull();
      // A look at it does not take a failing run for one that recovered.
      await watchCases(watchdog());
      const stuck = { code: 'RUN_FAILING', since: expect.any(String) };
      expect(await stuckCases()).toMatchObject([{ id: processId, subjectId: id, stuck }]);
      expect(await detailOf(processId)).toMatchObject({ id: processId, stage: 'awaiting_payment', stuck });
      expect((await manager.get(`/v1/purchases/${id}`)).body.state).toBe('awaiting_payment');
    } finally {
      await stopIncompatible();
    }

    await mallflow.startWorker();
    await eventually(
      async () => {
        await watchCases(watchdog());
        return (await detailOf(processId)).stuck;
      },
      (stuck) => stuck === null,
    );
    const paid = await eventually(
      () => pay(manager, id, key),
      ({ status }) => status === 200,
    );
    expect(paid.body).toMatchObject({ id, state: 'stocked' });
    expect(await stuckCases()).toEqual([]);
  });

  describe('beside a case that nobody can help', () => {
    let hopeless: string;

    beforeAll(async () => {
      const { id } = await purchaseRows(mallflow);
      // There is nothing left to start it again from.
      await mallflow.database.owner.raw('delete from purchases where id = ?', [id]);
      hopeless = purchaseWorkflowId(id);
    });

    /** The rounds of the worker that look for lost runs. */
    const rounds: Record<string, (parts: WatchdogParts) => Promise<void>> = {
      'the watchdog': watchCases,
      'the sweep': (parts) => sweepRuns(parts)(),
    };

    it.each(Object.entries(rounds))('%s helps the others, and says which one it could not help', async (_, round) => {
      const { id } = await purchaseRows(mallflow);
      const { db } = mallflow.database;
      for (const workflowId of [hopeless, purchaseWorkflowId(id)]) await markStuck(db, workflowId, runMissing);
      const said: string[] = [];
      await round(watchdog(pino({ level: 'warn' }, { write: (line) => said.push(line) })));
      const warned = said.map((line) => JSON.parse(line) as { workflowId: string; msg: string });
      expect(warned).toContainEqual(
        expect.objectContaining({ workflowId: hopeless, msg: expect.stringMatching(/could not/) }),
      );
      expect((await finished(() => pay(manager, id, id))).state).toBe('stocked');
    });
  });
});
