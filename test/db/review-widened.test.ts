import { randomBytes } from 'node:crypto';
import type { DecideReview } from '../../domain/review/schemas';
import { hasEffect } from '../../db/command/repository';
import { firstRow, run } from '../../db/connection';
import { duplicatesOf, recordMarks } from '../../db/review/marks';
import { withdrawBySeller } from '../../db/review/settlement';
import { setTrust, trustOf } from '../../db/review/trust';
import { KeyedVault } from '../../db/secrets/keyed-vault';
import { formOf, sellerOf, submit } from '../support/reviews';
import { accountOf, approve, by, refused, ReviewRoom } from './review-room';
import { Widened } from './review-subject';

const back = (...verdicts: DecideReview['verdicts']): DecideReview => ({ outcome: 'request_changes', verdicts });
const well = (item: string) => ({ item, outcome: 'ok' as const });
const change = (item: string) => ({ item, outcome: 'change' as const, reasonCode: 'MISMATCH' as const });

/** Rows alone: no run, no HTTP. */
describe('widened reviews', () => {
  let room: ReviewRoom;
  let widened: Widened;
  let logins = 0;

  beforeAll(async () => {
    room = await ReviewRoom.furnish();
    widened = new Widened(room);
  });
  afterAll(() => room.database.drop());

  /** Of nobody else’s company. */
  const newSeller = async () => {
    const accountId = await accountOf(room.database, `seller-${++logins}`, []);
    return { accountId, sellerId: await sellerOf(room.database, accountId) };
  };

  describe('criteria', () => {
    it('are numbered items, of the version that was the newest when the review was opened', async () => {
      const { sellerId } = await newSeller();
      const first = await widened.open({}, { sellerId });
      const setId = await widened.addCriteria(2);
      const second = await widened.open({}, { sellerId });
      const items = async (id: string) => (await widened.itemsOf(id)).map(({ item, value }) => [item, value]);
      expect((await items(first.reviewId)).slice(2).map(([item]) => item)).toEqual(['1', '2', '3', '4', '5', '6']);
      expect(await items(second.reviewId)).toEqual([
        ['/shortName', '星河'],
        ['/phone', '13800001234'],
        ['1', null],
        ['2', null],
      ]);
      expect((await widened.rowOf(second.reviewId)).criteriaSetId).toBe(setId);
    });

    it('that are not met are told at their fields', async () => {
      const { sellerId } = await newSeller();
      const { reviewId, submissionId } = await widened.open({}, { sellerId });
      await widened.decide(reviewId, room.people.one, back(well('/shortName'), change('2')));
      expect((await formOf(room.db, submissionId)).reasons).toEqual([
        { path: '/phone', code: 'MISMATCH', reason: expect.stringContaining('电话可用') },
      ]);
      // At the whole, where each of them was found well.
      const again = await widened.open({ phone: '13800005678' }, { sellerId });
      await widened.decide(again.reviewId, room.people.one, back(well('/phone'), change('2')));
      expect((await formOf(room.db, again.submissionId)).reasons).toMatchObject([{ path: '', code: 'MISMATCH' }]);
    });
  });

  describe('what was accepted', () => {
    it('stays accepted until it changes, through rounds and through what was taken back', async () => {
      const { sellerId } = await newSeller();
      const open = (changed = {}) => widened.open(changed, { sellerId });
      const first = await open();
      expect(await widened.acceptedOf(first.reviewId)).toEqual([]);
      await widened.decide(first.reviewId, room.people.one, back(well('/shortName'), well('1'), change('/phone')));

      const second = await open({ phone: '13800005678' });
      expect(await widened.acceptedOf(second.reviewId)).toEqual(['/shortName', '1']);
      await widened.decide(second.reviewId, room.people.two, back(change('2')));

      const taken = await open({ phone: '13800009999' });
      const withdrawal = { submissionId: taken.submissionId, by: by(room.people.seller), commandId: null };
      expect(await room.inTrx((trx) => withdrawBySeller(trx, widened.subjects, withdrawal))).toBe(true);
      expect((await formOf(room.db, taken.submissionId)).state).toBe('withdrawn');
      expect(await room.inTrx((trx) => withdrawBySeller(trx, widened.subjects, withdrawal))).toBe(false);

      const third = await open({ phone: '13800009999' });
      expect(await widened.acceptedOf(third.reviewId)).toEqual(['/shortName', '1']);
      await widened.decide(third.reviewId, room.people.one, back(well('2'), change('/phone')));
      const fourth = await open({ shortName: '银河', phone: '13800009999' });
      expect(await widened.acceptedOf(fourth.reviewId)).toEqual(['2']);
      await widened.decide(fourth.reviewId, room.people.one, approve);
      const fifth = await open({ shortName: '银河', phone: '13800009999' });
      expect(await widened.acceptedOf(fifth.reviewId)).toEqual([]);
    });

    it('of a criterion is not carried to another version of the criteria', async () => {
      const { sellerId } = await newSeller();
      const first = await widened.open({}, { sellerId });
      await widened.decide(first.reviewId, room.people.one, back(well('/shortName'), well('1'), change('/phone')));
      await widened.addCriteria(3);
      const second = await widened.open({}, { sellerId });
      expect(await widened.acceptedOf(second.reviewId)).toEqual(['/shortName']);
    });
  });

  describe('a seller’s command', () => {
    it('has its effect once the review is open, in the seller’s name', async () => {
      const { sellerId, accountId } = await newSeller();
      const commandId = await room.command(accountId, sellerId);
      const { reviewId, opened } = await widened.open({}, { sellerId, commandId });
      expect([opened.state, await hasEffect(room.db, commandId)]).toEqual(['waiting', true]);
      const event = await firstRow(
        room.db,
        `select e.actor from case_events e join process_cases c on c.id = e.case_id where c.subject_id = :reviewId`,
        { reviewId },
      );
      expect(event).toEqual({ actor: accountId });
    });

    it('is refused where the submission waits for no review any more', async () => {
      const { sellerId, accountId } = await newSeller();
      const submissionId = await submit(room.database, sellerId);
      await run(room.db, `update reviewed_forms set state = 'withdrawn' where id = :submissionId`, { submissionId });
      const commandId = await room.command(accountId, sellerId);
      const opened = widened.open({}, { sellerId, commandId, submissionId });
      expect(await opened.then(() => 'opened', refused)).toBe('WRONG_STATE');
      expect(await hasEffect(room.db, commandId)).toBe(false);
      expect((await widened.open({}, { sellerId, submissionId })).opened.state).toBe('withdrawn');
    });
  });

  describe('a trusted seller', () => {
    const phone = '02188880000';
    const vault = new KeyedVault([{ id: 'k1', key: randomBytes(32) }]);
    const trust = (sellerId: string, kinds: readonly ('shop' | 'product')[], reason = '一贯合规') =>
      room.inTrx((trx) => setTrust(trx, { sellerId, kinds, by: { ...by(room.people.operator), reason } }));

    /** Trusted, with something approved by a person before. */
    async function trusted() {
      const { sellerId } = await newSeller();
      const { reviewId } = await widened.open({}, { sellerId });
      await widened.decide(reviewId, room.people.one, approve);
      await trust(sellerId, ['shop']);
      return sellerId;
    }
    afterEach(() => Object.assign(widened, { problems: [], takenDown: false }));

    it('is approved by policy, recorded as such', async () => {
      const sellerId = await trusted();
      const { reviewId, submissionId, opened } = await widened.open({}, { sellerId });
      expect(opened).toEqual({ state: 'decided', dueAt: null });
      expect(await formOf(room.db, submissionId)).toMatchObject({ state: 'approve' });
      expect(await widened.rowOf(reviewId)).toMatchObject({
        ...{ state: 'decided', decidedBy: 'policy', decider: null, assignee: null, outcome: 'approve' },
      });
      expect(await room.actsOf(reviewId)).toEqual(['open', 'approve_by_policy']);
      expect(await room.stageOf(reviewId)).toMatchObject({ state: 'completed', stage: 'decided', turn: 'nobody' });
    });

    it.each([
      [
        'nobody approved anything of before',
        async () => {
          const { sellerId } = await newSeller();
          await trust(sellerId, ['shop']);
          return sellerId;
        },
      ],
      [
        'is trusted with something else',
        async () => {
          const sellerId = await trusted();
          await trust(sellerId, ['product']);
          return sellerId;
        },
      ],
      [
        'is not trusted any more',
        async () => {
          const sellerId = await trusted();
          await trust(sellerId, []);
          return sellerId;
        },
      ],
      [
        'hands in what a rule objects to',
        async () => {
          widened.problems = [{ path: '/shortName', code: 'FORBIDDEN_WORDS', zh: '禁用词', en: 'forbidden' }];
          return trusted();
        },
      ],
      [
        'was taken down',
        async () => {
          widened.takenDown = true;
          return trusted();
        },
      ],
      [
        'has another’s phone',
        async () => {
          const sellerId = await trusted();
          const other = (await newSeller()).sellerId;
          for (const id of [sellerId, other])
            await recordMarks(room.db, vault, {
              sellerId: id,
              source: 'sbm',
              marks: [{ kind: 'phone', value: phone }],
            });
          return sellerId;
        },
      ],
    ])('that %s waits for a reviewer', async (_, furnished) => {
      const sellerId = await furnished();
      const { reviewId, opened } = await widened.open({}, { sellerId });
      expect(opened.state).toBe('waiting');
      expect(await room.actsOf(reviewId)).toEqual(['open']);
    });

    it('is trusted once, by whom and why, and each change is audited', async () => {
      const { sellerId } = await newSeller();
      await trust(sellerId, ['shop'], '首次');
      await trust(sellerId, ['product', 'shop'], '再次');
      expect(await trustOf(room.db, sellerId)).toMatchObject([
        { kind: 'product', reason: '再次', grantedBy: room.people.operator },
        { kind: 'shop', reason: '首次' },
      ]);
      await trust(sellerId, [], '结束');
      expect(await trustOf(room.db, sellerId)).toEqual([]);
      const audited = await firstRow(
        room.db,
        `select string_agg(action, ' ' order by id) as actions from audit_log where subject_id = :sellerId`,
        { sellerId },
      );
      expect(audited).toEqual({
        actions: 'seller.trust_shop seller.trust_product seller.distrust_product seller.distrust_shop',
      });
      const twice = `insert into trusted_sellers (seller_id, kind, granted_by, reason)
        select id, 'shop', account_id, 'x' from sellers cross join generate_series(1, 2) where id = :sellerId`;
      await expect(run(room.database.owner, twice, { sellerId })).rejects.toMatchObject({
        constraint: 'trusted_sellers_one_at_a_time',
      });
    });
  });

  it.each([
    [`update reviews set decided_by = null where state = 'decided'`, 'reviews_decided_says_by_what'],
    [`insert into review_criteria select set_id, number, en, zh, fields from review_criteria`, 'review_criteria_pkey'],
  ])('%s is refused by %s', async (statement, constraint) => {
    await expect(run(room.database.owner, statement)).rejects.toMatchObject({ constraint });
  });

  it('recognises what several sellers handed in, under older keys too, and tells nobody the value', async () => {
    const [one, two] = [(await newSeller()).sellerId, (await newSeller()).sellerId];
    const [older, newer] = ['k1', 'k2'].map((id) => ({ id, key: randomBytes(32) })) as [never, never];
    const old = new KeyedVault([older]);
    const mark = (sellerId: string, vault: KeyedVault) =>
      recordMarks(room.db, vault, {
        ...{ sellerId, source: 'ver' },
        marks: [
          { kind: 'bank_account', value: '310066661018800' },
          { kind: 'code', value: `code of ${sellerId}` },
        ],
      });
    await mark(one, old);
    await mark(one, old);
    await mark(one, new KeyedVault([newer, older]));
    await mark(two, old);
    expect(await duplicatesOf(room.db, one)).toEqual([
      { kind: 'bank_account', sellers: [{ sellerId: two, name: null }] },
    ]);
    const marks = 'select count(*) as count from seller_marks where seller_id = :one';
    expect(await firstRow(room.db, marks, { one })).toEqual({ count: 2 });
    const again = `insert into seller_marks (seller_id, kind, key_id, ciphertext, fingerprint, source)
      select seller_id, kind, key_id, ciphertext, fingerprint, source from seller_marks where seller_id = :one`;
    await expect(run(room.database.owner, again, { one })).rejects.toMatchObject({ constraint: 'seller_marks_once' });
  });
});
