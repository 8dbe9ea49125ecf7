import type { DecideReview } from '../../domain/review/schemas';
import { firstRow, run } from '../../db/connection';
import { remindOrEscalate } from '../../db/review/clock';
import { forceDecision } from '../../db/review/forced';
import { cancelReview, extendReview, reassignByOperator, remindNow } from '../../db/review/interventions';
import { claimReview } from '../../db/review/repository';
import { formSubjects, formOf } from '../support/reviews';
import { accountOf, approve, refused, ReviewRoom, sendBack } from './review-room';
import { Widened } from './review-subject';

/** What operators do to open reviews; rows alone. */
describe('operators’ hands upon a review', () => {
  let room: ReviewRoom;
  let widened: Widened;
  let second: string;
  beforeAll(async () => {
    room = await ReviewRoom.furnish();
    widened = new Widened(room);
    second = await accountOf(room.database, 'operator two', ['operator']);
  });
  afterAll(() => room.database.drop());

  const hand = (requestId = 'req_1') => ({ actor: room.people.operator, requestId, reason: '审核员休假' });
  const opened = async (claimed = false) => {
    const { reviewId, submissionId } = await widened.open();
    if (claimed) await room.inTrx((trx) => claimReview(trx, room.order(reviewId, room.people.one)));
    return { reviewId, submissionId };
  };
  const force = (reviewId: string, decision: DecideReview = approve, more: { by?: string; second?: string } = {}) => {
    const by = { ...hand(), actor: more.by ?? room.people.operator };
    return room.inTrx((trx) =>
      forceDecision(trx, { reviewId, decision, by, second: more.second ?? second }, widened.subjects),
    );
  };

  describe('a decision in a reviewer’s place', () => {
    it.each([
      ['waiting', false],
      ['claimed', true],
    ])('is a decision like any other while %s, with both operators and the reason', async (_, claimed) => {
      const { reviewId, submissionId } = await opened(claimed);
      expect((await force(reviewId, sendBack)).state).toBe('decided');
      expect(await formOf(room.db, submissionId)).toMatchObject({
        state: 'request_changes',
        reasons: [{ path: '/phone', code: 'MISMATCH' }],
      });
      expect(await widened.rowOf(reviewId)).toMatchObject({
        ...{ decidedBy: 'operator', decider: room.people.operator, outcome: 'request_changes' },
        assignee: claimed ? room.people.one : null,
      });
      const told = await firstRow(
        room.db,
        `select a.reason, d.confirmed_by as second from audit_log a
           join reviews r on r.id = a.subject_id join review_decisions d on d.id = r.decision_id
          where a.subject_id = :reviewId and a.action = 'review.force_decide'`,
        { reviewId },
      );
      expect(told).toEqual({ reason: '审核员休假', second });
      expect(await room.noticesOf(room.people.seller, `about:${submissionId}`)).toEqual(['review_changes_requested']);
      expect(await room.noticesOf(room.people.one, reviewId)).toEqual(claimed ? ['review_taken_away'] : []);
      expect(await force(reviewId).then(() => 'forced', refused)).toBe('WRONG_STATE');
      const until = new Date(Date.now() + 30 * 86_400_000);
      const extended = room.inTrx((trx) => extendReview(trx, { reviewId, until, by: hand() }, widened.subjects));
      expect(await extended.then(() => 'extended', refused)).toBe('WRONG_STATE');
    });

    it('cannot stand in the rows as one operator’s, nor a reviewer’s as two’s', async () => {
      const [forced, judged] = [await opened(), await opened(true)];
      await force(forced.reviewId, sendBack);
      const { owner } = room.database;
      const brokenBy = (sql: string, reviewId: string) =>
        run(owner, sql, { reviewId }).then(
          () => 'done',
          (error: unknown) => (error as { constraint?: string }).constraint,
        );
      const alone = `with one as (
          insert into review_decisions (id, review_id, account_id, outcome)
          values ('alone', :reviewId, (select account_id from review_decisions limit 1), 'approve') returning id)
        update reviews set state = 'decided', decided_by = 'operator', decided_at = now(), decision_id = one.id
          from one where reviews.id = :reviewId`;
      expect(await brokenBy(alone, judged.reviewId)).toBe('reviews_by_two');
      const asPolicy = `update reviews set decided_by = 'policy' where id = :reviewId`;
      expect(await brokenBy(asPolicy, forced.reviewId)).toBe('reviews_by_two');
    });

    it.each([
      [
        'names what is not there',
        { outcome: 'request_changes', verdicts: [{ ...sendBack.verdicts[0]!, item: '/x' }] },
        'REFERENCE_NOT_FOUND',
      ],
      ['gives no reason', { outcome: 'reject', verdicts: [] }, 'REASON_MISSING'],
    ] as const)('that %s is refused', async (_, decision, code) => {
      const { reviewId } = await opened();
      const verdicts = [...decision.verdicts];
      expect(await force(reviewId, { ...decision, verdicts }).then(() => 'forced', refused)).toBe(code);
      expect((await widened.rowOf(reviewId)).state).toBe('waiting');
    });

    it('refuses nothing that stays accepted', async () => {
      const first = await opened();
      const well = { item: '/shortName', outcome: 'ok' as const };
      await widened.decide(first.reviewId, room.people.one, { ...sendBack, verdicts: [...sendBack.verdicts, well] });
      const { reviewId } = await opened();
      const wrong: DecideReview = {
        outcome: 'request_changes',
        verdicts: [{ item: '/shortName', outcome: 'change', reasonCode: 'QUALITY' }],
      };
      expect(await force(reviewId, wrong).then(() => 'forced', refused)).toBe('ITEM_ACCEPTED');
    });

    it('is neither one’s of the company that submitted it, and takes two', async () => {
      const { reviewId } = await opened();
      for (const own of [{ by: room.people.seller }, { second: room.people.seller }])
        expect(await force(reviewId, approve, own).then(() => 'forced', refused)).toBe('OWN_SUBMISSION');
      await expect(force(reviewId, approve, { second: room.people.operator })).rejects.toMatchObject({
        constraint: 'review_decisions_confirmed_by_another',
      });
    });
  });

  it('a deadline is extended, never brought nearer, and is told of anew', async () => {
    const { reviewId } = await opened(true);
    const row = await widened.rowOf(reviewId);
    const extend = (until: Date) =>
      room.inTrx((trx) => extendReview(trx, { reviewId, until, by: hand() }, widened.subjects));
    for (const until of [row.dueAt, new Date(Date.now() - 1_000)])
      expect(await extend(until).then(() => 'extended', refused)).toBe('TIME_PAST');
    const overdue = `update reviews set opened_at = now() - interval '3 days', remind_at = now() - interval '2 days',
                            due_at = now() - interval '1 day' where id = :reviewId`;
    await run(room.database.owner, overdue, { reviewId });
    const clock = () => room.inTrx((trx) => remindOrEscalate(trx, room.order(reviewId, 'system')));
    await clock();
    const until = new Date(Date.now() + 86_400_000);
    await extend(until);
    expect((await widened.rowOf(reviewId)).dueAt).toEqual(until);
    const due = await firstRow(room.db, 'select due_at as "dueAt" from process_cases where subject_id = :reviewId', {
      reviewId,
    });
    expect(due).toEqual({ dueAt: until });
    expect((await clock()).dueAt?.getTime()).toBeLessThan(until.getTime());
    await run(room.database.owner, overdue, { reviewId });
    await clock();
    expect(await room.noticesOf(room.people.operator, reviewId)).toEqual(['review_overdue', 'review_overdue']);
    expect(await room.actsOf(reviewId)).toEqual(['open', 'claim', 'escalate', 'extend_deadline', 'escalate']);
  });

  it('whoever has it is reminded, each time anew; while nobody has it, all reviewers', async () => {
    const claimed = await opened(true);
    const waiting = await opened();
    for (const { reviewId } of [claimed, claimed, waiting])
      await room.inTrx((trx) => remindNow(trx, { reviewId, by: hand() }, widened.subjects));
    const told = async (account: string) => [
      (await room.noticesOf(account, claimed.reviewId)).length,
      (await room.noticesOf(account, waiting.reviewId)).length,
    ];
    expect([await told(room.people.one), await told(room.people.two)]).toEqual([
      [2, 1],
      [0, 1],
    ]);
  });

  it('it is given to another reviewer, whoever had it, and to nobody else', async () => {
    const { reviewId } = await opened(true);
    const give = (toAccountId: string, requestId: string) =>
      room.inTrx((trx) => reassignByOperator(trx, { reviewId, toAccountId, by: hand(requestId) }, widened.subjects));
    expect(await give(room.people.operator, 'r0').then(() => 'given', refused)).toBe('REFERENCE_NOT_FOUND');
    const told = async (account: string) => [...(await room.noticesOf(account, reviewId))].sort();
    await give(room.people.two, 'r1');
    await give(room.people.one, 'r2');
    await give(room.people.two, 'r3');
    expect((await widened.rowOf(reviewId)).assignee).toBe(room.people.two);
    expect(await told(room.people.two)).toEqual(['review_assigned', 'review_assigned', 'review_taken_away']);
    expect(await told(room.people.one)).toEqual(['review_assigned', 'review_taken_away', 'review_taken_away']);
    const own = 'update sellers set account_id = :to where account_id = :from';
    await run(room.database.owner, own, { to: room.people.one, from: room.people.seller });
    expect(await give(room.people.one, 'r4').then(() => 'given', refused)).toBe('OWN_SUBMISSION');
    await run(room.database.owner, own, { to: room.people.seller, from: room.people.one });
  });

  it('it is given back to its seller, where that works on a draft', async () => {
    const { reviewId, submissionId } = await opened(true);
    const cancel = (subjects = widened.subjects) =>
      room.inTrx((trx) => cancelReview(trx, { reviewId, by: hand() }, subjects));
    expect(await cancel(formSubjects).then(() => 'cancelled', refused)).toBe('WRONG_STATE');
    await cancel();
    expect((await formOf(room.db, submissionId)).state).toBe('withdrawn');
    expect((await widened.rowOf(reviewId)).state).toBe('withdrawn');
    expect(await room.noticesOf(room.people.seller, `about:${submissionId}`)).toEqual(['review_given_back']);
    expect(await room.noticesOf(room.people.one, reviewId)).toEqual(['review_taken_away']);
    expect(await cancel().then(() => 'cancelled', refused)).toBe('WRONG_STATE');
  });
});
