import { firstRow, rows, run } from '../../db/connection';
import { processIdOf } from '../../domain/shared/ids';
import {
  feeIs,
  openFirstFee,
  payFee,
  periodOf,
  sellerBeforeFee,
  type PayingSeller,
} from '../support/certification-fees';
import { eventually } from '../support/eventually';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { accountIdOf, beginReview, createForms, formOf, formSubjects } from '../support/reviews';

const reason = '渠道故障，经理已同意';

describe('what needs two operators', () => {
  let mallflow: Installation;
  let asker: HttpClient;
  let second: HttpClient;
  let askerId: string;
  let secondId: string;
  let sellers = 0;

  beforeAll(async () => {
    mallflow = await startInstallation({ reviewSubjects: formSubjects });
    await createForms(mallflow.database);
    [asker, second] = [await mallflow.as('operator@demo'), await mallflow.as('operator2@demo')];
    [askerId, secondId] = [await accountIdOf(asker), await accountIdOf(second)];
  });
  afterAll(() => mallflow.stop());

  const ask = (subjectId: string, body: Readonly<Record<string, unknown>>, key?: string): Promise<Reply> =>
    asker.post(
      `/v1/processes/${processIdOf(subjectId)}/commands`,
      { reason, ...body },
      key === undefined ? {} : { key },
    );
  const waive = async (feeId: string): Promise<string> => {
    const { status, body } = await ask(feeId, { command: 'waive_fee' });
    expect([status, body]).toEqual([202, { approvalId: expect.stringMatching(/^apr_/) }]);
    return body.approvalId as string;
  };
  const confirm = (client: HttpClient, approvalId: string, key?: string): Promise<Reply> =>
    client.post(`/v1/approvals/${approvalId}/confirm`, undefined, key === undefined ? {} : { key });
  const approval = async (id: string, reader = second): Promise<Body> =>
    (await reader.get('/v1/approvals')).body.items.find((one: Body) => one.id === id);

  /** A seller whose first fee is open, with its run. */
  async function payingSeller(): Promise<PayingSeller & { readonly feeId: string }> {
    sellers += 1;
    const seller = await sellerBeforeFee(mallflow, `fee-${sellers}@approvals`);
    return { ...seller, feeId: await openFirstFee(mallflow, seller.sellerId) };
  }

  it('a fee is waived once another operator confirms it, and its run goes on from there', async () => {
    const { feeId, ...seller } = await payingSeller();
    const preview = await ask(feeId, { command: 'waive_fee', preview: true });
    expect(preview.body).toMatchObject({ needsSecondOperator: true, command: 'waive_fee' });
    expect(preview.body.changes).toContainEqual({ what: 'stage', from: 'unpaid', to: 'paid' });
    expect(preview.body.tells).toEqual([
      { accountId: secondId, kind: 'approval_asked', subject: 'A second operator is needed' },
    ]);
    expect((await second.get('/v1/approvals')).body.items).toEqual([]);

    const approvalId = await waive(feeId);
    expect((await feeIs(seller, 'not_started')).validUntil ?? null).toBeNull();
    expect(await approval(approvalId)).toMatchObject({
      ...{ state: 'waiting', processId: processIdOf(feeId), command: 'waive_fee', details: {}, reason },
      ...{ askedBy: askerId, decidedBy: null, actions: ['confirm', 'refuse'] },
    });
    expect((await approval(approvalId, asker)).actions).toEqual(['refuse']);
    const notices = (await second.get('/v1/notices')).body.items as Body[];
    expect(notices.find(({ subjectId }) => subjectId === approvalId)).toMatchObject({ kind: 'approval_asked' });

    const alone = await confirm(asker, approvalId);
    expect([alone.status, alone.body.code, alone.body.allowed]).toEqual([409, 'SECOND_OPERATOR_NEEDED', ['refuse']]);
    const done = await confirm(second, approvalId, 'agree');
    expect([done.status, done.body]).toMatchObject([200, { stage: 'paid', whoseTurn: 'nobody' }]);
    const told = (done.body.timeline as Body[]).map(({ actor, from, to }) => ({ actor, from, to }));
    expect(told.slice(-3)).toEqual([
      { actor: askerId, from: 'unpaid', to: 'unpaid' },
      { actor: secondId, from: 'unpaid', to: 'unpaid' },
      { actor: askerId, from: 'unpaid', to: 'paid' },
    ]);
    const texts = (done.body.timeline as Body[]).slice(-3, -1).map(({ text }) => text);
    expect(texts).toEqual([
      expect.stringMatching(/needs a second operator: waive the certification fee/),
      expect.stringMatching(/another operator asked for: waive the certification fee/),
    ]);
    expect((await confirm(second, approvalId, 'agree')).headers.get('idempotent-replayed')).toBe('true');
    expect((await confirm(second, approvalId)).body.timeline).toHaveLength(told.length);

    const { commands } = (await second.get(`/v1/processes/${processIdOf(feeId)}/export`)).body as { commands: Body[] };
    const claims = commands.map(({ route, accountId }) => [route, accountId]);
    expect(claims).toContainEqual([`POST /v1/approvals/${approvalId}/confirm`, secondId]);

    await feeIs(seller, 'met');
    const { validFrom, validUntil } = (await periodOf(mallflow, seller.sellerId, 1))!;
    expect(validUntil!.getTime()).toBeGreaterThan(validFrom!.getTime());
    expect((await payFee(seller)).body.code).toBe('FEE_ALREADY_PAID');
    expect(await rows(mallflow.database.db, 'select id from ledger_journals where source = :feeId', { feeId })).toEqual(
      [],
    );
  });

  it('is asked for once at a time, and by nobody where it could not be done', async () => {
    const { feeId } = await payingSeller();
    const key = 'asked-once';
    const first = await ask(feeId, { command: 'waive_fee' }, key);
    const replay = await ask(feeId, { command: 'waive_fee' }, key);
    expect([replay.status, replay.body, replay.headers.get('idempotent-replayed')]).toEqual([202, first.body, 'true']);
    const again = await ask(feeId, { command: 'waive_fee' });
    expect([again.status, again.body.code, again.body.allowed]).toEqual([409, 'WRONG_STATE', ['resume', 'retry_now']]);
    const wished = { command: 'waive_fee', reason };
    const other = await second.post(`/v1/processes/${processIdOf(feeId)}/commands`, wished);
    expect([other.status, other.body.approvalId]).toEqual([409, first.body.approvalId]);
    await confirm(second, first.body.approvalId as string);
    const late = await ask(feeId, { command: 'waive_fee' });
    expect([late.status, late.body.code, late.body.state]).toEqual([409, 'WRONG_STATE', 'paid']);
  });

  it('two who confirm at once have it done once', async () => {
    const { feeId } = await payingSeller();
    const approvalId = await waive(feeId);
    const replies = await Promise.all([confirm(second, approvalId), confirm(second, approvalId)]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    const acts = await rows<{ act: string }>(
      mallflow.database.db,
      `select act from case_events where case_id = :id and act in ('waive', 'confirm_approval')`,
      { id: processIdOf(feeId) },
    );
    expect(acts.map(({ act }) => act).sort()).toEqual(['confirm_approval', 'waive']);
  });

  it('is judged again when it is confirmed', async () => {
    const { feeId } = await payingSeller();
    const approvalId = await waive(feeId);
    await run(mallflow.database.owner, `update process_cases set stage = 'paying' where subject_id = :feeId`, {
      feeId,
    });
    const refused = await confirm(second, approvalId);
    expect([refused.status, refused.body.code]).toEqual([409, 'PAYMENT_IN_PROGRESS']);
    expect((await approval(approvalId)).state).toBe('waiting');
    await run(mallflow.database.owner, `update process_cases set stage = 'unpaid' where subject_id = :feeId`, {
      feeId,
    });
    expect((await confirm(second, approvalId)).status).toBe(200);
  });

  it('is not carried out for somebody who is no operator any more', async () => {
    const { feeId } = await payingSeller();
    const approvalId = await waive(feeId);
    const { owner } = mallflow.database;
    const [before] = await rows<{ roles: string[] }>(owner, 'select roles from accounts where id = :askerId', {
      askerId,
    });
    const hold = (roles: readonly string[]): Promise<unknown> =>
      run(owner, 'update accounts set roles = :roles::text[] where id = :askerId', {
        roles: `{${roles.join(',')}}`,
        askerId,
      });
    await hold(['reviewer']);
    try {
      const { status, body } = await confirm(second, approvalId);
      expect([status, body.code, body.allowed]).toEqual([409, 'WRONG_STATE', ['refuse']]);
      expect((await approval(approvalId)).state).toBe('waiting');
    } finally {
      await hold(before!.roles);
    }
    expect((await confirm(second, approvalId)).status).toBe(200);
  });

  it('is over once it is refused, or after a day', async () => {
    const { feeId } = await payingSeller();
    const refusedId = await waive(feeId);
    const refuse = () => second.post(`/v1/approvals/${refusedId}/refuse`, { reason: '材料不足' });
    const refused = await refuse();
    expect([refused.status, refused.body]).toMatchObject([200, { state: 'refused', decidedBy: secondId, actions: [] }]);
    expect((await refuse()).status).toBe(200);
    const told = (await second.get(`/v1/processes/${processIdOf(feeId)}`)).body.timeline.at(-1);
    expect(told.text).toMatch(/refused what an operator asked for: waive the .+: 材料不足$/);
    expect((await confirm(second, refusedId)).body).toMatchObject({ code: 'WRONG_STATE', state: 'refused' });

    const expiredId = await waive(feeId);
    await run(mallflow.database.owner, `update approvals set expires_at = now() where id = :expiredId`, { expiredId });
    expect((await confirm(second, expiredId)).body).toMatchObject({ code: 'WRONG_STATE', state: 'expired' });
    const listed = async (state: string): Promise<unknown> =>
      (await second.get(`/v1/approvals?state=${state}`)).body.items.map(({ id }: Body) => id as string);
    expect(await listed('expired')).toEqual([expiredId]);
    expect(await listed('refused')).toEqual([refusedId]);
    expect(await listed('waiting')).toEqual([]);
    // Asked anew it waits anew; the run and the row have not moved.
    await waive(feeId);
    expect((await second.get(`/v1/processes/${processIdOf(feeId)}`)).body).toMatchObject({
      stage: 'unpaid',
      state: 'open',
    });
  });

  it('a review is decided in its reviewer’s place, under the same rules, and its case is told', async () => {
    const seller = await sellerBeforeFee(mallflow, 'reviewed@approvals');
    const { db } = mallflow.database;
    const { reviewId, submissionId } = await beginReview(mallflow, seller.sellerId);
    const change = { outcome: 'request_changes', verdicts: [{ item: '/phone', outcome: 'change' }] };
    const silent = await ask(reviewId, { command: 'force_decision', ...change });
    expect([silent.status, silent.body.code]).toEqual([422, 'REASON_MISSING']);
    const asked = await ask(reviewId, { command: 'force_decision', outcome: 'approve', note: '紧急上线' });
    expect(asked.status).toBe(202);
    expect((await formOf(db, submissionId)).state).toBe('in_review');
    const done = await confirm(second, asked.body.approvalId as string);
    expect([done.status, done.body]).toMatchObject([200, { stage: 'decided', state: 'completed', actions: [] }]);
    expect((await formOf(db, submissionId)).state).toBe('approve');
    const decision = await firstRow(
      db,
      `select account_id as one, confirmed_by as other from review_decisions where review_id = :reviewId`,
      { reviewId },
    );
    expect(decision).toEqual({ one: askerId, other: secondId });
    const over = await eventually(
      () => mallflow.services.temporal.workflow.getHandle(`review:${submissionId}`).describe(),
      ({ status }) => status.name !== 'RUNNING',
    );
    expect(over.status.name).toBe('COMPLETED');
  });

  it('a confirmation waits for whoever has the fee, without its case; and what ended meanwhile is not waived', async () => {
    const { feeId } = await payingSeller();
    const approvalId = await waive(feeId);
    const { owner } = mallflow.database;
    const trx = await owner.transaction();
    await trx.raw('select 1 from certification_fees where id = ? for update', [feeId]);
    const confirmed = confirm(second, approvalId);
    const waits = `select 1 from pg_locks where not granted and pid in
      (select pid from pg_stat_activity where application_name = 'mallflow-api' and datname = current_database())`;
    await eventually(
      async () => (await rows(owner, waits)).length,
      (count) => count > 0,
    );
    // Whoever has the fee goes on to its case.
    await trx.raw('select 1 from process_cases where id = ? for update nowait', [processIdOf(feeId)]);
    await trx.raw(
      `update process_cases set state = 'completed', whose_turn = 'nobody', closed_at = now() where id = ?`,
      [processIdOf(feeId)],
    );
    await trx.commit();
    const { status, body } = await confirmed;
    expect([status, body.code, body.allowed]).toEqual([409, 'WRONG_STATE', []]);
    // It waits for nobody any more.
    const waiting = (await second.get('/v1/approvals?state=waiting')).body.items as Body[];
    expect(waiting.map(({ id }) => id)).not.toContain(approvalId);
    const [listed] = (await second.get('/v1/approvals?state=expired')).body.items as Body[];
    expect([listed?.id, listed?.actions]).toEqual([approvalId, []]);
    expect((await second.post(`/v1/approvals/${approvalId}/refuse`)).status).toBe(400);
    const late = await second.post(`/v1/approvals/${approvalId}/refuse`, { reason: '已无必要' });
    expect([late.status, late.body]).toMatchObject([409, { code: 'WRONG_STATE', state: 'expired', allowed: [] }]);
  });

  it('who asked for it stays: nobody rewrites an approval', async () => {
    const { feeId } = await payingSeller();
    const id = await waive(feeId);
    const { db } = mallflow.database;
    const refusedBy = async (sql: string): Promise<unknown> =>
      run(db, sql, { id }).then(
        () => 'done',
        (error: unknown) => (error as { code?: string }).code,
      );
    for (const [column, value] of [
      ['reason', "'x'"],
      ['command', "'{}'"],
      ['asked_by', `'${secondId}'`],
      ['expires_at', 'now()'],
    ])
      expect(await refusedBy(`update approvals set ${column!} = ${value!} where id = :id`)).toBe('42501');
    expect(await refusedBy('delete from approvals where id = :id')).toBe('42501');
    const bySelf = `update approvals set state = 'confirmed', decided_at = now(), decided_by = asked_by where id = :id`;
    expect(await refusedBy(bySelf)).toBe('23514');
  });
});
