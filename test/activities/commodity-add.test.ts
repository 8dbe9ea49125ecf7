import { ApplicationFailure } from '@temporalio/common';
import { createCommodityAddActivities } from '../../activities/commodity-add/activities';
import { caseEvents } from '../../db/case/queries';
import { hasEffect } from '../../db/command/repository';
import { newId } from '../../db/new-id';
import { processIdOf } from '../../domain/shared/ids';
import type {
  CommodityActInput,
  CommodityAddActivities,
  CommodityAddInput,
} from '../../workflows/commodity-add/contract';
import { day, ownCommodities, second } from '../db/own-commodities';
import { firstStep } from '../support/commodities';

let base: Awaited<ReturnType<typeof ownCommodities>>;
let acts: CommodityAddActivities;
beforeAll(async () => {
  base = await ownCommodities();
  acts = createCommodityAddActivities(base.db);
});
afterAll(() => base.drop());

function opening(more: Partial<CommodityAddInput> = {}): CommodityAddInput {
  return {
    commodityId: newId('commodity'),
    enterpriseId: base.enterpriseId,
    firstStep: firstStep(base.images),
    accountId: base.managerId,
    commandId: null,
    requestId: 'request-1',
    policy: {
      draftKeptMs: 7 * day,
      remindBeforeMs: day,
      times: { quickMs: 1_000, attemptMs: 1_000, firstRetryMs: 1, longestRetryMs: 1 },
    },
    ...more,
  };
}

const deed = (commodityId: string, commandId: string | null): CommodityActInput => ({
  ...{ commodityId, commandId, actor: base.managerId, requestId: 'request-2' },
});
const history = async (id: string) => (await caseEvents(base.db, processIdOf(id))).map(({ act }) => act);

async function refusalOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await work.catch((failure: unknown) => failure);
  if (error instanceof ApplicationFailure) return error;
  throw new Error('it was not refused');
}

/** Each step runs twice, as when its answer was lost, and the second time changes nothing. */
describe('run twice', () => {
  it('openCommodityDraft opens once, and its claim has its effect', async () => {
    const claim = await base.claim({ resourceId: newId('commodity') });
    const input = opening({ commodityId: claim.resourceId, commandId: claim.id });
    const first = await acts.openCommodityDraft(input);
    expect(first).toEqual({ state: 'draft', dueAt: expect.any(String) });
    expect(await acts.openCommodityDraft(input)).toEqual(first);
    expect(await acts.loadCommodity(input)).toEqual(first);
    expect(await history(input.commodityId)).toEqual(['open']);
    expect(await hasEffect(base.db, claim.id)).toBe(true);
  });

  it('does not open what its claim was given to another for', async () => {
    const claim = await base.claim({ resourceId: newId('commodity') });
    const input = opening({ commandId: claim.id });
    expect((await refusalOf(acts.openCommodityDraft(input))).type).toBe('TRY_AGAIN');
    await expect(acts.loadCommodity(input)).rejects.toThrow(input.commodityId);
  });

  it.each(['completeCommodity', 'discardCommodity'] as const)('%s acts once', async (name) => {
    const commodityId = await base.draft();
    const claim = await base.claim({ resourceId: commodityId });
    const act = () => acts[name]({ ...deed(commodityId, claim.id), secondStep: second });
    const first = await act();
    expect(await act()).toEqual(first);
    expect(await history(commodityId)).toHaveLength(2);
    expect(await hasEffect(base.db, claim.id)).toBe(true);
    const other = await refusalOf(acts[name]({ ...deed(commodityId, null), secondStep: second }));
    expect([other.type, other.nonRetryable, other.details?.[0]]).toEqual([
      'WRONG_STATE',
      true,
      expect.objectContaining({ state: first.state, dueAt: null }),
    ]);
  });

  it('remindOrExpireDraft reminds once', async () => {
    const commodityId = await base.draft();
    const clock = { ...deed(commodityId, null), actor: 'system', requestId: null };
    const first = await acts.remindOrExpireDraft(clock);
    expect(await acts.remindOrExpireDraft(clock)).toEqual(first);
    expect(await history(commodityId)).toEqual(['open', 'remind']);
  });
});

it('a refusal leaves nothing behind and says where', async () => {
  const input = opening({ firstStep: firstStep(base.images, { coverImageId: 'img_none' }) });
  const refused = await refusalOf(acts.openCommodityDraft(input));
  expect([refused.type, refused.nonRetryable]).toEqual(['REFERENCE_NOT_FOUND', true]);
  await expect(acts.loadCommodity(input)).rejects.toThrow(input.commodityId);
});
