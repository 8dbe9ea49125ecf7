import { remindSeller } from '../../db/seller/onboarding-repository';
import { rows, run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { listMarketProducts, marketProductById, productsForShop, type MarketFilter } from '../../db/product/queries';
import { deleteInertProductSubmissions } from '../../db/product/repository';
import { sellerFacts } from '../../db/seller/facts';
import { readinessOf } from '../../domain/seller/gates';
import { requirementsOf } from '../../domain/seller/requirements';
import { DomainError } from '../../domain/shared/errors';
import { centreRows, endFee, openMerchantId } from '../support/products';
import { ProductRoom } from '../support/product-room';

let room: ProductRoom;
beforeAll(async () => {
  room = await ProductRoom.furnish();
});
afterAll(() => room.database.drop());

const refusal = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => 'done',
    (error: unknown) => (error instanceof DomainError ? `${error.code} ${told(error)}`.trim() : error),
  );
const told = ({ facts }: DomainError): string => ((facts['allowed'] ?? []) as string[]).join(' ');

async function standing(id: string): Promise<string> {
  const { state, draftState, unchanged } = await room.row(id);
  return [state, draftState, ...(unchanged ? ['unchanged'] : [])].join(' ');
}

describe('a product', () => {
  it('goes from its draft through a review to the market, and completes the onboarding once', async () => {
    const id = await room.create();
    expect(await standing(id)).toBe('draft editing');
    const submissionId = await room.submit(id);
    expect(await standing(id)).toBe('in_review in_review');
    await room.decide(submissionId, 'approve');
    expect(await standing(id)).toBe('approved editing unchanged');
    expect(await marketProductById(room.db, id)).toBeUndefined();
    expect(await room.onboarding()).toBe('open seller_centre');
    expect(await room.list(id)).toBe(true);
    expect(await room.onboarding()).toBe('completed complete');
    expect(await marketProductById(room.db, id)).toMatchObject({ id, body: room.body() });
    expect(await room.list(id)).toBe(false);
    const second = await room.approved();
    expect(await room.list(second)).toBe(true);
    expect(await room.onboarding()).toBe('completed complete');
    expect(await room.unlist(id)).toBe(true);
    expect([await room.unlist(id), await standing(id)]).toEqual([false, 'unlisted editing unchanged']);
    expect(await marketProductById(room.db, id)).toBeUndefined();
    expect(await room.list(id)).toBe(true);
  });

  it('sells as it was approved while a change of it is in review, and changes with the approval', async () => {
    const id = await room.approved({ name: '第二代迁移服务' });
    await room.list(id);
    await room.edit(id, { name: '第三代迁移服务' });
    const sold = async () => (await marketProductById(room.db, id))?.body.name;
    expect([await standing(id), await sold()]).toEqual(['listed editing', '第二代迁移服务']);
    const submissionId = await room.submit(id);
    expect([await standing(id), await sold()]).toEqual(['listed in_review', '第二代迁移服务']);
    await room.decide(submissionId, 'request_changes');
    expect([await standing(id), await sold()]).toEqual(['listed changes_requested', '第二代迁移服务']);
    expect((await room.row(id)).draftErrors).toEqual([expect.objectContaining({ path: '/name', code: 'MISLEADING' })]);
    await room.edit(id, { name: '第四代迁移服务' });
    await room.decide(await room.submit(id), 'approve');
    expect([await standing(id), await sold()]).toEqual(['listed editing unchanged', '第四代迁移服务']);
    expect(await room.row(id)).toMatchObject({ revision: 2, draftErrors: [] });
  });

  it('is edited before it is handed in again when it was rejected', async () => {
    const id = await room.create();
    await room.decide(await room.submit(id), 'reject');
    expect(await standing(id)).toBe('rejected editing unchanged');
    const stale = await room.freeze(id);
    expect(await refusal(room.open(stale))).toBe('WRONG_STATE check edit');
    // Saving it as it was is no edit.
    await room.edit(id);
    expect(await standing(id)).toBe('rejected editing unchanged');
    await room.edit(id, { summary: '另一个简介' });
    // The reasons stay readable until it is decided anew.
    expect((await room.row(id)).draftErrors).toHaveLength(1);
    expect(await standing(id)).toBe('draft editing');
    await room.submit(id);
  });

  it('is taken back by its seller until it is decided', async () => {
    const id = await room.create();
    const submissionId = await room.submit(id);
    expect(await refusal(room.edit(id))).toBe('WRONG_STATE withdraw');
    expect([await room.withdraw(id), await standing(id)]).toEqual([submissionId, 'draft editing']);
    expect(await room.withdraw(id)).toBeNull();
    await room.decide(await room.submit(id), 'approve');
    expect(await refusal(room.withdraw(id))).toBe('WRONG_STATE check edit list');
    await room.edit(id, { name: '又一个名称' });
    await room.decide(await room.submit(id), 'request_changes');
    expect(await refusal(room.withdraw(id))).toBe('WRONG_STATE check edit submit list');
  });

  it('is not judged twice as it is: what was handed in twice and approved once is refused the second time', async () => {
    const id = await room.create();
    const [first, second] = [await room.freeze(id), await room.freeze(id)];
    await room.open(first);
    await room.decide(first, 'approve');
    expect(await refusal(room.open(second))).toBe('DRAFT_UNCHANGED edit');
    expect(await room.row(id)).toMatchObject({ revision: 1, draftState: 'editing' });
  });

  it('tells who looks on of an edit, and of none where nothing was changed', async () => {
    const id = await room.create();
    const told = async () =>
      (await rows(room.db, `select 1 from change_outbox where subject_id = :id and type = 'product.edit'`, { id }))
        .length;
    await room.edit(id);
    expect(await told()).toBe(0);
    await room.edit(id, { summary: '另一个简介' });
    expect(await told()).toBe(1);
  });

  it('is judged as it was handed in: what was changed after it was written down is not taken into review', async () => {
    const id = await room.create();
    const submissionId = await room.freeze(id);
    await room.edit(id, { name: '改过的名称' });
    expect(await refusal(room.open(submissionId))).toBe('WRONG_STATE check edit submit');
    // Who comes again under the same id finds the first.
    await room.freeze(id, submissionId);
    const [frozen] = await rows<{ name: string }>(
      room.db,
      `select body ->> 'name' as name from product_submissions where id = :submissionId`,
      { submissionId },
    );
    expect(frozen?.name).toBe('上云迁移服务');
  });

  it('is listed only once it is approved, and taken into review only when it is whole', async () => {
    const id = await room.create({ specs: [{ name: '旧版', onShelf: false, price: { per: 'once', amountFen: 1 } }] });
    expect(await refusal(room.list(id))).toBe('WRONG_STATE check edit submit');
    expect(await refusal(room.unlist(id))).toBe('WRONG_STATE check edit submit');
    expect(await refusal(room.takeDown(id))).toBe('WRONG_STATE check edit submit');
    expect(await refusal(room.submit(id))).toBe('DRAFT_INCOMPLETE');
  });
});

describe('a take-down', () => {
  it('hides it, takes its review back, tells its seller why, and lasts until something was approved again', async () => {
    const id = await room.approved();
    await room.list(id);
    await room.edit(id, { name: '仿冒品牌的服务' });
    const submissionId = await room.submit(id);
    expect(await room.takeDown(id)).toEqual({ withdrawn: submissionId });
    expect(await standing(id)).toBe('unlisted changes_requested');
    expect(await marketProductById(room.db, id)).toBeUndefined();
    const { draftErrors, takenDownReason } = await room.row(id);
    expect([takenDownReason, draftErrors]).toEqual([
      '侵犯他人商标',
      [{ path: '', code: 'TAKEN_DOWN', reason: '侵犯他人商标' }],
    ]);
    expect(await room.noticesOf(room.seller.accountId)).toContain('taken_down');
    expect(await room.takeDown(id)).toBeNull();
    expect(await refusal(room.list(id))).toBe('TAKEN_DOWN edit submit');
    const again = await room.submit(id);
    expect(await refusal(room.list(id))).toBe('TAKEN_DOWN edit submit');
    await room.decide(again, 'reject');
    expect(await refusal(room.list(id))).toBe('TAKEN_DOWN edit submit');
    await room.edit(id);
    await room.decide(await room.submit(id), 'approve');
    expect([await standing(id), await room.list(id)]).toEqual(['unlisted editing unchanged', true]);
  });
});

describe('the market', () => {
  it('shows a seller’s listed products by category, name and seller, and why one cannot be bought', async () => {
    const id = await room.approved({ name: '数据库培训', categoryId: 'cat_training' });
    await room.list(id);
    const { sellerId, accountId } = room.seller;
    const none: MarketFilter = { sellerId: null, categoryId: null, q: null };
    const ids = async (filter: Partial<MarketFilter>) => {
      const page = await listMarketProducts(room.db, { ...none, ...filter }, { limit: 50, after: null });
      return page.items.map((row) => row.id);
    };
    expect(await ids({ categoryId: 'cat_training' })).toEqual([id]);
    expect(await ids({ categoryId: 'cat_service', q: '培训' })).toEqual([id]);
    expect(await ids({ categoryId: 'cat_database' })).toEqual([]);
    expect(await ids({ sellerId })).toContain(id);
    expect(await ids({ sellerId: 'sel_none' })).toEqual([]);
    const page = await listMarketProducts(room.db, none, { limit: 1, after: null });
    expect(page.items.map((row) => row.id)).toEqual([id]);
    expect(
      (await listMarketProducts(room.db, none, { limit: 50, after: id })).items.map((row) => row.id),
    ).not.toContain(id);
    const draft = await room.create();
    expect((await productsForShop(room.db, sellerId, [draft, id])).map((row) => row.id)).toEqual([id]);
    expect(await productsForShop(room.db, 'sel_none', [id])).toEqual([]);
    expect((await marketProductById(room.db, id))?.openChannels).toEqual([]);
    await openMerchantId(room.database, { sellerId, accountId });
    expect((await marketProductById(room.db, id))?.openChannels).toEqual(['wechat_pay']);
  });

  it('never shows a draft: whatever its seller writes, the approved words stay', async () => {
    const id = await room.approved({ name: '原名' });
    await room.list(id);
    await room.edit(id, { name: '新名', pictureIds: [], categoryId: 'cat_database' });
    const shown = await marketProductById(room.db, id);
    expect([shown?.body.name, shown?.body.categoryId, shown?.pictureNames]).toEqual([
      ...['原名', 'cat_migration'],
      [`${room.pictureId}.png`],
    ]);
  });
});

describe('the rest of a seller', () => {
  it('a finished onboarding is not reminded, and unfinished ones are', async () => {
    const reminders = () =>
      room.noticesOf(room.seller.accountId).then((kinds) => kinds.filter((kind) => kind === 'onboarding_waits'));
    await room.inTrx((trx) => remindSeller(trx, room.seller.onboardingId));
    expect(await reminders()).toEqual([]);
    const other = await centreRows(room.database, room.operatorId);
    await room.inTrx((trx) => remindSeller(trx, other.onboardingId));
    expect(await room.noticesOf(room.operatorId)).toContain('onboarding_waits');
  });

  it('can sell only while something is listed, although the requirement is met for good', async () => {
    const facts = async () => (await sellerFacts(room.db, room.seller.sellerId))!;
    expect(readinessOf(await facts()).canSell).toBe(true);
    const listed = await rows<{ id: string }>(room.db, `select id from products where state = 'listed'`);
    for (const { id } of listed) await room.unlist(id);
    expect(readinessOf(await facts()).canSell).toBe(false);
    expect(requirementsOf(await facts()).at(-1)).toMatchObject({ key: 'product_listed', state: 'met' });
    await room.list(listed[0]!.id);
  });

  it('takes nothing into review once its fee is over, and goes on selling', async () => {
    const id = await room.create();
    const submissionId = await room.freeze(id);
    const ready = await room.approved();
    await endFee(room.database, room.seller.sellerId);
    expect(await refusal(room.open(submissionId))).toBe('FEE_NOT_PAID certification-fee/pay');
    expect(await room.list(ready)).toBe(true);
  });
});

it('a submission that was never taken into review is swept after a day; what was judged is kept', async () => {
  const id = await room.create();
  const [old, fresh] = [await room.freeze(id), await room.freeze(id, newId('submission'))];
  const judged = (await rows<{ id: string }>(room.db, 'select id from product_submissions where outcome is not null'))
    .length;
  await run(
    room.database.owner,
    `update product_submissions set created_at = now() - interval '25 hours' where id <> :fresh`,
    { fresh },
  );
  await deleteInertProductSubmissions(room.db);
  const left = await rows<{ id: string; opened: boolean }>(
    room.db,
    'select id, opened_at is not null as opened from product_submissions order by id',
  );
  expect(left.some((row) => row.id === old)).toBe(false);
  expect(left.some((row) => row.id === fresh)).toBe(true);
  expect(left.filter(({ opened }) => opened).length).toBeGreaterThanOrEqual(judged);
});
