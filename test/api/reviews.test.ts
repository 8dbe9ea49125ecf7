import { randomUUID } from 'node:crypto';
import { rows, run } from '../../db/connection';
import { newAccount } from '../support/accounts';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { accountIdOf as me, beginReview, createForms, formOf, formSubjects, sellerOf } from '../support/reviews';

const changePhone = { item: '/phone', outcome: 'change', reasonCode: 'MISMATCH', note: '与登记不符' };

describe('the queue of reviews', () => {
  let mallflow: Installation;
  let seller: HttpClient;
  let first: HttpClient;
  let second: HttpClient;
  let operator: HttpClient;
  let sellerId: string;

  beforeAll(async () => {
    mallflow = await startInstallation({ reviewSubjects: formSubjects });
    await createForms(mallflow.database);
    seller = await newAccount(mallflow, { login: 'seller@test', roles: [] });
    [first, second, operator] = (await Promise.all(
      ['reviewer@demo', 'reviewer2@demo', 'operator@demo'].map((login) => mallflow.as(login)),
    )) as [HttpClient, HttpClient, HttpClient];
    sellerId = await sellerOf(mallflow.database, await me(seller));
  });
  afterAll(() => mallflow.stop());

  const at = (id: string, command = '') => `/v1/reviews/${id}${command === '' ? '' : `/${command}`}`;
  const begin = (form?: Record<string, string>) => beginReview(mallflow, sellerId, form === undefined ? {} : { form });
  const refusal = ({ status, body }: Reply): [number, Body] => [status, body.code];

  it('is claimed, released, claimed by another and approved; the submission is approved with it', async () => {
    const { reviewId, submissionId } = await begin();
    const claimed = await first.post(at(reviewId, 'claim'));
    expect([claimed.status, claimed.body]).toMatchObject([200, { state: 'claimed', assignee: await me(first) }]);
    expect(claimed.body.actions).toEqual(['release', 'reassign', 'decide']);
    expect((await first.post(at(reviewId, 'claim'))).status).toBe(200);
    expect((await first.post(at(reviewId, 'release'))).body).toMatchObject({ state: 'waiting', assignee: null });
    expect((await first.post(at(reviewId, 'release'))).status).toBe(200);
    expect((await second.post(at(reviewId, 'claim'))).body.assignee).toBe(await me(second));
    const decided = await second.post(at(reviewId, 'decide'), { outcome: 'approve' });
    expect([decided.status, decided.body]).toMatchObject([200, { state: 'decided', outcome: 'approve', actions: [] }]);
    expect(decided.body.history.at(-1).text).toMatch(/ decided: approved$/);
    const { items } = (await operator.get(`/v1/audit?subjectId=${reviewId}`)).body;
    expect(items[0]).toMatchObject({ action: 'review.decide', reason: null, detail: { outcome: 'approve' } });
    const acts = decided.body.history.map(({ to }: { to: string }) => to);
    expect(acts).toEqual(['waiting', 'claimed', 'waiting', 'claimed', 'decided']);
    expect(await formOf(mallflow.database.db, submissionId)).toMatchObject({ state: 'approve', reasons: [] });
  });

  it('is decided unclaimed, and then it was the decider’s; the reasons land at the fields', async () => {
    const { reviewId, submissionId } = await begin();
    const key = randomUUID();
    const decision = { outcome: 'request_changes', verdicts: [{ item: '/shortName', outcome: 'ok' }, changePhone] };
    const decided = await first.post(at(reviewId, 'decide'), decision, { key });
    expect([decided.status, decided.body]).toMatchObject([200, { assignee: await me(first) }]);
    expect(decided.body.verdicts).toEqual([changePhone, { item: '/shortName', outcome: 'ok' }]);
    expect(await formOf(mallflow.database.db, submissionId)).toMatchObject({
      state: 'request_changes',
      reasons: [{ path: '/phone', code: 'MISMATCH', reason: '与登记不符' }],
    });
    const again = await first.post(at(reviewId, 'decide'), decision, { key });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    const { items } = (await seller.get('/v1/notices')).body;
    expect(items[0]).toMatchObject({ kind: 'review_changes_requested', subjectId: reviewId, state: 'unread' });
  });

  it('is one reviewer’s at a time', async () => {
    const { reviewId } = await begin();
    await first.post(at(reviewId, 'claim'));
    const decision = { outcome: 'approve' };
    for (const [command, body] of [
      ['claim', {}],
      ['release', {}],
      ['reassign', { accountId: await me(second) }],
      ['decide', decision],
    ] as const)
      expect([command, ...refusal(await second.post(at(reviewId, command), body))]).toEqual([
        command,
        409,
        'CLAIMED_BY_OTHER',
      ]);
    expect((await second.get(at(reviewId))).body.actions).toEqual([]);

    const given = await operator.post(at(reviewId, 'reassign'), { accountId: await me(second) });
    expect([given.status, given.body]).toMatchObject([200, { assignee: await me(second) }]);
    expect((await second.get('/v1/notices')).body.items[0]).toMatchObject({ kind: 'review_assigned' });
    expect((await operator.post(at(reviewId, 'reassign'), { accountId: await me(second) })).status).toBe(200);
    expect((await second.post(at(reviewId, 'reassign'), { accountId: await me(first) })).status).toBe(200);
    expect((await first.post(at(reviewId, 'decide'), decision)).status).toBe(200);
  });

  it('is decided once', async () => {
    const { reviewId, submissionId } = await begin();
    const outcomes = ['approve', 'request_changes'].map((outcome) => ({
      outcome,
      verdicts: outcome === 'approve' ? [] : [changePhone],
    }));
    const replies = await Promise.all(
      [first, second].map((reviewer, index) => reviewer.post(at(reviewId, 'decide'), outcomes[index])),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [won, lost] = [...replies].sort((one, other) => one.status - other.status) as [Reply, Reply];
    expect(lost.body).toMatchObject({ code: 'ALREADY_DECIDED', by: won.body.assignee, at: won.body.decidedAt });
    expect((await formOf(mallflow.database.db, submissionId)).state).toBe(won.body.outcome);
    const own = won.body.assignee === (await me(first)) ? first : second;
    expect(refusal(await own.post(at(reviewId, 'decide'), outcomes[0]))).toEqual([409, 'ALREADY_DECIDED']);
    for (const command of ['claim', 'release'])
      expect(refusal(await own.post(at(reviewId, command)))).toEqual([409, 'WRONG_STATE']);
  });

  it('refuses decisions that say nothing', async () => {
    const { reviewId } = await begin();
    const decide = (body: unknown) => first.post(at(reviewId, 'decide'), body);
    const paths = ({ body }: Reply) => body.errors.map(({ path }: { path: string }) => path) as string[];
    for (const [body, path] of [
      [{ outcome: 'request_changes' }, '/verdicts'],
      [{ outcome: 'request_changes', note: '请修改' }, '/verdicts'],
      [{ outcome: 'reject' }, '/note'],
      [{ outcome: 'request_changes', verdicts: [{ item: '/phone', outcome: 'change' }] }, '/verdicts/0/reasonCode'],
      [{ outcome: 'reject', verdicts: [{ ...changePhone, reasonCode: 'OTHER', note: undefined }] }, '/verdicts/0/note'],
    ] as const) {
      const reply = await decide(body);
      expect([...refusal(reply), paths(reply)]).toEqual([422, 'REASON_MISSING', [path]]);
    }
    const unknown = await decide({ outcome: 'reject', verdicts: [{ ...changePhone, item: '/nothing' }] });
    expect([...refusal(unknown), paths(unknown)]).toEqual([422, 'REFERENCE_NOT_FOUND', ['/verdicts/0/item']]);
    for (const [body, path] of [
      [{ outcome: 'approve', verdicts: [changePhone] }, '/verdicts/0/outcome'],
      [{ outcome: 'reject', verdicts: [changePhone, changePhone] }, '/verdicts/1/item'],
      [{ outcome: 'reject', verdicts: [{ ...changePhone, outcome: 'ok' }] }, '/verdicts/0/reasonCode'],
      [{ outcome: 'postpone' }, '/outcome'],
    ] as const) {
      const reply = await decide(body);
      expect([...refusal(reply), paths(reply)]).toEqual([400, 'VALIDATION_FAILED', [path]]);
    }
    expect((await first.get(at(reviewId))).body.state).toBe('waiting');
    expect((await decide({ outcome: 'reject', note: '材料与企业不符' })).body).toMatchObject({ outcome: 'reject' });
  });

  it('is nobody’s who belongs to the company, and goes to reviewers alone', async () => {
    const both = await newAccount(mallflow, { login: 'both@test', roles: ['reviewer'] });
    const own = await beginReview(mallflow, await sellerOf(mallflow.database, await me(both)));
    for (const [command, body] of [
      ['claim', {}],
      ['decide', { outcome: 'approve' }],
      ['reassign', { accountId: await me(first) }],
    ] as const)
      expect(refusal(await both.post(at(own.reviewId, command), body))).toEqual([403, 'OWN_SUBMISSION']);
    const seen = (await both.get(at(own.reviewId))).body;
    expect([seen.items[1].value, seen.actions]).toEqual(['****1234', []]);
    const [listed] = (await both.get('/v1/reviews?limit=1')).body.items;
    expect([listed.id, listed.actions]).toEqual([own.reviewId, []]);
    expect((await first.get('/v1/reviews?limit=1')).body.items[0].actions).toContain('decide');
    const give = async (to: HttpClient) => operator.post(at(own.reviewId, 'reassign'), { accountId: await me(to) });
    expect(refusal(await give(both))).toEqual([403, 'OWN_SUBMISSION']);
    expect(refusal(await give(seller))).toEqual([422, 'REFERENCE_NOT_FOUND']);
    expect(refusal(await operator.post(at(own.reviewId, 'claim')))).toEqual([403, 'FORBIDDEN']);
    expect(refusal(await seller.get(at(own.reviewId)))).toEqual([403, 'FORBIDDEN']);
    expect(refusal(await first.get(at('rev_01demo00000000000000000001')))).toEqual([404, 'NOT_FOUND']);
  });

  it('shows what was submitted to reviewers, masked to operators, with what changed; looking is audited', async () => {
    const someone = await newAccount(mallflow, { login: 'again@test', roles: [] });
    const again = await sellerOf(mallflow.database, await me(someone));
    await beginReview(mallflow, again);
    const { reviewId, submissionId } = await beginReview(mallflow, again, { form: { phone: '13900005678' } });
    const seen = await first.get(at(reviewId));
    expect(seen.headers.get('cache-control')).toBe('no-store');
    expect(seen.body).toMatchObject({ subjectId: submissionId, kind: 'shop', sellerId: again, overdue: false });
    expect(seen.body.items).toEqual([
      { item: '/shortName', label: { zh: '简称', en: 'Short name' }, value: '星河', accepted: false },
      { item: '/phone', label: { zh: '电话', en: 'Phone' }, value: '13900005678', accepted: false },
    ]);
    expect(seen.body.changes).toEqual([{ item: '/phone', before: '13800001234', after: '13900005678' }]);
    const masked = (await operator.get(at(reviewId))).body;
    expect(masked.items[1].value).toBe('****5678');
    expect(masked.changes).toEqual([{ item: '/phone', before: '****1234', after: '****5678' }]);
    const { items } = (await operator.get(`/v1/audit?subjectId=${reviewId}`)).body;
    const views = items.filter(({ action }: { action: string }) => action === 'review.view');
    expect(views).toMatchObject([{ actor: await me(first) }]);
    const decided = await first.post(at(reviewId, 'decide'), { outcome: 'approve' });
    expect(JSON.stringify(decided.body)).not.toContain('5678');
    const phones = await Promise.all(
      [first, second].map(async (one) => (await one.get(at(reviewId))).body.items[1].value),
    );
    expect(phones).toEqual(['13900005678', '****5678']);
  });

  it('is listed by kind, state, assignee, and due time', async () => {
    const mine = await begin();
    const late = await beginReview(mallflow, sellerId, { policy: { dueInMs: 1 } });
    await first.post(at(mine.reviewId, 'claim'));
    const ids = ({ body }: Reply) => body.items.map(({ id }: { id: string }) => id) as string[];
    expect(ids(await first.get('/v1/reviews?assignee=me&state=claimed'))).toEqual([mine.reviewId]);
    expect(ids(await operator.get(`/v1/reviews?assignee=${await me(first)}&state=claimed`))).toEqual([mine.reviewId]);
    expect(ids(await first.get('/v1/reviews?overdue=true'))).toEqual([late.reviewId]);
    expect(ids(await first.get('/v1/reviews?overdue=false'))).not.toContain(late.reviewId);
    expect(ids(await first.get('/v1/reviews?kind=product'))).toEqual([]);
    expect(ids(await first.get('/v1/reviews?state=waiting&sort=dueAt'))[0]).toBe(late.reviewId);
    expect(ids(await first.get('/v1/reviews'))[0]).toBe(late.reviewId);

    expect(refusal(await first.get('/v1/reviews?sort=age'))).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('by due time keeps its place when the deadline a page ended with is extended', async () => {
    const { db, owner } = mallflow.database;
    for (let n = 0; n < 5; n += 1) await begin();
    // Closer together than a millisecond, as two reviews of one moment are.
    await run(
      owner,
      `update reviews r set due_at = timestamptz '2031-01-01' + n.n / 2 * interval '1 us'
         from (select id, row_number() over (order by id desc) as n from reviews) n where n.id = r.id`,
    );
    const inOrder = await rows<{ id: string }>(db, 'select id from reviews order by due_at, id');
    const walked: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Reply = await first.get(`/v1/reviews?sort=dueAt&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      walked.push(...page.body.items.map(({ id }: { id: string }) => id));
      if (cursor === '')
        await run(owner, `update reviews set due_at = due_at + interval '1 day' where id = :id`, {
          id: walked.at(-1)!,
        });
      cursor = page.body.nextCursor as string | null;
    }
    // What was extended behind the place comes once more, where it belongs now; nothing is left out.
    expect(walked).toEqual([...inOrder.map(({ id }) => id), walked[1]]);
  });

  it('takes a cursor only of the order it is asked in', async () => {
    const cursor = async (query: string) => (await first.get(`/v1/reviews?limit=1${query}`)).body.nextCursor as string;
    const [byId, byDueTime] = [await cursor(''), await cursor('&sort=dueAt')];
    for (const query of [`sort=dueAt&cursor=${byId}`, `cursor=${byDueTime}`]) {
      const { status, body } = await first.get(`/v1/reviews?${query}`);
      expect([status, body.errors]).toMatchObject([400, [{ path: '/cursor' }]]);
    }
  });
});
