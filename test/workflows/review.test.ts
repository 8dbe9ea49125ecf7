import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { watchedCase } from '../../db/case/repository';
import { rows } from '../../db/connection';
import { reviewOf } from '../../db/review/queries';
import { withdrawReview } from '../../db/review/settlement';
import { isRunning } from '../../temporal/run-health';
import { runSettings } from '../../worker/start-loops';
import { resumeCase } from '../../runs/resume-case';
import { reviewWorkflowId, type ReviewPolicy } from '../../workflows/review/contract';
import { newAccount } from '../support/accounts';
import { eventually } from '../support/eventually';
import type { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { place } from '../support/purchases';
import { accountIdOf, beginReview, comeTime, createForms, formOf, formSubjects, sellerOf } from '../support/reviews';

describe('the run of a review', () => {
  let mallflow: Installation;
  let reviewer: HttpClient;
  let sellerId: string;

  beforeAll(async () => {
    mallflow = await startInstallation({ reviewSubjects: formSubjects });
    await createForms(mallflow.database);
    reviewer = await mallflow.as('reviewer@demo');
    const seller = await newAccount(mallflow, { login: 'seller@test', roles: [] });
    sellerId = await sellerOf(mallflow.database, await accountIdOf(seller));
  });
  afterAll(() => mallflow.stop());

  const chinese = { headers: { 'accept-language': 'zh-CN' } };
  const begin = (policy: Partial<ReviewPolicy> = {}, caseWorkflowId?: string) =>
    beginReview(mallflow, sellerId, { policy, ...(caseWorkflowId === undefined ? {} : { caseWorkflowId }) });
  /** What a run went through, with its payloads opened. */
  const history = async (workflowId: string): Promise<string> => {
    const fetched = await mallflow.services.temporal.workflow.getHandle(workflowId).fetchHistory();
    const text = historyToJSON(fetched);
    const payloads = [...text.matchAll(/"data": "([^"]+)"/g)].map(([, data]) =>
      Buffer.from(data!, 'base64').toString(),
    );
    return [text, ...payloads].join('\n');
  };
  const ended = (submissionId: string) =>
    eventually(
      () => isRunning(mallflow.services.temporal, reviewWorkflowId(submissionId)),
      (running) => !running,
    );
  const told = async (reviewId: string): Promise<string[]> => {
    const found = await rows<{ told: string }>(
      mallflow.database.db,
      `select n.kind || ' ' || a.login as told from notices n join accounts a on a.id = n.account_id
        where n.subject_id = :reviewId order by 1`,
      { reviewId },
    );
    return found.map((row) => row.told);
  };

  it('reminds at half time, escalates when overdue, and waits on for a decision', async () => {
    const { reviewId, submissionId } = await begin();
    await comeTime(mallflow, { reviewId, submissionId }, 'remind_at');
    await eventually(
      () => told(reviewId),
      (all) => all.length >= 2,
    );
    expect(await told(reviewId)).toEqual(['review_half_time reviewer2@demo', 'review_half_time reviewer@demo']);
    await reviewer.post(`/v1/reviews/${reviewId}/claim`);
    await comeTime(mallflow, { reviewId, submissionId }, 'due_at');
    const all = await eventually(
      () => told(reviewId),
      ({ length }) => length >= 4,
    );
    expect(all.filter((one) => one.startsWith('review_overdue'))).toEqual([
      'review_overdue operator2@demo',
      'review_overdue operator@demo',
    ]);
    const operator = await mallflow.as('operator@demo');
    const { items } = (await operator.get('/v1/processes?kind=review&overdue=true')).body;
    expect(items).toMatchObject([{ subjectId: reviewId, whoseTurn: 'reviewer', overdue: true }]);
    const decided = await reviewer.post(`/v1/reviews/${reviewId}/decide`, { outcome: 'approve' }, chinese);
    const acts = decided.body.history.map(({ text }: { text: string }) => text).join('\n');
    expect([decided.status, acts]).toEqual([200, expect.stringMatching(/过半[\s\S]*领取[\s\S]*超时[\s\S]*决定/)]);
    await ended(submissionId);
    expect(await told(reviewId)).toHaveLength(5);
  });

  it('reminds whoever has claimed it alone', async () => {
    const { reviewId } = await begin();
    await reviewer.post(`/v1/reviews/${reviewId}/claim`);
    const fast = await begin();
    await reviewer.post(`/v1/reviews/${fast.reviewId}/claim`);
    await comeTime(mallflow, fast, 'remind_at');
    const first = await eventually(
      () => told(fast.reviewId),
      ({ length }) => length > 0,
    );
    expect(first).toEqual(['review_half_time reviewer@demo']);
    expect(await told(reviewId)).toEqual([]);
  });

  it('tells the case that waits for it, and keeps words of people out of histories', async () => {
    const purchase = await place(await mallflow.as('manager@demo'));
    const caseWorkflowId = `purchase:${purchase.id}`;
    const { reviewId, submissionId } = await begin({}, caseWorkflowId);
    const note = '联系人标记人的电话有误';
    const verdicts = [{ item: '/phone', outcome: 'change', reasonCode: 'MISMATCH', note }];
    await reviewer.post(`/v1/reviews/${reviewId}/decide`, { outcome: 'request_changes', verdicts, note });
    expect(await formOf(mallflow.database.db, submissionId)).toMatchObject({ reasons: [{ reason: note }] });
    await eventually(
      () => history(caseWorkflowId),
      (text) => text.includes('"reviewDecided"') && text.includes(submissionId),
    );
    await ended(submissionId);
    const text = await history(reviewWorkflowId(submissionId));
    expect(text).toContain(reviewId);
    for (const secret of [note, '标记人', '13800001234']) expect(text).not.toContain(secret);
  });

  it('ends when its submission is taken back', async () => {
    const { reviewId, submissionId } = await begin();
    const by = { actor: 'acc_1', requestId: null };
    expect(await mallflow.database.db.transaction((trx) => withdrawReview(trx, { submissionId, by }))).toBe(true);
    await mallflow.services.gateway.reload(reviewWorkflowId(submissionId));
    await ended(submissionId);
    expect(await reviewOf(mallflow.database.db, submissionId)).toMatchObject({ id: reviewId, state: 'withdrawn' });
    const late = await reviewer.post(`/v1/reviews/${reviewId}/decide`, { outcome: 'approve' });
    expect([late.status, late.body]).toMatchObject([409, { code: 'WRONG_STATE', state: 'withdrawn', allowed: [] }]);
  });

  it('goes on from its rows when it was lost', async () => {
    const { reviewId, submissionId } = await begin();
    await reviewer.post(`/v1/reviews/${reviewId}/claim`);
    const { temporal, gateway, db } = mallflow.services;
    await temporal.workflow.getHandle(reviewWorkflowId(submissionId)).terminate();
    const lost = await reviewer.post(`/v1/reviews/${reviewId}/decide`, { outcome: 'approve' });
    expect([lost.status, lost.body.code]).toEqual([503, 'CASE_STUCK']);
    const at = await watchedCase(db, reviewId);
    expect(await resumeCase(db, gateway, at!, runSettings(mallflow.config))).toBe('started');
    const decided = await reviewer.post(`/v1/reviews/${reviewId}/decide`, { outcome: 'approve' });
    expect([decided.status, decided.body]).toMatchObject([200, { state: 'decided' }]);
    expect((await formOf(db, submissionId)).state).toBe('approve');
  });
});
