import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { asFailure } from '../../activities/shared/failures';
import { DomainError } from '../../domain/shared/errors';
import { allows, transition, wrongState } from '../../domain/shared/state-machine';
import { commodityMachine, commodityStates, type CommodityAct, type CommodityState } from '../../domain/stock/states';
import { lazyClient, temporalTarget } from '../../temporal/connection';
import { Gateway } from '../../temporal/gateway';
import { caseStarts, type CasePolicies } from '../../temporal/starts';
import {
  commodityAddWorkflowId,
  type CommodityActInput,
  type CommodityAddActivities,
  type CommodityAddInput,
  type CommoditySnapshotDto,
} from '../../workflows/commodity-add/contract';
import { firstStep } from '../support/commodities';
import { codePath } from './purchase-runs';

const rowsById = new Map<string, CommoditySnapshotDto>();
const calls: { id: string; name: string; quick: boolean }[] = [];
/** How often the next completion of a commodity fails for no reason of the domain. */
const failures = new Map<string, number>();

function write(id: string, state: CommodityState, dueInMs: number | null): CommoditySnapshotDto {
  const row = { state, dueAt: dueInMs === null ? null : new Date(Date.now() + dueInMs).toISOString() };
  rowsById.set(id, row);
  return row;
}

function note(name: string, id: string): CommoditySnapshotDto | undefined {
  calls.push({ id, name, quick: Context.current().info.isLocal });
  return rowsById.get(id);
}

/** Over rows in memory: a write is `where state = expected`, refused with where the row stands. */
async function act(
  name: string,
  { commodityId }: CommodityActInput,
  deed: CommodityAct,
): Promise<CommoditySnapshotDto> {
  const row = note(name, commodityId)!;
  const left = failures.get(commodityId) ?? 0;
  failures.set(commodityId, left - 1);
  if (left > 0) throw new Error('the database is away');
  if (!allows(commodityMachine, row.state, deed))
    throw asFailure(wrongState(commodityMachine, row.state, { dueAt: row.dueAt }));
  const to = transition(commodityMachine, row.state, deed);
  return write(commodityId, to, to === 'draft' ? 300 : null);
}

const reminded = new Set<string>();
const activities: CommodityAddActivities = {
  openCommodityDraft: async ({ commodityId, firstStep: step, policy }) => {
    const there = note('open', commodityId);
    if (there !== undefined) return there;
    if (step.coverImageId === 'img_none') throw asFailure(new DomainError('REFERENCE_NOT_FOUND', { errors: [] }));
    return write(commodityId, 'draft', policy.draftKeptMs);
  },
  loadCommodity: async ({ commodityId }) => note('load', commodityId)!,
  completeCommodity: (input) => act('complete', input, 'complete'),
  discardCommodity: (input) => act('discard', input, 'discard'),
  remindOrExpireDraft: (input) => {
    const deed = reminded.has(input.commodityId) ? 'expire_draft' : 'remind';
    reminded.add(input.commodityId);
    return act('clock', input, deed);
  },
};

describe('adding a commodity, as a run', () => {
  let client: Client;
  let gateway: Gateway;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
    const address = process.env['TEMPORAL_ADDRESS'] ?? '';
    const taskQueue = `commodity-${randomUUID()}`;
    client = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: address }));
    const connection = await NativeConnection.connect({ address });
    const options = { shutdownGraceTime: 0, shutdownForceTime: '1s' } as const;
    const worker = await Worker.create({ connection, taskQueue, workflowBundle: { codePath }, activities, ...options });
    const ended = worker.run();
    gateway = new Gateway(client, { acceptedWithinMs: 45_000, resultWithinMs: 45_000 }, taskQueue);
    stop = async () => {
      worker.shutdown();
      await ended;
      await connection.close();
      await client.connection.close();
    };
  });
  afterAll(() => stop());

  function prepared(options: { readonly draftKeptMs?: number; readonly coverImageId?: string } = {}) {
    const commodityId = `com_${randomUUID()}`;
    const policy = {
      draftKeptMs: options.draftKeptMs ?? 60_000,
      remindBeforeMs: 0,
      times: { quickMs: 1_000, attemptMs: 60_000, firstRetryMs: 100, longestRetryMs: 500 },
    };
    const input: Omit<CommodityAddInput, 'policy'> = {
      ...{ commodityId, enterpriseId: 'ent_1', accountId: 'acc_1', commandId: 'cmd_1', requestId: 'req_1' },
      firstStep: firstStep({ coverImageId: options.coverImageId ?? 'img_1', detailImageId: 'img_2' }),
    };
    const policies = { commodityAdd: policy } as CasePolicies;
    const start = caseStarts.commodityAdd(input, { policies, workflowTaskTimeoutMs: 60_000 });
    const workflowId = commodityAddWorkflowId(commodityId);
    const secondStep = { totalStock: 1, expiresAt: null, platforms: [], tags: [], remark: null };
    return {
      id: commodityId,
      create: () => gateway.create(start, randomUUID()),
      resume: () => gateway.resume(start),
      reload: () => gateway.reload(workflowId),
      handle: client.workflow.getHandle(workflowId),
      command: (name: 'complete' | 'discard') => {
        const commandId = randomUUID();
        const by = { commandId, accountId: 'acc_1', requestId: 'req_1' };
        return gateway.command(workflowId, name, commandId, { ...by, ...{ secondStep } });
      },
      ends: () => client.withDeadline(Date.now() + 15_000, () => client.workflow.getHandle(workflowId).result()),
      called: (name: string) => calls.filter((call) => call.id === commodityId && call.name === name),
    };
  }

  const done = { kind: 'done' };
  const refused = (state: string) => ({
    kind: 'refused',
    code: 'WRONG_STATE',
    facts: expect.objectContaining({ state }),
  });

  it.each([
    ['complete', 'online'],
    ['discard', 'discarded'],
  ] as const)('%s ends it %s', async (command, state) => {
    const run = prepared();
    expect(await run.create()).toEqual(done);
    expect(await run.command(command)).toEqual(done);
    expect(await run.ends()).toBe(state);
  });

  it('is not there when the first step is refused', async () => {
    const run = prepared({ coverImageId: 'img_none' });
    expect(await run.create()).toMatchObject({ kind: 'refused', code: 'REFERENCE_NOT_FOUND' });
    expect(await run.ends()).toBeNull();
  });

  it('reminds, waits on, and expires', async () => {
    const run = prepared({ draftKeptMs: 300 });
    expect(await run.create()).toEqual(done);
    expect(await run.ends()).toBe('expired');
    expect(run.called('clock')).toHaveLength(2);
  });

  it('of two commands at once carries out one', async () => {
    const run = prepared();
    await run.create();
    const deliveries = await Promise.all([run.command('complete'), run.command('discard')]);
    const state = (await run.ends()) as string;
    // The second may find the run ended already.
    expect(deliveries.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(run.called(state === 'online' ? 'complete' : 'discard')).toHaveLength(1);
    expect(run.called(state === 'online' ? 'discard' : 'complete')).toHaveLength(0);
  });

  it('moves on to where the row stands when that refuses', async () => {
    const run = prepared();
    await run.create();
    write(run.id, 'expired', null);
    expect(await run.command('complete')).toEqual(refused('expired'));
    expect(await run.ends()).toBe('expired');
  });

  it('repeats a step that fails as a normal one until it gets through', async () => {
    const run = prepared();
    await run.create();
    failures.set(run.id, 5);
    expect(await run.command('complete')).toEqual(done);
    expect(
      run
        .called('complete')
        .map(({ quick }) => quick)
        .at(-1),
    ).toBe(false);
    expect(await run.ends()).toBe('online');
  });

  it.each(commodityStates)('is started again from a row that is %s', async (state) => {
    const run = prepared();
    write(run.id, state, state === 'draft' ? 60_000 : null);
    expect(await run.resume()).toBe(true);
    if (state === 'draft') expect(await run.command('complete')).toEqual(done);
    expect(await run.ends()).toBe(state === 'draft' ? 'online' : state);
    expect(run.called('open')).toHaveLength(1);
  });

  it('goes on after its run was lost, and does at once what fell due meanwhile', async () => {
    const run = prepared();
    await run.create();
    await run.handle.terminate();
    reminded.add(run.id);
    write(run.id, 'draft', -1_000);
    expect(await run.resume()).toBe(true);
    expect(await run.ends()).toBe('expired');
  });

  it('hears of rows that are ahead of it', async () => {
    const run = prepared();
    await run.create();
    write(run.id, 'discarded', null);
    await run.reload();
    expect(await run.ends()).toBe('discarded');
  });
});
