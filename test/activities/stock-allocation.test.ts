import { ApplicationFailure } from '@temporalio/common';
import { createStockAllocationActivities } from '../../activities/stock-allocation/activities';
import { caseEvents } from '../../db/case/queries';
import { hasEffect } from '../../db/command/repository';
import { run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { systemActor } from '../../domain/case/states';
import { processIdOf } from '../../domain/shared/ids';
import type {
  AllocationActInput,
  StockAllocationActivities,
  StockAllocationInput,
} from '../../workflows/stock-allocation/contract';
import { numbersOf, termsOf } from '../support/allocations';
import { furnishStock, type StockRoom } from '../db/stock-room';

let base: StockRoom;
let acts: StockAllocationActivities;
let commodityId: string;
beforeAll(async () => {
  base = await furnishStock();
  acts = createStockAllocationActivities(base.db);
});
afterAll(() => base.drop());
beforeEach(async () => {
  commodityId = await base.commodity();
});

function proposal(more: Partial<StockAllocationInput> = {}): StockAllocationInput {
  return {
    allocationId: newId('allocation'),
    enterpriseId: base.enterpriseId,
    terms: termsOf(commodityId, base.mallId),
    accountId: base.managerId,
    commandId: null,
    requestId: 'request-1',
    policy: {
      confirmWithinMs: 60_000,
      times: { quickMs: 1_000, attemptMs: 1_000, firstRetryMs: 1, longestRetryMs: 1 },
    },
    ...more,
  };
}

const deed = (allocationId: string, commandId: string | null): AllocationActInput => ({
  allocationId,
  commandId,
  actor: base.managerId,
  requestId: 'request-2',
});
const history = async (id: string) => (await caseEvents(base.db, processIdOf(id))).map(({ act }) => act);
const numbers = () => numbersOf(base.owner, commodityId);

async function refusalOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await work.catch((failure: unknown) => failure);
  if (error instanceof ApplicationFailure) return error;
  throw new Error('it was not refused');
}

/** Each step runs twice, as when its answer was lost, and the second time changes nothing. */
describe('run twice', () => {
  it('proposeAllocation holds once, and its claim has its effect', async () => {
    const allocationId = newId('allocation');
    const claim = await base.claim({ resourceId: allocationId });
    const input = proposal({ allocationId, commandId: claim.id });
    const first = await acts.proposeAllocation(input);
    expect(first).toEqual({ state: 'awaiting_confirmation', dueAt: expect.any(String) });
    expect(await acts.proposeAllocation(input)).toEqual(first);
    expect(await acts.loadAllocation(input)).toEqual(first);
    expect(await history(allocationId)).toEqual(['open']);
    expect(await hasEffect(base.db, claim.id)).toBe(true);
    expect(await numbers()).toEqual({ total: 100, allocated: 0, held: 10, left: 90 });
  });

  it.each([
    ['confirmAllocation', 'confirmed', 'confirm'],
    ['cancelAllocation', 'cancelled', 'cancel'],
  ] as const)('%s takes effect once', async (name, state, act) => {
    const input = proposal();
    await acts.proposeAllocation(input);
    const claim = await base.claim();
    for (let time = 0; time < 2; time += 1) {
      expect(await acts[name](deed(input.allocationId, claim.id))).toEqual({ state, dueAt: null });
      expect(await history(input.allocationId)).toEqual(['open', act]);
      expect(await numbers()).toMatchObject({ held: 0, allocated: act === 'confirm' ? 10 : 0 });
    }
    expect(await acts.proposeAllocation(input)).toEqual({ state, dueAt: null });
    expect(await hasEffect(base.db, claim.id)).toBe(true);
  });

  it('expireAllocation gives back once; the second time it is told where the row stands', async () => {
    const input = proposal();
    await acts.proposeAllocation(input);
    const clock = { ...deed(input.allocationId, null), actor: systemActor, requestId: null };
    expect(await acts.expireAllocation(clock)).toEqual({ state: 'expired', dueAt: null });
    expect((await refusalOf(acts.expireAllocation(clock))).details).toEqual([
      { state: 'expired', allowed: [], dueAt: null },
    ]);
    expect(await numbers()).toMatchObject({ held: 0, left: 100 });
  });
});

describe('a refusal of the domain', () => {
  it('to hold leaves no allocation, no case, no hold and no effect', async () => {
    const allocationId = newId('allocation');
    const claim = await base.claim({ resourceId: allocationId });
    const terms = termsOf(commodityId, base.mallId, { quantity: 101 });
    const refused = await refusalOf(acts.proposeAllocation(proposal({ allocationId, commandId: claim.id, terms })));
    expect(refused).toMatchObject({ type: 'STOCK_SHORT', nonRetryable: true });
    expect(refused.details).toMatchObject([{ left: 100 }]);
    expect(await history(allocationId)).toEqual([]);
    expect(await hasEffect(base.db, claim.id)).toBe(false);
    await expect(acts.loadAllocation({ allocationId })).rejects.toThrow(`no allocation ${allocationId}`);
  });

  it('keeps a run whose claim opened another allocation from opening its own', async () => {
    const claim = await base.claim({ resourceId: newId('allocation') });
    const refused = await refusalOf(acts.proposeAllocation(proposal({ commandId: claim.id })));
    expect(refused.type).toBe('TRY_AGAIN');
    expect(await numbers()).toMatchObject({ held: 0 });
  });

  it('to confirm takes back everything of its step', async () => {
    const input = proposal();
    await acts.proposeAllocation(input);
    await run(base.owner, 'update commodities set expires_at = now() where id = :commodityId', { commodityId });
    const claim = await base.claim();
    const refused = await refusalOf(acts.confirmAllocation(deed(input.allocationId, claim.id)));
    expect(refused).toMatchObject({ type: 'COMMODITY_OFFLINE', nonRetryable: true });
    expect(await history(input.allocationId)).toEqual(['open']);
    expect(await hasEffect(base.db, claim.id)).toBe(false);
    expect(await numbers()).toMatchObject({ held: 10, allocated: 0 });
    expect((await acts.loadAllocation(input)).dueAt).not.toBeNull();
  });
});

it('an allocation nobody knows is a fault that is retried, not a refusal', async () => {
  await expect(acts.confirmAllocation(deed('alo_none', null))).rejects.toThrow('no allocation alo_none');
  await expect(acts.expireAllocation(deed('alo_none', null))).rejects.toThrow('no allocation alo_none');
});
