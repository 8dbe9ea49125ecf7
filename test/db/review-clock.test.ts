import { addWorkingDays } from '../../domain/shared/working-days';
import { calendarDays, calendarFrom } from '../../db/calendar/queries';
import { setCalendarDay } from '../../db/calendar/repository';
import { casesToWatch } from '../../db/case/repository';
import { firstRow, rows, run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { addNotice } from '../../db/notice/repository';
import { remindOrEscalate } from '../../db/review/clock';
import { deleteInertDecisions, writeDecision } from '../../db/review/decisions';
import { reviewOf } from '../../db/review/queries';
import { reviewRows } from '../support/reviews';
import { approve, by, refused, ReviewRoom, sendBack } from './review-room';

describe('what a review waits for', () => {
  let room: ReviewRoom;
  beforeAll(async () => {
    room = await ReviewRoom.furnish();
  });
  afterAll(() => room.database.drop());

  it('are due after seven working days, and half of them before somebody is reminded', async () => {
    const { reviewId } = await reviewRows(room.database, room.sellerId);
    const row = await firstRow<{ openedAt: Date; remindAt: Date; dueAt: Date }>(
      room.db,
      'select opened_at as "openedAt", remind_at as "remindAt", due_at as "dueAt" from reviews where id = :reviewId',
      { reviewId },
    );
    const { openedAt, remindAt, dueAt } = row!;
    const calendar = await calendarFrom(room.db, openedAt);
    expect([remindAt, dueAt]).toEqual([addWorkingDays(calendar, openedAt, 3.5), addWorkingDays(calendar, openedAt, 7)]);
    expect(await room.stageOf(reviewId)).toEqual({ state: 'open', stage: 'waiting', turn: 'reviewer', due: true });
  });

  it('know the arrangement of 2026: 33 holidays, and six weekends on which people work', async () => {
    const days = await calendarDays(room.db, '2026-01-01');
    expect(days.filter(({ isWorking }) => !isWorking)).toHaveLength(33);
    expect(days.filter(({ isWorking }) => isWorking).map(({ day }) => day)).toEqual([
      ...['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
    ]);
    expect(days.find(({ day }) => day === '2026-02-23')).toEqual({ day: '2026-02-23', isWorking: false, name: '春节' });
  });

  it('count by the calendar as it stands', async () => {
    const before = await reviewRows(room.database, room.sellerId);
    const ahead = Array.from({ length: 400 }, (_, index) => {
      const day = new Date(Date.now() + 8 * 3_600_000 + index * 86_400_000).toISOString().slice(0, 10);
      return { day, isWorking: true, name: '全年无休' };
    });
    await room.inTrx(async (trx) => {
      for (const day of ahead.slice(0, 30)) await setCalendarDay(trx, day, by('admin-cli'));
    });
    const after = await reviewRows(room.database, room.sellerId);
    const dueIn = async (submissionId: string) => {
      const row = await reviewOf(room.db, submissionId);
      return (row!.dueAt.getTime() - row!.openedAt.getTime()) / 86_400_000;
    };
    expect(await dueIn(before.submissionId)).toBeGreaterThan(7);
    expect(await dueIn(after.submissionId)).toBe(7);
  });

  it('remind at half time and escalate when overdue, once each', async () => {
    const { reviewId } = await reviewRows(room.database, room.sellerId, { dueInMs: 60_000 });
    const tick = () => room.inTrx((trx) => remindOrEscalate(trx, room.order(reviewId, 'system')));
    const told = async () => [
      await room.noticesOf(room.people.one, reviewId),
      await room.noticesOf(room.people.operator, reviewId),
    ];
    const shift = (seconds: number) =>
      run(
        room.db,
        `update reviews set opened_at = opened_at - make_interval(secs => :seconds),
                remind_at = remind_at - make_interval(secs => :seconds), due_at = due_at - make_interval(secs => :seconds)
          where id = :reviewId`,
        { reviewId, seconds },
      );
    const watched = async () =>
      (await casesToWatch(room.db, { overdueByMs: 0, limit: 100 })).map(({ subjectId }) => subjectId);
    const early = await tick();
    expect(await told()).toEqual([[], []]);
    await shift(31);
    const half = await tick();
    expect(half.dueAt!.getTime()).toBeGreaterThan(early.dueAt!.getTime() - 31_000);
    await tick();
    expect(await told()).toEqual([['review_half_time'], []]);
    await shift(31);
    await run(
      room.database.owner,
      `update process_cases set due_at = now() - interval '1 day' where subject_id = :reviewId`,
      {
        reviewId,
      },
    );
    expect(await watched()).toContain(reviewId);
    expect(await tick()).toEqual({ state: 'waiting', dueAt: null });
    expect(await watched()).not.toContain(reviewId);
    expect(await tick()).toEqual({ state: 'waiting', dueAt: null });
    expect(await told()).toEqual([['review_half_time'], ['review_overdue']]);
    expect(await room.stageOf(reviewId)).toMatchObject({ state: 'open', turn: 'reviewer', due: true });
    expect(await room.actsOf(reviewId)).toEqual(['open', 'remind', 'escalate']);
    await room.decide(reviewId, room.people.two, approve);
    await expect(tick().catch(refused)).resolves.toBe('WRONG_STATE');
  });

  it('tell an account the same once', async () => {
    const notice = { accountId: room.people.one, kind: 'review_overdue', subjectId: 'rev_twice', params: {} } as const;
    for (const once of ['first', 'first', 'second']) await room.inTrx((trx) => addNotice(trx, { ...notice, once }));
    expect(await room.noticesOf(room.people.one, 'rev_twice')).toHaveLength(2);
    const sent = await rows(
      room.db,
      `select from notice_deliveries d join notices n on n.id = d.notice_id where n.subject_id = 'rev_twice'`,
    );
    expect(sent).toHaveLength(4);
  });

  it('keep decisions that came about, and sweep those that did not', async () => {
    const { reviewId } = await reviewRows(room.database, room.sellerId);
    await room.decide(reviewId, room.people.one, sendBack);
    const inert = newId('command');
    await room.inTrx((trx) =>
      writeDecision(trx, { decisionId: inert, reviewId, accountId: room.people.two, decision: sendBack }),
    );
    await run(
      room.database.owner,
      `update review_decisions set created_at = now() - interval '25 hours' where review_id = :reviewId`,
      { reviewId },
    );
    await deleteInertDecisions(room.db);
    const left = await rows<{ id: string; verdicts: number }>(
      room.db,
      `select d.id, (select count(*) from review_verdicts v where v.decision_id = d.id) as verdicts
         from review_decisions d where review_id = :reviewId`,
      { reviewId },
    );
    expect(left).toMatchObject([{ verdicts: 1 }]);
    expect(left[0]?.id).not.toBe(inert);
  });

  it.each([
    [`update reviews set assignee = null where state = 'decided'`, 'reviews_claimed_has_assignee'],
    [`update reviews set decision_id = null where state = 'decided'`, 'reviews_decided_has_decision'],
    [
      `update reviews set state = 'lost', decided_at = null, decision_id = null, decided_by = null where state = 'decided'`,
      'reviews_state_check',
    ],
    [`update review_verdicts set reason_code = null where outcome = 'change'`, 'review_verdicts_change_has_reason'],
    [
      `insert into review_verdicts select decision_id, item, outcome, reason_code from review_verdicts limit 1`,
      'review_verdicts_pkey',
    ],
    [`update reviews set submission_id = (select min(submission_id) from reviews)`, 'reviews_one_per_submission'],
    [`update notices set once = (select min(once) from notices)`, 'notices_once'],
    [
      `insert into notice_deliveries select notice_id, channel from notice_deliveries limit 1`,
      'notice_deliveries_pkey',
    ],
  ])('%s is refused by %s', async (statement, constraint) => {
    await expect(run(room.database.owner, statement)).rejects.toMatchObject({ constraint });
  });
});
