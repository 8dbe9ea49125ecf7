import { processIdOf } from '../../domain/shared/ids';
import { commodityStates, type CommodityState } from '../../domain/stock/states';
import { caseById, caseEvents } from '../../db/case/queries';
import { hasEffect } from '../../db/command/repository';
import { run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { addEnterprise } from '../../db/mall/repository';
import { commoditySnapshot } from '../../db/stock/draft-repository';
import { commodityOrigin } from '../../db/stock/queries';
import { firstStep, templates, uploadedImages } from '../support/commodities';
import { allAtOnce } from './furnished';
import { day, ownCommodities, second } from './own-commodities';

let base: Awaited<ReturnType<typeof ownCommodities>>;
beforeAll(async () => {
  base = await ownCommodities();
});
afterAll(() => base.drop());

const caseOf = async (id: string) => (await caseById(base.db, processIdOf(id)))!;
const actsOf = async (id: string) => (await caseEvents(base.db, processIdOf(id))).map(({ act }) => act);
const shift = (id: string, column: string, ms: number) =>
  run(base.owner, `update commodities set ${column} = now() + make_interval(secs => :s) where id = :id`, {
    id,
    s: ms / 1_000,
  });
const near = (time: Date | null, ms: number) =>
  expect(Math.abs(time!.getTime() - Date.now() - ms)).toBeLessThan(10_000);

/** An own commodity in each state. */
const bring: Readonly<Record<CommodityState, () => Promise<string>>> = {
  draft: () => base.draft(),
  online: () => base.stocked(10),
  offline: async () => {
    const id = await base.stocked(10);
    await run(base.owner, "update commodities set state = 'offline' where id = :id", { id });
    return id;
  },
  expired: async () => {
    const id = await base.draft();
    await shift(id, 'draft_expires_at', -1);
    await base.tick(id);
    return id;
  },
  discarded: async () => {
    const id = await base.draft();
    await base.discard(id);
    return id;
  },
};

describe('the first step', () => {
  it('keeps a draft without stock and opens its case, due when it reminds', async () => {
    const id = await base.draft({ name: '雨伞' });
    const row = await base.read(id);
    expect(row).toMatchObject({ ...firstStep(base.images, { name: '雨伞' }), state: 'draft', source: 'own', total: 0 });
    near(row.draftExpiresAt, 7 * day);
    const at = await caseOf(id);
    expect(at).toMatchObject({ kind: 'commodity_add', title: '雨伞', stage: 'draft', whoseTurn: 'manager' });
    near(at.dueAt, 6 * day);
    expect(await base.movements(id)).toEqual([]);
  });

  it('does not remind when that would be at once', async () => {
    const id = await base.draft({}, { draftKeptMs: day, remindBeforeMs: day });
    near((await caseOf(id)).dueAt, day);
  });

  it.each(commodityStates)('again gives the commodity that is there: %s', async (state) => {
    const commodityId = await bring[state]();
    const events = await actsOf(commodityId);
    const again = await base.open({ name: 'other', coverImageId: 'img_none' }, { commodityId });
    expect(again).toEqual(await commoditySnapshot(base.db, commodityId));
    expect((await base.read(commodityId)).name).toBe('保温杯');
    expect(await actsOf(commodityId)).toEqual(events);
  });

  it('at once with itself keeps one draft', async () => {
    const commodityId = newId('commodity');
    const sql = 'select id from images where id = :id for update';
    const row = { sql, bindings: { id: base.images.coverImageId }, waiting: 2 };
    const open = () => base.open({}, { commodityId });
    const settled = await allAtOnce(base, row, [open, open]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(await actsOf(commodityId)).toEqual(['open']);
  });

  it('takes only images of the enterprise, and leaves nothing when refused', async () => {
    const enterpriseId = await base.inTrx((trx) => addEnterprise(trx, { name: 'other' }));
    const foreign = await uploadedImages({ database: base }, { enterpriseId, accountId: base.managerId });
    const commodityId = newId('commodity');
    const faults = (paths: string[]) => ({
      code: 'REFERENCE_NOT_FOUND',
      facts: { errors: paths.map((path) => expect.objectContaining({ path })) },
    });
    await expect(base.open(foreign, { commodityId })).rejects.toMatchObject(
      faults(['/coverImageId', '/detailImageId']),
    );
    await expect(base.open({ detailImageId: 'img_none' }, { commodityId })).rejects.toMatchObject(
      faults(['/detailImageId']),
    );
    await expect(base.open({ awardTemplateId: templates.cdk }, { commodityId })).rejects.toMatchObject({
      code: 'TEMPLATE_MISMATCH',
    });
    expect(await commoditySnapshot(base.db, commodityId)).toBeUndefined();
  });
});

describe('a revision', () => {
  it('changes what it names, also the name of the case, and not when the draft expires', async () => {
    const id = await base.draft();
    const before = await base.read(id);
    const { dueAt } = await caseOf(id);
    await base.revise(id, { name: '新名', priceFen: 0 });
    const row = await base.read(id);
    expect(row).toMatchObject({ name: '新名', priceFen: 0, redemptionNote: before.redemptionNote, state: 'draft' });
    expect(row.draftExpiresAt).toEqual(before.draftExpiresAt);
    expect(await caseOf(id)).toMatchObject({ title: '新名', dueAt, stage: 'draft', state: 'open' });
    expect(await actsOf(id)).toEqual(['open', 'edit']);
    expect((await commodityOrigin(base.db, id))?.firstStep.name).toBe('新名');
  });

  it('is judged by the draft as it would stand', async () => {
    const id = await base.draft();
    await expect(base.revise(id, { category: 'coupon' })).rejects.toMatchObject({
      code: 'TEMPLATE_MISMATCH',
      facts: { errors: [expect.objectContaining({ path: '/awardTemplateId' })] },
    });
    await base.revise(id, { category: 'coupon', awardTemplateId: templates.coupon });
    await expect(base.revise(id, { purpose: 'e_commerce' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(base.revise(id, { coverImageId: 'img_none' })).rejects.toMatchObject({ code: 'REFERENCE_NOT_FOUND' });
    expect(await base.read(id)).toMatchObject({ category: 'coupon', purpose: 'points_operation' });
  });

  it('takes no codes from CDK: a draft that has some keeps its category', async () => {
    const id = await base.draft({ category: 'cdk' });
    await base.withCodes(id, 'A');
    const away = { category: 'coupon', awardTemplateId: templates.coupon } as const;
    await expect(base.revise(id, away)).rejects.toMatchObject({ code: 'NOT_CDK' });
    const without = await base.draft({ category: 'cdk' });
    await base.revise(without, away);
    expect(await base.read(without)).toMatchObject({ category: 'coupon' });
  });

  it.each(commodityStates.filter((state) => state !== 'draft'))('is refused once it is %s', async (state) => {
    const id = await bring[state]();
    await expect(base.revise(id, { name: 'x' })).rejects.toMatchObject({ code: 'WRONG_STATE', facts: { state } });
  });
});

describe('the second step', () => {
  it('puts the stock in, online, explained by a movement, and closes the case', async () => {
    const id = await base.draft();
    const { id: commandId } = await base.claim({ resourceId: id });
    const step = { totalStock: 7, expiresAt: '2099-01-01T00:00:00.000Z', platforms: ['p'], tags: ['t'], remark: 'r' };
    expect(await base.complete(id, step, commandId)).toEqual({ state: 'online', dueAt: null });
    expect(await base.read(id)).toMatchObject({ ...{ state: 'online', total: 7 }, tags: ['t'], remark: 'r' });
    expect((await base.read(id)).expiresAt?.toISOString()).toBe(step.expiresAt);
    expect(await base.movements(id)).toEqual([{ kind: 'added', quantity: 7 }]);
    expect(await caseOf(id)).toMatchObject({ state: 'completed', stage: 'online', dueAt: null });
    expect(await hasEffect(base.db, commandId)).toBe(true);
    // The same command again: its answer was lost.
    expect(await base.complete(id, step, commandId)).toEqual({ state: 'online', dueAt: null });
    expect(await base.movements(id)).toHaveLength(1);
  });

  it('refuses a time that is past and more stock than codes; the draft stays', async () => {
    const id = await base.draft({ category: 'cdk' });
    await base.withCodes(id, 'A', 'B');
    await expect(base.complete(id, { expiresAt: new Date().toISOString() })).rejects.toMatchObject({
      code: 'TIME_PAST',
      facts: { errors: [expect.objectContaining({ path: '/expiresAt' })] },
    });
    await expect(base.complete(id, { totalStock: 3 })).rejects.toMatchObject({
      code: 'CODES_SHORT',
      facts: { codes: 2, needed: 3 },
    });
    expect((await base.read(id)).state).toBe('draft');
    expect((await base.complete(id, { totalStock: 2 })).state).toBe('online');
  });

  it.each(commodityStates.filter((state) => state !== 'draft'))('is refused once it is %s', async (state) => {
    const id = await bring[state]();
    const refused = { code: 'WRONG_STATE', facts: { state, dueAt: null } };
    await expect(base.complete(id)).rejects.toMatchObject(refused);
    await expect(base.discard(id)).rejects.toMatchObject(refused);
    await expect(base.tick(id)).rejects.toMatchObject(refused);
  });

  it('of several at once takes one', async () => {
    const id = await base.draft();
    const row = { sql: 'select id from commodities where id = :id for update', bindings: { id }, waiting: 4 };
    const works = [() => base.complete(id), () => base.complete(id), () => base.discard(id), () => base.discard(id)];
    const settled = await allAtOnce(base, row, works);
    expect(
      settled.map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as { code: string }).code)).sort(),
    ).toEqual(['WRONG_STATE', 'WRONG_STATE', 'WRONG_STATE', 'done']);
    const { state, total } = await base.read(id);
    expect([state, total]).toEqual(state === 'online' ? ['online', second.totalStock] : ['discarded', 0]);
    expect(await base.movements(id)).toHaveLength(state === 'online' ? 1 : 0);
  });

  it('and a revision at once: what is in stock is what the case says', async () => {
    const id = await base.draft();
    const row = { sql: 'select id from commodities where id = :id for update', bindings: { id }, waiting: 2 };
    await allAtOnce<unknown>(base, row, [() => base.complete(id), () => base.revise(id, { name: '新名' })]);
    const acts = await actsOf(id);
    expect((await base.read(id)).name).toBe(acts.includes('edit') ? '新名' : '保温杯');
    expect(acts.at(-1)).toBe('complete');
  });
});

describe("a draft's clock", () => {
  it('reminds once, then expires it', async () => {
    const id = await base.draft();
    await shift(id, 'draft_expires_at', 1_000_000);
    const { dueAt } = await base.tick(id);
    near(dueAt, 1_000_000);
    expect(await caseOf(id)).toMatchObject({ dueAt, state: 'open', stage: 'draft' });
    expect(await base.tick(id)).toEqual({ state: 'draft', dueAt });
    expect(await actsOf(id)).toEqual(['open', 'remind']);
    // The engine's clock may be a little ahead of the database's.
    await shift(id, 'reminded_at', -1_000_000);
    await shift(id, 'draft_expires_at', 3_000);
    expect(await base.tick(id)).toEqual({ state: 'expired', dueAt: null });
    expect(await actsOf(id)).toEqual(['open', 'remind', 'expire_draft']);
    expect(await caseOf(id)).toMatchObject({ state: 'expired', dueAt: null });
  });

  it('does not take the repetition of a late reminder for the end', async () => {
    const id = await base.draft();
    await shift(id, 'draft_expires_at', 8_000);
    expect((await base.tick(id)).state).toBe('draft');
    expect((await base.tick(id)).state).toBe('draft');
  });

  it('expires without a reminder what nobody could be reminded of', async () => {
    const id = await base.draft();
    await shift(id, 'draft_expires_at', -1);
    expect((await base.tick(id)).state).toBe('expired');
    expect(await actsOf(id)).toEqual(['open', 'expire_draft']);
  });
});

describe('discarding', () => {
  it('ends the draft, and is done once', async () => {
    const id = await base.draft();
    const { id: commandId } = await base.claim({ resourceId: id });
    expect(await base.discard(id, commandId)).toEqual({ state: 'discarded', dueAt: null });
    expect(await base.discard(id, commandId)).toEqual({ state: 'discarded', dueAt: null });
    expect(await caseOf(id)).toMatchObject({ state: 'cancelled', stage: 'discarded' });
    expect(await hasEffect(base.db, commandId)).toBe(true);
  });
});
