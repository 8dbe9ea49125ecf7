import { randomUUID } from 'node:crypto';
import { newId } from '../../db/new-id';
import { proposeAllocation } from '../../db/stock/allocation-repository';
import { caseStarts } from '../../temporal/starts';
import { resumeCase } from '../../runs/resume-case';
import { stockAllocationWorkflowId } from '../../workflows/stock-allocation/contract';
import { commodityRow, numbersOf, propose, termsOf } from '../support/allocations';
import { eventually } from '../support/eventually';
import type { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { demoTenants } from '../support/sub-stock-rows';

const [own] = demoTenants;

/** The clock of an allocation, its way back from rows, and what becomes of slow commands upon it. */
let mallflow: Installation;
let manager: HttpClient;
beforeAll(async () => {
  // The deadline for the result is shorter than a step waits for a row that is locked.
  mallflow = await startInstallation({ environment: { MALLFLOW_RESULT_MS: '200', MALLFLOW_ACCEPT_MS: '15000' } });
  manager = await mallflow.as('manager@demo');
});
afterAll(() => mallflow.stop());

const commodity = () => commodityRow(mallflow.database.owner);
const numbers = (id: string) => numbersOf(mallflow.database.owner, id);

/** A run with a clock of its own; to start it again takes nothing but its rows. */
async function startedWith(commodityId: string, confirmWithinMs: number): Promise<string> {
  const { settings, gateway } = mallflow.services;
  const { stockAllocation } = settings.policies;
  const policies = { ...settings.policies, stockAllocation: { ...stockAllocation, confirmWithinMs } };
  const allocationId = newId('allocation');
  const allocation = { allocationId, enterpriseId: own.enterpriseId, terms: termsOf(commodityId, own.mallId) };
  const by = { accountId: own.accountId, commandId: null, requestId: null };
  await gateway.create(caseStarts.stockAllocation({ ...allocation, ...by }, { ...settings, policies }), randomUUID());
  return allocationId;
}

it('a proposal nobody confirms gives its stock back, once', async () => {
  const id = await commodity();
  const allocationId = await startedWith(id, 300);
  const { body } = await eventually(
    () => manager.get(`/v1/stock-allocations/${allocationId}`),
    (reply) => reply.body.state === 'expired',
  );
  expect(body.actions).toEqual([]);
  expect(body.history).toEqual([expect.anything(), expect.objectContaining({ actor: 'system', to: 'expired' })]);
  expect(await numbers(id)).toEqual({ total: 100, allocated: 0, held: 0, left: 100 });
  const late = await manager.post(`/v1/stock-allocations/${allocationId}/confirm`);
  expect(late.body).toMatchObject({ status: 409, code: 'WRONG_STATE', state: 'expired', allowed: [] });
});

it('confirmations that meet the clock: each is confirmed or expired, and its stock is in one place', async () => {
  const id = await commodity();
  const started = await Promise.all(Array.from({ length: 6 }, (_, n) => startedWith(id, 150 + 40 * n)));
  const replies = await Promise.all(
    started.map((allocationId) =>
      eventually(
        () => manager.post(`/v1/stock-allocations/${allocationId}/confirm`),
        ({ status }) => status === 200 || status === 409,
      ),
    ),
  );
  const confirmed = replies.filter(({ status }) => status === 200).length;
  const states = await Promise.all(
    started.map(
      async (allocationId) => (await manager.get(`/v1/stock-allocations/${allocationId}`)).body.state as string,
    ),
  );
  expect(states.filter((state) => state === 'confirmed')).toHaveLength(confirmed);
  expect(states.filter((state) => state === 'expired')).toHaveLength(6 - confirmed);
  expect(await numbers(id)).toEqual({ total: 100, allocated: 10 * confirmed, held: 0, left: 100 - 10 * confirmed });
});

/** An allocation in rows alone, as after its run was lost. */
async function rowsOf(commodityId: string): Promise<string> {
  const allocationId = newId('allocation');
  await mallflow.database.db.transaction((trx) =>
    proposeAllocation(trx, {
      ...{ allocationId, workflowId: stockAllocationWorkflowId(allocationId), enterpriseId: own.enterpriseId },
      ...{ terms: termsOf(commodityId, own.mallId), confirmWithinMs: 600_000, commandId: null },
      by: { actor: own.accountId, requestId: null },
    }),
  );
  return allocationId;
}

function resume(subjectId: string) {
  const { db, gateway, settings } = mallflow.services;
  const workflowId = stockAllocationWorkflowId(subjectId);
  return resumeCase(db, gateway, { kind: 'stock_allocation', subjectId, workflowId, stuckCode: null }, settings);
}

it.each(['confirm', 'cancel'] as const)('%s goes on from rows whose run was lost', async (name) => {
  const id = await commodity();
  const allocationId = await rowsOf(id);
  const key = randomUUID();
  const send = () => manager.post(`/v1/stock-allocations/${allocationId}/${name}`, undefined, { key });
  expect(await send()).toMatchObject({ status: 503, body: { code: 'CASE_STUCK' } });
  expect(await resume(allocationId)).toBe('started');
  expect(await resume(allocationId)).toBe('running');
  const { body } = await eventually(send, ({ status }) => status === 200);
  expect(body.state).toBe(name === 'confirm' ? 'confirmed' : 'cancelled');
  expect(await resume(allocationId)).toBe('closed');
  expect(await numbers(id)).toMatchObject({ held: 0, allocated: name === 'confirm' ? 10 : 0 });
});

it('a slow confirmation is told as an operation, whose result is the allocation', async () => {
  const id = await commodity();
  const { id: allocationId } = await propose(manager, id);
  const key = randomUUID();
  const confirm = () => manager.post(`/v1/stock-allocations/${allocationId}/confirm`, undefined, { key });
  const trx = await mallflow.database.owner.transaction();
  await trx.raw('select 1 from commodities where id = ? for update', [id]);
  let slow;
  try {
    slow = await confirm();
    expect(slow.status).toBe(202);
  } finally {
    await trx.rollback();
  }
  const { body } = await eventually(
    () => manager.get(`/v1/operations/${slow.body.operationId}`),
    (reply) => reply.body.state !== 'running',
  );
  expect(body).toMatchObject({ state: 'done', result: { id: allocationId, state: 'confirmed', commodityId: id } });
  expect((await confirm()).body).toEqual(body.result);
});
