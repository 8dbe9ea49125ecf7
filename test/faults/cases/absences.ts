import { randomUUID } from 'node:crypto';
import { payFromBalance } from '../../../db/purchase/repository';
import { systemActor } from '../../../domain/case/states';
import type { Reply } from '../../support/http-client';
import { claimOf } from '../action';
import { prepare, verifyOnce } from '../actions';
import { payCall, placeOrder, stateOf } from '../steps/purchase';
import { eventsOfRun, taskTimedOut } from '../history';
import { insist, isPassing, nameOf } from '../insist';
import { kill, type Victim } from '../rounds';
import { RowLock } from '../row-lock';
import type { Strikes } from '../strikes';
import { until } from '../until';
import type { World } from '../world';

/** Whoever is away, reads that need only Postgres go on, and nobody is left without an answer. */
async function readWhileAway(world: World, away: Victim, purchaseId: string): Promise<void> {
  const reply = await world.manager.get(`/v1/purchases/${purchaseId}`);
  if (away === 'postgres') expect(nameOf(reply)).toBe('503 TRY_AGAIN');
  else expect(reply.status).toBe(200);
  const ready = await world.manager.get('/readyz');
  expect(ready.status).toBe(away === 'postgres' ? 503 : 200);
  if (away === 'temporal') expect(ready.body).toMatchObject({ temporal: 'down' });
}

export function absenceCases(here: () => World, strikes: Strikes): void {
  for (const away of ['postgres', 'temporal', 'worker'] as const)
    it(
      `${away} away for longer than a command waits: 503, and the same keys tell once it is back`,
      strikes.case(async (struck) => {
        const world = here();
        const [pay, create] = [await prepare(world, 'pay'), await prepare(world, 'create')];
        const pids = { api: world.api.pid, worker: world.worker.pid };
        // One command is under way when it goes, the other comes while it is away.
        const lock = await pay.lock();
        const underWay = (pay.call as () => Promise<Reply>)();
        await until('pay waits for its row', () => lock.struck());
        await kill(world, away);
        await lock.release();
        const answers = [await (create.call as () => Promise<Reply>)(), await underWay];
        expect(nameOf(answers[0] as Reply)).toBe('503 TRY_AGAIN');
        // The step under way may have been committed by a worker that is still there.
        for (const answer of answers) if (answer.status !== 200) expect(isPassing(answer)).toBe(true);
        await readWhileAway(world, away, await pay.subjectId().catch(() => ''));
        if (away === 'worker') expect((await claimOf(world, create.key))?.hasEffect).toBe(false);
        struck(`told to come back while ${away} was away`);

        await world.restore();
        await verifyOnce(world, pay);
        await verifyOnce(world, create);
        expect(world.api.pid).toBe(pids.api);
        if (away !== 'worker') expect(world.worker.pid).toBe(pids.worker);
      }),
    );
}

export function slowCases(here: () => World, strikes: Strikes): void {
  it(
    'a step that takes longer than its deadline: 202, the operation tells, and so does the key',
    strikes.case(async (struck) => {
      const world = here();
      const id = await placeOrder(world);
      const pay = payCall(world, id, randomUUID());
      const lock = await RowLock.take(world.engines.databaseUrl, 'purchases', id);
      const slow = await pay();
      expect(slow.status).toBe(202);
      expect(isPassing(slow)).toBe(true);
      struck('accepted, and unfinished at the deadline');
      const operation = `/v1/operations/${String(slow.body.operationId)}`;
      expect((await world.manager.get(operation)).body).toEqual({ id: slow.body.operationId, state: 'running' });
      expect(await pay()).toMatchObject({ status: 202, body: { operationId: slow.body.operationId } });

      await lock.release();
      await until('the operation is done', async () => (await world.manager.get(operation)).body.state === 'done');
      expect((await world.manager.get(operation)).body.result).toMatchObject({ id, state: 'stocked' });
      const { reply } = await insist(pay);
      expect(reply.headers.get('idempotent-replayed')).toBe('true');
      await insist(() => world.manager.post(`/v1/purchases/${id}/close`));
    }),
  );

  it(
    'a client that hangs up: the command happens, and its key tells',
    strikes.case(async (struck) => {
      const world = here();
      const action = await prepare(world, 'pay');
      const id = await action.subjectId();
      const lock = await action.lock();
      const hangUp = new AbortController();
      const call = world.manager
        .post(`/v1/purchases/${id}/pay`, { method: 'balance' }, { key: action.key, signal: hangUp.signal })
        .catch((error: unknown) => (error as Error).name);
      await until('pay waits for its row', () => lock.struck());
      hangUp.abort();
      expect(await call).toBe('AbortError');
      expect(await claimOf(world, action.key)).toMatchObject({ hasEffect: false });
      struck('hung up while the command was under way');
      await lock.release();
      await until('it happened all the same', async () => (await stateOf(world, id)) === 'stocked');
      await verifyOnce(world, action);
    }),
  );
}

const facts = { actor: systemActor, requestId: null };

export function wireCases(here: () => World, strikes: Strikes): void {
  it(
    'the answer to COMMIT is lost between worker and Postgres: committed once, and told',
    strikes.case(async (struck) => {
      const world = here();
      const { workerToPostgres: wire } = world.wires;
      const action = await prepare(world, 'pay');
      const droppedBefore = wire.seen.droppedBytes;
      wire.dropAnswersAfter('COMMIT;');
      const call = (action.call as () => Promise<Reply>)().catch(() => undefined);
      await until('it is committed', async () => (await claimOf(world, action.key))?.hasEffect);
      await until('its answer is lost', () => wire.seen.droppedBytes > droppedBefore);
      struck('committed, and the worker does not know');
      wire.restore();
      await call;
      await verifyOnce(world, action);
    }),
  );

  it(
    'worker and Temporal cannot reach each other for longer than a task may take: one effect when they can',
    strikes.case(async (struck) => {
      const world = here();
      const { workerToTemporal: wire } = world.wires;
      const action = await prepare(world, 'create');
      const lock = await action.lock();
      const call = (action.call as () => Promise<Reply>)().catch(() => undefined);
      await until('the creation waits for its row', () => lock.struck());
      wire.hold('requests', 'answers');
      await lock.release();
      const id = await action.subjectId();
      await until('the engine gives the task up', async () =>
        (await eventsOfRun(world, `purchase:${id}`)).includes(taskTimedOut),
      );
      struck('the task timed out in the history');
      wire.restore();
      await call;
      await verifyOnce(world, action);
    }),
  );

  it(
    'a run that is behind its rows cannot be told to reload: come back, and the same key goes through',
    strikes.case(async (struck) => {
      const world = here();
      const id = await placeOrder(world);
      // Paid in the rows alone: the run still waits for payment, and refuses what the row allows.
      await world.db.transaction((trx) =>
        payFromBalance(trx, { purchaseId: id, commandId: null, by: facts, detailOpenForMs: 600_000 }),
      );
      const { apiCalls } = world.wires;
      const heldBefore = apiCalls.count('SignalWorkflowExecution', 'held');
      apiCalls.holdRequests('SignalWorkflowExecution');
      const close = (): Promise<Reply> =>
        world.manager.post(`/v1/purchases/${id}/close`, undefined, { key: `${id}-close` });
      expect(nameOf(await close())).toBe('503 TRY_AGAIN');
      expect(apiCalls.count('SignalWorkflowExecution', 'held')).toBeGreaterThan(heldBefore);
      struck('the reload did not get through');
      apiCalls.restore();
      expect((await insist(close)).reply.status).toBe(200);
    }),
  );
}
