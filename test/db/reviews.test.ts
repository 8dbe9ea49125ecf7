import { run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { writeDecision } from '../../db/review/decisions';
import { reviewOf } from '../../db/review/queries';
import { claimReview, openReview, reassignReview, releaseReview } from '../../db/review/repository';
import { decideReview, withdrawReview } from '../../db/review/settlement';
import { formOf, formSubjects, reviewRows, submit } from '../support/reviews';
import { approve, by, refused, ReviewRoom, sendBack } from './review-room';

const outcomes = (settled: readonly PromiseSettledResult<unknown>[]) =>
  settled.map((one) => (one.status === 'fulfilled' ? 'done' : refused(one.reason))).sort();

describe('reviews as rows', () => {
  let room: ReviewRoom;
  beforeAll(async () => {
    room = await ReviewRoom.furnish();
  });
  afterAll(() => room.database.drop());

  it('open once for a submission, and not for one that was taken back', async () => {
    const { reviewId, submissionId } = await reviewRows(room.database, room.sellerId);
    const opening = {
      ...{
        reviewId,
        kind: 'shop' as const,
        submissionId,
        sellerId: room.sellerId,
        caseWorkflowId: 'nobody',
        workflowId: `review:${submissionId}`,
      },
      ...{ dueInWorkingDays: 7, dueInMs: null },
    };
    expect(await room.inTrx((trx) => openReview(trx, opening, formSubjects))).toMatchObject({ state: 'waiting' });
    const taken = await submit(room.database, room.sellerId);
    await run(room.db, `update reviewed_forms set state = 'withdrawn' where id = :taken`, { taken });
    const late = { ...opening, reviewId: newId('review'), submissionId: taken, workflowId: `review:${taken}` };
    expect(await room.inTrx((trx) => openReview(trx, late, formSubjects))).toEqual({ state: 'withdrawn', dueAt: null });
    expect(await reviewOf(room.db, taken)).toBeUndefined();
  });

  it('are claimed by one of two who try at once', async () => {
    const { reviewId } = await reviewRows(room.database, room.sellerId);
    const both = [room.people.one, room.people.two].map((who) =>
      room.inTrx((trx) => claimReview(trx, room.order(reviewId, who))),
    );
    expect(outcomes(await Promise.allSettled(both))).toEqual(['WRONG_STATE', 'done']);
  });

  it('are decided by one of two who decide at once, with the effect of that one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { reviewId, submissionId } = await reviewRows(room.database, room.sellerId);
      const settled = await Promise.allSettled([
        room.decide(reviewId, room.people.one, approve),
        room.decide(reviewId, room.people.two, sendBack),
      ]);
      expect(outcomes(settled)).toEqual(['WRONG_STATE', 'done']);
      const review = await reviewOf(room.db, submissionId);
      expect(review).toMatchObject({
        state: 'decided',
        assignee: review?.outcome === 'approve' ? room.people.one : room.people.two,
      });
      expect((await formOf(room.db, submissionId)).state).toBe(review?.outcome);
      expect(await room.stageOf(reviewId)).toMatchObject({ state: 'completed', stage: 'decided' });
    }
  });

  it('are decided or withdrawn, never both', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { reviewId, submissionId } = await reviewRows(room.database, room.sellerId);
      const withdraw = room.inTrx(async (trx) => {
        await formSubjects.shop!.lock(trx, submissionId);
        const withdrawn = await withdrawReview(trx, { submissionId, by: by(room.people.seller) });
        if (withdrawn)
          await run(trx, `update reviewed_forms set state = 'withdrawn' where id = :submissionId`, { submissionId });
        return withdrawn;
      });
      const [decided, withdrawn] = await Promise.allSettled([
        room.decide(reviewId, room.people.one, approve),
        withdraw,
      ]);
      const { state } = (await reviewOf(room.db, submissionId))!;
      expect(withdrawn).toEqual({ status: 'fulfilled', value: state === 'withdrawn' });
      expect(decided.status).toBe(state === 'decided' ? 'fulfilled' : 'rejected');
      expect((await formOf(room.db, submissionId)).state).toBe(state === 'decided' ? 'approve' : 'withdrawn');
    }
  });

  it('are not withdrawn once they are decided', async () => {
    const { reviewId, submissionId } = await reviewRows(room.database, room.sellerId);
    await room.decide(reviewId, room.people.one, approve);
    const late = room.inTrx((trx) => withdrawReview(trx, { submissionId, by: by(room.people.seller) }));
    expect(await late).toBe(false);
    expect(await room.stageOf(reviewId)).toMatchObject({ state: 'completed', stage: 'decided' });
  });

  it('are only their assignee’s to release, to give away and to decide', async () => {
    const { reviewId, submissionId } = await reviewRows(room.database, room.sellerId);
    await room.inTrx((trx) => claimReview(trx, room.order(reviewId, room.people.one)));
    const give = (actor: string, from: string | null) =>
      room.inTrx((trx) => reassignReview(trx, { ...room.order(reviewId, actor), toAccountId: room.people.two, from }));
    for (const attempt of [
      () => room.inTrx((trx) => releaseReview(trx, room.order(reviewId, room.people.two))),
      () => give(room.people.two, room.people.two),
      () => room.decide(reviewId, room.people.two, approve),
    ])
      await expect(attempt().catch(refused)).resolves.toBe('WRONG_STATE');
    await give(room.people.operator, null);
    expect((await reviewOf(room.db, submissionId))?.assignee).toBe(room.people.two);
    expect(await room.noticesOf(room.people.two, reviewId)).toEqual(['review_assigned']);
  });

  it('keep nothing of a decision whose effect fails', async () => {
    const { reviewId, submissionId } = await reviewRows(room.database, room.sellerId);
    const broken = { shop: { ...formSubjects.shop!, onDecided: () => Promise.reject(new Error('no effect')) } };
    const decisionId = newId('command');
    await room.inTrx((trx) =>
      writeDecision(trx, { decisionId, reviewId, accountId: room.people.one, decision: approve }),
    );
    const attempt = room.inTrx((trx) =>
      decideReview(trx, { ...room.order(reviewId, room.people.one), decisionId }, broken),
    );
    await expect(attempt).rejects.toThrow('no effect');
    expect(await reviewOf(room.db, submissionId)).toMatchObject({ state: 'waiting', assignee: null });
    expect(await room.noticesOf(room.people.seller, reviewId)).toEqual([]);
  });

  it('take a command twice once', async () => {
    const { reviewId } = await reviewRows(room.database, room.sellerId);
    const { one } = room.people;
    const [claiming, deciding] = [await room.command(one, reviewId), await room.command(one, reviewId)];
    const claim = () => room.inTrx((trx) => claimReview(trx, room.order(reviewId, one, claiming)));
    const first = await claim();
    expect(await claim()).toEqual(first);
    const done = await room.decide(reviewId, one, approve, deciding);
    expect(await room.decide(reviewId, one, approve, deciding)).toEqual(done);
    expect(await room.actsOf(reviewId)).toEqual(['open', 'claim', 'decide']);
    expect(await room.noticesOf(room.people.seller, reviewId)).toEqual(['review_approved']);
  });
});
