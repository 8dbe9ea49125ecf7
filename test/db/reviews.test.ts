import { DomainError } from '../../domain/shared/errors';
import { addWorkingDays } from '../../domain/shared/working-days';
import { firstRow, rows, run, type Trx } from '../../db/connection';
import { calendarDays, calendarFrom } from '../../db/calendar/queries';
import { casesToWatch } from '../../db/case/repository';
import { setCalendarDay } from '../../db/calendar/repository';
import { remindOrEscalate } from '../../db/review/clock';
import { deleteInertDecisions, writeDecision } from '../../db/review/decisions';
import { reviewOf } from '../../db/review/queries';
import { claimReview, openReview, reassignReview, releaseReview } from '../../db/review/repository';
import { decideReview, withdrawReview } from '../../db/review/settlement';
import { addAccount } from '../../db/account/repository';
import { claimCommand } from '../../db/command/repository';
import { addNotice } from '../../db/notice/repository';
import { newId } from '../../db/new-id';
import type { DecideReview } from '../../domain/review/schemas';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { createForms, formOf, formSubjects, reviewRows, sellerOf, submit } from '../support/reviews';

const approve: DecideReview = { outcome: 'approve', verdicts: [] };
const sendBack: DecideReview = {
  outcome: 'request_changes',
  verdicts: [{ item: '/phone', outcome: 'change', reasonCode: 'MISMATCH' }],
};

describe('reviews as rows', () => {
  let database: TestDatabase;
  let sellerId: string;
  let people: { readonly seller: string; readonly one: string; readonly two: string; readonly operator: string };

  beforeAll(async () => {
    database = await cloneDatabase();
    await createForms(database);
    const account = (login: string, roles: readonly ('reviewer' | 'operator')[]) =>
      inTrx((trx) =>
        addAccount(trx, { login, roles, passwordHash: '-', displayName: login, enterpriseId: null, mallId: null }),
      );
    people = {
      seller: await account('seller', []),
      one: await account('one', ['reviewer']),
      two: await account('two', ['reviewer']),
      operator: await account('operator', ['operator']),
    };
    sellerId = await sellerOf(database, people.seller);
  });
  afterAll(() => database.drop());

  const inTrx = <R>(work: (trx: Trx) => Promise<R>): Promise<R> => database.db.transaction(work);
  const by = (actor: string) => ({ actor, requestId: null });
  const order = (reviewId: string, actor: string, commandId: string | null = null) => ({
    ...{ reviewId, commandId },
    by: by(actor),
  });
  const decide = async (reviewId: string, actor: string, decision: DecideReview, commandId: string | null = null) => {
    const decisionId = newId('command');
    await inTrx((trx) => writeDecision(trx, { decisionId, reviewId, accountId: actor, decision }));
    return inTrx((trx) => decideReview(trx, { ...order(reviewId, actor, commandId), decisionId }, formSubjects));
  };
  const refused = (error: unknown) => (error instanceof DomainError ? error.code : String(error));
  const outcomes = (settled: readonly PromiseSettledResult<unknown>[]) =>
    settled.map((one) => (one.status === 'fulfilled' ? 'done' : refused(one.reason))).sort();
  const noticesOf = (accountId: string, about: string) =>
    rows<{ kind: string }>(
      database.db,
      'select kind from notices where account_id = :accountId and subject_id = :about order by id',
      { accountId, about },
    ).then((found) => found.map(({ kind }) => kind));
  const stageOf = (reviewId: string) =>
    firstRow(
      database.db,
      'select state, stage, whose_turn as turn, due_at is not null as due from process_cases where subject_id = :reviewId',
      { reviewId },
    );

  it('are due after seven working days, and half of them before somebody is reminded', async () => {
    const { reviewId } = await reviewRows(database, sellerId);
    const row = await firstRow<{ openedAt: Date; remindAt: Date; dueAt: Date }>(
      database.db,
      'select opened_at as "openedAt", remind_at as "remindAt", due_at as "dueAt" from reviews where id = :reviewId',
      { reviewId },
    );
    const { openedAt, remindAt, dueAt } = row!;
    const calendar = await calendarFrom(database.db, openedAt);
    expect([remindAt, dueAt]).toEqual([addWorkingDays(calendar, openedAt, 3.5), addWorkingDays(calendar, openedAt, 7)]);
    expect(await stageOf(reviewId)).toEqual({ state: 'open', stage: 'waiting', turn: 'reviewer', due: true });
  });

  it('know the arrangement of 2026: 33 holidays, and six weekends on which people work', async () => {
    const days = await calendarDays(database.db, '2026-01-01');
    expect(days.filter(({ isWorking }) => !isWorking)).toHaveLength(33);
    expect(days.filter(({ isWorking }) => isWorking).map(({ day }) => day)).toEqual([
      ...['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
    ]);
    expect(days.find(({ day }) => day === '2026-02-23')).toEqual({ day: '2026-02-23', isWorking: false, name: '春节' });
  });

  it('count by the calendar as it stands', async () => {
    const before = await reviewRows(database, sellerId);
    const ahead = Array.from({ length: 400 }, (_, index) => {
      const day = new Date(Date.now() + 8 * 3_600_000 + index * 86_400_000).toISOString().slice(0, 10);
      return { day, isWorking: true, name: '全年无休' };
    });
    await inTrx(async (trx) => {
      for (const day of ahead.slice(0, 30)) await setCalendarDay(trx, day, by('admin-cli'));
    });
    const after = await reviewRows(database, sellerId);
    const dueIn = async (submissionId: string) => {
      const row = await reviewOf(database.db, submissionId);
      return (row!.dueAt.getTime() - row!.openedAt.getTime()) / 86_400_000;
    };
    expect(await dueIn(before.submissionId)).toBeGreaterThan(7);
    expect(await dueIn(after.submissionId)).toBe(7);
  });

  it('open once for a submission, and not for one that was taken back', async () => {
    const { reviewId, submissionId } = await reviewRows(database, sellerId);
    const opening = {
      ...{
        reviewId,
        kind: 'shop' as const,
        submissionId,
        sellerId,
        caseWorkflowId: 'nobody',
        workflowId: `review:${submissionId}`,
      },
      ...{ dueInWorkingDays: 7, dueInMs: null },
    };
    expect(await inTrx((trx) => openReview(trx, opening, formSubjects))).toMatchObject({ state: 'waiting' });
    const taken = await submit(database, sellerId);
    await run(database.db, `update reviewed_forms set state = 'withdrawn' where id = :taken`, { taken });
    const late = { ...opening, reviewId: newId('review'), submissionId: taken, workflowId: `review:${taken}` };
    expect(await inTrx((trx) => openReview(trx, late, formSubjects))).toEqual({ state: 'withdrawn', dueAt: null });
    expect(await reviewOf(database.db, taken)).toBeUndefined();
  });

  it('are claimed by one of two who try at once', async () => {
    const { reviewId } = await reviewRows(database, sellerId);
    const both = [people.one, people.two].map((who) => inTrx((trx) => claimReview(trx, order(reviewId, who))));
    expect(outcomes(await Promise.allSettled(both))).toEqual(['WRONG_STATE', 'done']);
  });

  it('are decided by one of two who decide at once, with the effect of that one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { reviewId, submissionId } = await reviewRows(database, sellerId);
      const settled = await Promise.allSettled([
        decide(reviewId, people.one, approve),
        decide(reviewId, people.two, sendBack),
      ]);
      expect(outcomes(settled)).toEqual(['WRONG_STATE', 'done']);
      const review = await reviewOf(database.db, submissionId);
      expect(review).toMatchObject({
        state: 'decided',
        assignee: review?.outcome === 'approve' ? people.one : people.two,
      });
      expect((await formOf(database.db, submissionId)).state).toBe(review?.outcome);
      expect(await stageOf(reviewId)).toMatchObject({ state: 'completed', stage: 'decided' });
    }
  });

  it('are decided or withdrawn, never both', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { reviewId, submissionId } = await reviewRows(database, sellerId);
      const withdraw = inTrx(async (trx) => {
        await formSubjects.shop!.lock(trx, submissionId);
        const withdrawn = await withdrawReview(trx, { submissionId, by: by(people.seller) });
        if (withdrawn)
          await run(trx, `update reviewed_forms set state = 'withdrawn' where id = :submissionId`, { submissionId });
        return withdrawn;
      });
      const [decided, withdrawn] = await Promise.allSettled([decide(reviewId, people.one, approve), withdraw]);
      const { state } = (await reviewOf(database.db, submissionId))!;
      expect(withdrawn).toEqual({ status: 'fulfilled', value: state === 'withdrawn' });
      expect(decided.status).toBe(state === 'decided' ? 'fulfilled' : 'rejected');
      expect((await formOf(database.db, submissionId)).state).toBe(state === 'decided' ? 'approve' : 'withdrawn');
    }
  });

  it('are only their assignee’s to release, to give away and to decide', async () => {
    const { reviewId, submissionId } = await reviewRows(database, sellerId);
    await inTrx((trx) => claimReview(trx, order(reviewId, people.one)));
    const give = (actor: string, from: string | null) =>
      inTrx((trx) => reassignReview(trx, { ...order(reviewId, actor), toAccountId: people.two, from }));
    for (const attempt of [
      () => inTrx((trx) => releaseReview(trx, order(reviewId, people.two))),
      () => give(people.two, people.two),
      () => decide(reviewId, people.two, approve),
    ])
      await expect(attempt().catch(refused)).resolves.toBe('WRONG_STATE');
    await give(people.operator, null);
    expect((await reviewOf(database.db, submissionId))?.assignee).toBe(people.two);
    expect(await noticesOf(people.two, reviewId)).toEqual(['review_assigned']);
  });

  it('keep nothing of a decision whose effect fails', async () => {
    const { reviewId, submissionId } = await reviewRows(database, sellerId);
    const broken = { shop: { ...formSubjects.shop!, onDecided: () => Promise.reject(new Error('no effect')) } };
    const decisionId = newId('command');
    await inTrx((trx) => writeDecision(trx, { decisionId, reviewId, accountId: people.one, decision: approve }));
    const attempt = inTrx((trx) => decideReview(trx, { ...order(reviewId, people.one), decisionId }, broken));
    await expect(attempt).rejects.toThrow('no effect');
    expect(await reviewOf(database.db, submissionId)).toMatchObject({ state: 'waiting', assignee: null });
    expect(await noticesOf(people.seller, reviewId)).toEqual([]);
  });

  it('take a command twice once', async () => {
    const { reviewId } = await reviewRows(database, sellerId);
    const commandId = newId('command');
    await claimCommand(database.db, {
      ...{ id: commandId, accountId: people.one, route: 'POST /', key: null, bodySha256: Buffer.alloc(32) },
      ...{ workflowId: null, resourceId: reviewId, updateId: commandId, leaseMs: 0 },
    });
    const first = await inTrx((trx) => claimReview(trx, order(reviewId, people.one, commandId)));
    expect(await inTrx((trx) => claimReview(trx, order(reviewId, people.one, commandId)))).toEqual(first);
    const done = await decide(reviewId, people.one, approve, commandId);
    expect(await decide(reviewId, people.one, approve, commandId)).toEqual(done);
    expect(await noticesOf(people.seller, reviewId)).toEqual(['review_approved']);
  });

  it('remind at half time and escalate when overdue, once each', async () => {
    const { reviewId } = await reviewRows(database, sellerId, { dueInMs: 60_000 });
    const tick = () => inTrx((trx) => remindOrEscalate(trx, order(reviewId, 'system')));
    const told = async () => [await noticesOf(people.one, reviewId), await noticesOf(people.operator, reviewId)];
    const shift = (seconds: number) =>
      run(
        database.db,
        `update reviews set opened_at = opened_at - make_interval(secs => :seconds),
                remind_at = remind_at - make_interval(secs => :seconds), due_at = due_at - make_interval(secs => :seconds)
          where id = :reviewId`,
        { reviewId, seconds },
      );
    const watched = async () =>
      (await casesToWatch(database.db, { overdueByMs: 0, limit: 100 })).map(({ subjectId }) => subjectId);
    const early = await tick();
    expect(await told()).toEqual([[], []]);
    await shift(31);
    const half = await tick();
    expect(half.dueAt!.getTime()).toBeGreaterThan(early.dueAt!.getTime() - 31_000);
    await tick();
    expect(await told()).toEqual([['review_half_time'], []]);
    await shift(31);
    await run(
      database.owner,
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
    expect(await stageOf(reviewId)).toMatchObject({ state: 'open', turn: 'reviewer', due: true });
    await decide(reviewId, people.two, approve);
    await expect(tick().catch(refused)).resolves.toBe('WRONG_STATE');
  });

  it('tell an account the same once', async () => {
    const notice = { accountId: people.one, kind: 'review_overdue', subjectId: 'rev_twice', params: {} } as const;
    for (const once of ['first', 'first', 'second']) await inTrx((trx) => addNotice(trx, { ...notice, once }));
    expect(await noticesOf(people.one, 'rev_twice')).toHaveLength(2);
    const sent = await rows(
      database.db,
      `select from notice_deliveries d join notices n on n.id = d.notice_id where n.subject_id = 'rev_twice'`,
    );
    expect(sent).toHaveLength(4);
  });

  it('keep decisions that came about, and sweep those that did not', async () => {
    const { reviewId } = await reviewRows(database, sellerId);
    await decide(reviewId, people.one, sendBack);
    const inert = newId('command');
    await inTrx((trx) =>
      writeDecision(trx, { decisionId: inert, reviewId, accountId: people.two, decision: sendBack }),
    );
    await run(
      database.owner,
      `update review_decisions set created_at = now() - interval '25 hours' where review_id = :reviewId`,
      { reviewId },
    );
    await deleteInertDecisions(database.db);
    const left = await rows<{ id: string; verdicts: number }>(
      database.db,
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
    [`update reviews set state = 'lost' where state = 'claimed'`, 'reviews_state_check'],
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
    await expect(run(database.owner, statement)).rejects.toMatchObject({ constraint });
  });
});
