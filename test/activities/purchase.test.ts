import { ApplicationFailure } from '@temporalio/common';
import { createPurchaseActivities } from '../../activities/purchase/activities';
import { caseEvents } from '../../db/case/queries';
import { hasEffect } from '../../db/command/repository';
import { verifyLedger } from '../../db/ledger/queries';
import { newId } from '../../db/new-id';
import { purchaseById } from '../../db/purchase/queries';
import { systemActor } from '../../domain/case/states';
import { processIdOf } from '../../domain/shared/ids';
import type { PurchaseActInput, PurchaseActivities, PurchaseInput } from '../../workflows/purchase/contract';
import { furnish, type Furnished } from '../db/furnished';

let base: Furnished;
let acts: PurchaseActivities;
beforeAll(async () => {
  base = await furnish();
  await base.topUp(100_000);
  acts = createPurchaseActivities(base.db, {
    ...{ askAgainMs: [1_000], channelStepMs: 1_000, workflowTaskMs: 10_000 },
    times: { quickMs: 1_000, attemptMs: 1_000, firstRetryMs: 1, longestRetryMs: 1 },
  });
});
afterAll(async () => {
  expect(await verifyLedger(base.db)).toEqual([]);
  await base.drop();
});

function opening(more: Partial<PurchaseInput> = {}): PurchaseInput {
  return {
    purchaseId: newId('purchase'),
    enterpriseId: base.enterpriseId,
    benefitId: base.couponId,
    quantity: 2,
    accountId: base.managerId,
    commandId: null,
    requestId: 'request-1',
    policy: {
      payWithinMs: 60_000,
      detailOpenForMs: 60_000,
      times: { quickMs: 1_000, attemptMs: 1_000, firstRetryMs: 1, longestRetryMs: 1 },
    },
    ...more,
  };
}

const deed = (purchaseId: string, commandId: string | null): PurchaseActInput => ({
  purchaseId,
  commandId,
  actor: base.managerId,
  requestId: 'request-2',
});
const paying = (purchaseId: string, commandId: string | null) => ({
  ...deed(purchaseId, commandId),
  detailOpenForMs: 60_000,
});
const history = async (id: string) => (await caseEvents(base.db, processIdOf(id))).map(({ act }) => act);

async function refusalOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await work.catch((failure: unknown) => failure);
  if (error instanceof ApplicationFailure) return error;
  throw new Error('it was not refused');
}

/** Each step runs twice, as when its answer was lost, and the second time changes nothing. */
describe('run twice', () => {
  it('openPurchase opens once, and its claim has its effect', async () => {
    const claim = await base.claim();
    const input = opening({ purchaseId: claim.resourceId, commandId: claim.id });
    const first = await acts.openPurchase(input);
    expect(first).toEqual({ state: 'awaiting_payment', dueAt: expect.any(String) });
    expect(await acts.openPurchase(input)).toEqual(first);
    expect(await history(input.purchaseId)).toEqual(['open']);
    expect(await hasEffect(base.db, claim.id)).toBe(true);
  });

  it('openPurchase after everything else loads what is there', async () => {
    const input = opening();
    await acts.openPurchase(input);
    await acts.payFromBalance(paying(input.purchaseId, null));
    expect((await acts.openPurchase(input)).state).toBe('stocked');
    expect(await history(input.purchaseId)).toEqual(['open', 'pay', 'stock']);
  });

  it('payFromBalance pays once', async () => {
    const input = opening();
    await acts.openPurchase(input);
    const claim = await base.claim();
    const before = await base.balanceFen();
    const first = await acts.payFromBalance(paying(input.purchaseId, claim.id));
    expect(first.state).toBe('stocked');
    expect(await acts.payFromBalance(paying(input.purchaseId, claim.id))).toEqual(first);
    expect(before - (await base.balanceFen())).toBe(1_000);
    expect(await history(input.purchaseId)).toEqual(['open', 'pay', 'stock']);
  });

  it.each([
    ['cancelPurchase', 'cancelled', false],
    ['closeOrderDetail', 'closed', true],
  ] as const)('%s ends once', async (name, state, paid) => {
    const input = opening();
    await acts.openPurchase(input);
    if (paid) await acts.payFromBalance(paying(input.purchaseId, null));
    const claim = await base.claim();
    expect(await acts[name](deed(input.purchaseId, claim.id))).toEqual({ state, dueAt: null });
    const events = await history(input.purchaseId);
    expect(await acts[name](deed(input.purchaseId, claim.id))).toEqual({ state, dueAt: null });
    expect(await history(input.purchaseId)).toEqual(events);
  });

  it('expirePurchase expires once; the second time it is told where the row stands', async () => {
    const input = opening();
    await acts.openPurchase(input);
    const clock = { ...deed(input.purchaseId, null), actor: systemActor, requestId: null };
    expect((await acts.expirePurchase(clock)).state).toBe('expired');
    const refused = await refusalOf(acts.expirePurchase(clock));
    expect(refused.details).toEqual([{ state: 'expired', allowed: [], dueAt: null }]);
    expect(await history(input.purchaseId)).toEqual(['open', 'expire']);
  });

  it('loadPurchase only reads', async () => {
    const input = opening();
    const opened = await acts.openPurchase(input);
    expect(await acts.loadPurchase(input)).toEqual(opened);
    expect(await acts.loadPurchase(input)).toEqual(opened);
  });
});

describe('a refusal of the domain', () => {
  it('is final, carries code and facts, and takes everything of its step back', async () => {
    const input = opening({ quantity: 100_000 });
    const claim = await base.claim();
    await acts.openPurchase(input);
    const refused = await refusalOf(acts.payFromBalance(paying(input.purchaseId, claim.id)));
    expect(refused).toMatchObject({ type: 'BALANCE_SHORT', nonRetryable: true });
    expect(refused.details).toEqual([{ missingFen: 50_000_000 - (await base.balanceFen()) }]);
    expect(await history(input.purchaseId)).toEqual(['open']);
    expect(await hasEffect(base.db, claim.id)).toBe(false);
    expect(await purchaseById(base.db, base.enterpriseId, input.purchaseId)).toMatchObject({ commodityId: null });
  });

  it('keeps a run whose claim opened another purchase from opening its own', async () => {
    const claim = await base.claim();
    const input = opening({ commandId: claim.id });
    expect((await refusalOf(acts.openPurchase(input))).type).toBe('TRY_AGAIN');
    expect(await history(input.purchaseId)).toEqual([]);
    expect(await hasEffect(base.db, claim.id)).toBe(false);
  });

  it('to open leaves no case and no effect', async () => {
    const claim = await base.claim();
    const input = opening({ benefitId: 'ben_none', commandId: claim.id });
    expect((await refusalOf(acts.openPurchase(input))).type).toBe('REFERENCE_NOT_FOUND');
    expect(await history(input.purchaseId)).toEqual([]);
    expect(await hasEffect(base.db, claim.id)).toBe(false);
  });
});

it('a purchase nobody knows is a fault that is retried, not a refusal', async () => {
  await expect(acts.loadPurchase({ purchaseId: 'pur_none' })).rejects.toThrow('no purchase pur_none');
  await expect(acts.cancelPurchase(deed('pur_none', null))).rejects.toThrow('no purchase pur_none');
});

it('the clock closes a detail left open in its own words', async () => {
  const input = opening();
  await acts.openPurchase(input);
  await acts.payFromBalance(paying(input.purchaseId, null));
  await acts.closeOrderDetail({ ...deed(input.purchaseId, null), actor: systemActor });
  expect(await history(input.purchaseId)).toEqual(['open', 'pay', 'stock', 'close_unattended']);
});
