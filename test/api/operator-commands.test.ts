import { rows, run } from '../../db/connection';
import { newAccount } from '../support/accounts';
import { commodityRow, propose } from '../support/allocations';
import { eventually } from '../support/eventually';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { pay, place } from '../support/purchases';
import { accountIdOf, beginReview, createForms, formSubjects, sellerOf } from '../support/reviews';

const reason = '客户来电要求';
const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

describe('an operator’s commands', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let operator: HttpClient;
  let operatorId: string;

  beforeAll(async () => {
    mallflow = await startInstallation({
      reviewSubjects: formSubjects,
      environment: { MALLFLOW_RESULT_MS: '400', MALLFLOW_ACCEPT_MS: '15000' },
    });
    await createForms(mallflow.database);
    manager = await mallflow.as('manager@demo');
    operator = await mallflow.as('operator@demo');
    operatorId = (await operator.get('/v1/me')).body.id as string;
  });
  afterAll(() => mallflow.stop());

  const give = (processId: unknown, body: Readonly<Record<string, unknown>>, key?: string): Promise<Reply> =>
    operator.post(`/v1/processes/${String(processId)}/commands`, { reason, ...body }, key === undefined ? {} : { key });
  const detail = async (processId: unknown): Promise<Body> =>
    (await operator.get(`/v1/processes/${String(processId)}`)).body;
  const auditOf = (subjectId: unknown) =>
    rows<{ actor: string; action: string; reason: string | null }>(
      mallflow.database.db,
      'select actor, action, reason from audit_log where subject_id = :subjectId order by id',
      { subjectId },
    );

  it('a deadline is moved: previewed without a trace, done with a reason, obeyed by its run', async () => {
    const { id, processId } = await place(manager);
    const until = inMinutes(120);
    const before = await detail(processId);
    expect(before.actions).toEqual(['resume', 'retry_now', 'extend_deadline', 'cancel']);

    const preview = await give(processId, { command: 'extend_deadline', until, preview: true });
    expect([preview.status, preview.body]).toEqual([
      200,
      {
        preview: true,
        command: 'extend_deadline',
        allowed: before.actions,
        changes: [{ what: 'dueAt', from: before.dueAt, to: until }],
        tells: [],
        needsSecondOperator: false,
      },
    ]);
    expect(await detail(processId)).toEqual(before);

    const done = await give(processId, { command: 'extend_deadline', until }, 'extend');
    expect([done.status, done.body]).toMatchObject([200, { id: processId, dueAt: until, stage: 'awaiting_payment' }]);
    expect(done.body.timeline.at(-1)).toMatchObject({ actor: operatorId, from: 'awaiting_payment' });
    expect(done.body.timeline.at(-1).text).toMatch(/moved the deadline to 20\d\d-\d\d-\d\d \d\d:\d\d: .+/);
    expect((await auditOf(id)).at(-1)).toEqual({ actor: operatorId, action: 'purchase.extend_deadline', reason });
    const again = await give(processId, { command: 'extend_deadline', until }, 'extend');
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(await auditOf(id)).toHaveLength(2);
    expect((await manager.get(`/v1/purchases/${String(id)}`)).body).toMatchObject({ expiresAt: until });
  });

  it('an order whose time was moved near is ended by its run then, and not before', async () => {
    const { id, processId } = await place(manager);
    const { owner } = mallflow.database;
    await rows(owner, `update purchases set due_at = now(), expires_at = now() where id = :id`, { id });
    const until = new Date(Date.now() + 12_000);
    expect((await give(processId, { command: 'extend_deadline', until: until.toISOString() })).status).toBe(200);
    const over = await eventually(
      () => detail(processId),
      ({ state }) => state !== 'open',
    );
    expect(over).toMatchObject({ state: 'expired', actions: [] });
    expect(new Date(over.closedAt as string).getTime()).toBeGreaterThanOrEqual(until.getTime() - 100);
    const late = await give(processId, { command: 'extend_deadline', until: inMinutes(60) });
    expect([late.status, late.body]).toMatchObject([409, { code: 'WRONG_STATE', state: 'expired', allowed: [] }]);
  });

  it('a proposed allocation is cancelled beside its run, which ends by what the rows say', async () => {
    const proposal = await propose(manager, await commodityRow(mallflow.database.owner));
    const done = await give(proposal.processId, { command: 'cancel' });
    expect([done.status, done.body]).toMatchObject([200, { state: 'cancelled', stage: 'cancelled' }]);
    await ended(`stock-allocation:${String(proposal.id)}`, 'COMPLETED');
    expect((await manager.get(`/v1/stock-allocations/${String(proposal.id)}`)).body).toMatchObject({
      state: 'cancelled',
    });
  });

  it('a review that was given to somebody is theirs, for its run as well', async () => {
    const reviewer = await mallflow.as('reviewer@demo');
    const reviewerId = (await reviewer.get('/v1/me')).body.id as string;
    const client = await newAccount(mallflow, { login: 'reviewed@test', roles: [] });
    const sellerId = await sellerOf(mallflow.database, await accountIdOf(client));
    const { reviewId } = await beginReview(mallflow, sellerId);
    const processId = reviewId.replace('rev_', 'prc_');
    const preview = await give(processId, { command: 'reassign', accountId: reviewerId, preview: true });
    expect(preview.body.changes).toEqual([{ what: 'stage', from: 'waiting', to: 'claimed' }]);
    expect((await give(processId, { command: 'reassign', accountId: reviewerId })).body.stage).toBe('claimed');
    const held = await detail(processId);
    const again = await give(processId, { command: 'reassign', accountId: reviewerId });
    expect([again.status, again.body.stage, again.body.dueAt]).toEqual([200, 'claimed', held.dueAt]);
    expect(again.body.timeline).toEqual(held.timeline);
    const kept = await give(processId, { command: 'cancel' });
    const others = (held.actions as string[]).filter((action) => action !== 'cancel');
    expect([kept.status, kept.body.code, kept.body.allowed]).toEqual([409, 'WRONG_STATE', others]);
    const other = await (await mallflow.as('reviewer2@demo')).post(`/v1/reviews/${reviewId}/claim`);
    expect([other.status, other.body.code]).toEqual([409, 'CLAIMED_BY_OTHER']);
    expect((await reviewer.post(`/v1/reviews/${reviewId}/decide`, { outcome: 'approve' })).status).toBe(200);
  });

  it('a run that is gone is started again from what is stored; where it is there nothing is done', async () => {
    const { id, processId } = await place(manager);
    const workflowId = `purchase:${String(id)}`;
    const idle = await give(processId, { command: 'resume' });
    expect([idle.status, idle.body.timeline.length]).toEqual([200, 1]);
    expect((await auditOf(id)).at(-1)).toEqual({ actor: operatorId, action: 'purchase.resume', reason });
    await mallflow.services.temporal.workflow.getHandle(workflowId).terminate('the test');
    await ended(workflowId, 'TERMINATED');
    const preview = await give(processId, { command: 'resume', preview: true });
    expect(preview.body.changes).toEqual([{ what: 'run', from: 'terminated', to: 'running' }]);
    const done = await give(processId, { command: 'resume' });
    expect([done.status, done.body]).toMatchObject([200, { state: 'open', stage: 'awaiting_payment' }]);
    expect(done.body.timeline.at(-1)).toMatchObject({ actor: operatorId });
    expect((await auditOf(id)).at(-1)).toEqual({ actor: operatorId, action: 'purchase.resume', reason });
    await ended(workflowId, 'RUNNING');
    const paid = await eventually(
      () => pay(manager, String(id), 'after-resume'),
      ({ status }) => status === 200,
    );
    expect(paid.body).toMatchObject({ state: 'stocked' });
  });

  it('a step that failed for long is tried at once', async () => {
    const { owner } = mallflow.database;
    const { id, processId, totalFen } = await place(manager, 9);
    await run(owner, `alter table ledger_lines add constraint poisoned check (amount <> ${Number(totalFen)})`);
    await pay(manager, String(id), 'poisoned');
    await eventually(
      () => detail(processId),
      ({ live }) => live.pending.length === 1 && live.pending[0].attempt > 5,
    );
    const preview = await give(processId, { command: 'retry_now', preview: true });
    expect([preview.status, preview.body.changes]).toEqual([200, []]);
    expect((await give(processId, { command: 'retry_now' })).status).toBe(200);
    // Its tries are counted anew; by themselves they only grow.
    await eventually(
      () => detail(processId),
      ({ live }) => live.pending.length === 1 && live.pending[0].attempt < 6,
    );
    await run(owner, 'alter table ledger_lines drop constraint poisoned');
    const after = await eventually(
      () => detail(processId),
      ({ stage }) => stage === 'stocked',
    );
    expect(
      (after.timeline as Body[]).some(
        ({ actor, text }) => actor === operatorId && /tried at once/.test(text as string),
      ),
    ).toBe(true);
  });

  it('nothing is started while the engine is away, and the caller is told to ask again', async () => {
    const { processId } = await place(manager);
    const away = jest.spyOn(mallflow.services.gateway, 'resume').mockRejectedValue(new Error('the engine is away'));
    const refused = await give(processId, { command: 'resume' });
    away.mockRestore();
    expect([refused.status, refused.body.code]).toEqual([503, 'TRY_AGAIN']);
    expect((await detail(processId)).timeline).toHaveLength(1);
  });

  const ended = (workflowId: string, status: string) =>
    eventually(
      async () => (await mallflow.services.temporal.workflow.getHandle(workflowId).describe()).status.name,
      (name) => name === status,
    );
});
