import { DomainError } from '../../../domain/shared/errors';
import { firstRow, rows } from '../../../db/connection';
import { marketShop, shopFactsOf } from '../../../db/shop/queries';
import { freezeShop, pathOfShop, publishRest, resetDraft, saveDraft } from '../../../db/shop/repository';
import { eventually } from '../../support/eventually';
import { shopService } from '../../support/shops';
import { approve, codeOf, reject, sendBack, ShopRoom, type Seller } from './room';

describe('a shop among rows', () => {
  let room: ShopRoom;
  let seller: Seller;
  let sellerId: string;
  let number = 0;

  beforeAll(async () => {
    room = await ShopRoom.furnish();
  });
  beforeEach(async () => {
    number += 1;
    seller = await room.seller(`seller${number}`);
    ({ sellerId } = seller);
  });
  afterAll(() => room.database.drop());

  /** Until another transaction has come as far as a row that ours has locked. */
  const somebodyWaits = () =>
    eventually(
      () =>
        rows(
          room.database.owner,
          `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        ),
      (waiting) => waiting.length > 0,
    );

  it('goes into review as it was frozen, or not at all', async () => {
    await seller.save();
    const stale = await seller.freeze();
    await seller.save({ name: '改过名的店' });
    await expect(seller.open(stale)).rejects.toMatchObject({
      code: 'WRONG_STATE',
      facts: { allowed: ['edit', 'submit'] },
    });
    const fresh = await seller.freeze();
    // A retry brings the same id: what was frozen first stays.
    await seller.save({ name: '又改名的店' });
    await freezeShop(room.database.db, fresh, sellerId);
    await expect(seller.open(fresh)).rejects.toMatchObject({ code: 'WRONG_STATE' });
    const submissionId = await seller.submit();
    expect(await seller.shop()).toMatchObject({ draftState: 'in_review', submissionId });
    await expect(seller.save()).rejects.toMatchObject({ code: 'WRONG_STATE', facts: { allowed: ['withdraw'] } });
    await expect(seller.open(await seller.freeze())).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });

  it('is handed in once by two who hand it in at once', async () => {
    await seller.save();
    const [first, second] = [await seller.freeze(), await seller.freeze()];
    const outcome = await seller.inTrx(async (trx) => {
      await seller.openIn(trx, first);
      const other = seller.open(second).then(() => 'opened', codeOf);
      await somebodyWaits();
      return { other };
    });
    expect(await outcome.other).toBe('WRONG_STATE');
    expect(await seller.shop()).toMatchObject({ draftState: 'in_review', submissionId: first });
  });

  it('is not published twice as it is: the second of two is refused once the first was approved', async () => {
    await seller.save();
    const [first, second] = [await seller.freeze(), await seller.freeze()];
    const outcome = await seller.inTrx(async (trx) => {
      await seller.openIn(trx, first);
      await seller.decideIn(trx, first, approve);
      const other = seller.open(second).then(() => 'opened', codeOf);
      await somebodyWaits();
      return { other };
    });
    expect(await outcome.other).toBe('DRAFT_UNCHANGED');
    expect(await seller.shop()).toMatchObject({ draftState: 'editing', publishedNumber: 1 });
  });

  it.each([
    ['approved', approve],
    ['sent back', sendBack],
  ] as const)(
    'is %s while its seller takes it back: the seller is told that nothing was taken back',
    async (_, decision) => {
      await seller.save();
      const submissionId = await seller.submit();
      const outcome = await seller.inTrx(async (trx) => {
        await seller.decideIn(trx, submissionId, decision);
        const takenBack = seller.takeBack().catch(codeOf);
        await somebodyWaits();
        return { takenBack };
      });
      expect(await outcome.takenBack).toBe('WRONG_STATE');
    },
  );

  it('is judged whole: what was frozen with something missing is not opened', async () => {
    await seller.inTrx((trx) => saveDraft(trx, { sellerId, draft: { name: '半个店' }, by: seller.by }));
    await expect(seller.open(await seller.freeze())).rejects.toMatchObject({ code: 'DRAFT_INCOMPLETE' });
    await seller.publish();
    await expect(seller.open(await seller.freeze())).rejects.toMatchObject({ code: 'DRAFT_UNCHANGED' });
  });

  it('keeps an introduction that was rejected from being handed in again, whatever else is changed and published', async () => {
    await seller.publish();
    const other = { name: '另一家店' };
    const service = shopService({ qq: '55555' });
    await seller.save(other);
    await seller.decide(await seller.submit(), reject);
    const { errors } = await seller.shop();
    expect(errors).toHaveLength(1);
    expect(pathOfShop(await seller.shop())).toBe('unchanged');
    await seller.save({ ...other, service });
    expect(pathOfShop(await seller.shop())).toBe('publish');
    await seller.inTrx((trx) => publishRest(trx, { sellerId, by: seller.by }));
    const after = await seller.shop();
    expect([after.published?.service.qq, after.published?.name === '另一家店', after.errors]).toEqual([
      ...['55555', false, errors],
    ]);
    await expect(seller.open(await seller.freeze())).rejects.toMatchObject({ code: 'DRAFT_UNCHANGED' });
    await seller.save({ name: '再一家店', service });
    expect(pathOfShop(await seller.shop())).toBe('review');
  });

  it('that was never published is handed in again after any change: all of it was rejected', async () => {
    await seller.save();
    await seller.decide(await seller.submit(), reject);
    await seller.save();
    expect(pathOfShop(await seller.shop())).toBe('unchanged');
    await seller.save({ service: shopService({ qq: '55555' }) });
    expect(pathOfShop(await seller.shop())).toBe('review');
  });

  it('that begins again from what is published forgets what was said of its draft', async () => {
    await seller.publish();
    await seller.save({ name: '另一家店' });
    await seller.decide(await seller.submit(), sendBack);
    await seller.inTrx((trx) => resetDraft(trx, { sellerId, by: seller.by }));
    const { errors, draft, published } = await seller.shop();
    expect([errors, draft]).toEqual([[], published]);
  });

  it('is published, withdrawn or taken down, one after another and never half', async () => {
    await seller.publish();
    for (let round = 0; round < 6; round += 1) {
      await seller.save({ name: `第 ${round} 家店` });
      const submissionId = await seller.submit();
      const before = (await seller.shop()).published?.name;
      const settled = await Promise.allSettled([
        seller.decide(submissionId, round % 2 === 0 ? approve : reject),
        seller.withdraw(submissionId),
        seller.takeDown(),
      ]);
      for (const one of settled) if (one.status === 'rejected') expect(codeOf(one.reason)).toBe('WRONG_STATE');
      const now = await seller.shop();
      const outcome = await firstRow<{ outcome: string; state: string }>(
        room.database.db,
        `select n.outcome, r.state from shop_submissions n join reviews r on r.submission_id = n.id where n.id = :id`,
        { id: submissionId },
      );
      const ends = { approve: 'decided', reject: 'decided', withdraw: 'withdrawn' } as const;
      expect(outcome?.state).toBe(ends[outcome?.outcome as keyof typeof ends]);
      expect(now.published?.name).toBe(outcome?.outcome === 'approve' ? `第 ${round} 家店` : before);
      expect(now.submissionId).toBeNull();
      // Whoever was last: taken down it is hidden, and its draft waits for the seller.
      expect(now.takenDownAt !== null).toBe((await marketShop(room.database.db, sellerId)) === undefined);
    }
  });

  it('shows nothing that was not approved, whatever is done to it in which order', async () => {
    const approved = new Set<string>();
    const seen = async () => (await marketShop(room.database.db, sellerId))?.body;
    await seller.save();
    let submissionId = await seller.submit();
    let state = 7;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      // The lower digits repeat soon.
      return Math.floor(state / 65_536) % below;
    };
    const introduction = (body: { name: string; headline: string }) => `${body.name}/${body.headline}`;
    const acts = [
      () => seller.save({ name: `店${random(4)}`, headline: `标题${random(3)}` }),
      () => seller.save({ service: shopService({ qq: `1000${random(9)}` }) }),
      async () => {
        submissionId = await seller.submit();
      },
      async () => {
        const { body } = (await firstRow<{ body: { name: string; headline: string } }>(
          room.database.db,
          'select body from shop_submissions where id = :submissionId',
          { submissionId },
        ))!;
        await seller.decide(submissionId, approve);
        approved.add(introduction(body));
      },
      () => seller.decide(submissionId, reject),
      () => seller.withdraw(submissionId),
      () => seller.inTrx((trx) => publishRest(trx, { sellerId, by: seller.by })),
      () => seller.takeDown(),
    ];
    for (let step = 0; step < 120; step += 1) {
      const act = acts[random(acts.length)]!;
      await act().catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
      });
      const body = await seen();
      if (body !== undefined) expect(approved).toContain(introduction(body));
    }
    expect(approved.size).toBeGreaterThan(1);
  });

  it('takes up the other path where the draft was changed in between', async () => {
    await seller.publish();
    await seller.save({ service: shopService({ qq: '88888' }) });
    await seller.save({ name: '又一家店' });
    await expect(seller.inTrx((trx) => publishRest(trx, { sellerId, by: seller.by }))).rejects.toMatchObject({
      code: 'TRY_AGAIN',
    });
    expect((await seller.shop()).publishedNumber).toBe(1);
  });

  it('tells how far it is', async () => {
    const facts = () => shopFactsOf(room.database.db, sellerId);
    expect(await facts()).toBeNull();
    await seller.save();
    expect(await facts()).toMatchObject({ published: false, draft: 'editing', expectedAt: null, errors: [] });
    const submissionId = await seller.submit();
    expect(await facts()).toMatchObject({ published: false, draft: 'in_review', expectedAt: expect.any(Date) });
    await seller.decide(submissionId, approve);
    expect(await facts()).toMatchObject({ published: true, draft: 'editing', expectedAt: null });
    await seller.takeDown();
    expect(await facts()).toMatchObject({
      ...{ published: false, draft: 'changes_requested' },
      errors: [{ path: '', code: 'TAKEN_DOWN', reason: '违规宣传' }],
    });
  });
});
