import { rows } from '../../db/connection';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { place, purchaseRows } from '../support/purchases';
import { accountIdOf, createForms, formSubjects, sellerOf, reviewRows } from '../support/reviews';
import { newAccount } from '../support/accounts';
import { demoTenants, subStockRows } from '../support/sub-stock-rows';

const reason = '按客户要求处理';

describe('one case as one file', () => {
  let mallflow: Installation;
  let operator: HttpClient;
  let operatorId: string;

  beforeAll(async () => {
    mallflow = await startInstallation({ reviewSubjects: formSubjects });
    await createForms(mallflow.database);
    operator = await mallflow.as('operator@demo');
    operatorId = await accountIdOf(operator);
  });
  afterAll(() => mallflow.stop());

  const exportOf = (processId: unknown) => operator.get(`/v1/processes/${String(processId)}/export`);

  it('has everything that happened, in both languages, with who and why; and its run', async () => {
    const manager = await mallflow.as('manager@demo');
    const { id, processId } = await place(manager);
    const until = new Date(Date.now() + 7_200_000).toISOString();
    await operator.post(`/v1/processes/${String(processId)}/commands`, { command: 'extend_deadline', reason, until });
    const { status, headers, body } = await exportOf(processId);
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${String(processId)}.json"`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(body as object)).toEqual([
      ...['exportedAt', 'by', 'case', 'audit', 'commands', 'approvals', 'decisions', 'notices', 'related'],
      ...['timeline', 'run'],
    ]);
    expect(body).toMatchObject({
      by: operatorId,
      case: { id: processId, kind: 'purchase', subjectId: id, state: 'open', dueAt: until },
      timeline: [
        { act: 'open', from: null, to: 'awaiting_payment' },
        { act: 'extend_deadline', actor: operatorId, reason, text: { zh: expect.stringContaining('延长') } },
      ],
      audit: [
        { action: 'purchase.open' },
        { action: 'purchase.extend_deadline', actor: operatorId, reason },
        { action: 'process.export' },
      ],
      ...{ approvals: [], decisions: [], notices: [], related: [] },
    });
    expect(body.timeline[1].text.en).toContain('moved the deadline');
    expect(body.commands).toMatchObject([
      { route: 'POST /v1/purchases', state: 'done', outcomeStatus: 201 },
      { route: `POST /v1/processes/${String(processId)}/commands`, accountId: operatorId, outcomeStatus: 200 },
    ]);
    expect(body.run.status).toBe('RUNNING');
    const types = (body.run.events as Body[]).map(({ type }) => type as string);
    expect(types.at(-1)).toBe('workflowExecutionStarted');
    expect(types).not.toContain('');
  });

  it('of a review shows who decided what, and nothing that is sealed or was judged', async () => {
    const account = await newAccount(mallflow, { login: 'exported@test', roles: [] });
    const sellerId = await sellerOf(mallflow.database, await accountIdOf(account));
    const { reviewId } = await reviewRows(mallflow.database, sellerId);
    const [asked, second] = [await mallflow.as('operator@demo'), await mallflow.as('operator2@demo')];
    const processId = reviewId.replace('rev_', 'prc_');
    const command = { command: 'force_decision', outcome: 'reject', note: '资质不符', reason };
    const { body: wish } = await asked.post(`/v1/processes/${processId}/commands`, command);
    expect((await second.post(`/v1/approvals/${String(wish.approvalId)}/confirm`)).status).toBe(200);
    const { body } = await exportOf(processId);
    expect(body).toMatchObject({
      approvals: [{ id: wish.approvalId, state: 'confirmed', reason, askedBy: operatorId }],
      decisions: [{ accountId: operatorId, outcome: 'reject', note: '资质不符', counts: true, verdicts: [] }],
      case: { kind: 'review', state: 'completed' },
      // It was opened by hand: there has never been a run.
      run: 'unavailable',
    });
    expect((body.notices as Body[]).map(({ kind }) => kind as string).sort()).toEqual([
      'approval_asked',
      'review_rejected',
    ]);
    expect(JSON.stringify(body)).not.toContain('13800001234');
  });

  it('is for operators, and leaves a trace', async () => {
    const { id } = await purchaseRows(mallflow);
    const processId = id.replace('pur_', 'prc_');
    const manager = await mallflow.as('manager@demo');
    expect((await manager.get(`/v1/processes/${processId}/export`)).status).toBe(403);
    await exportOf(processId);
    const { items } = (await operator.get(`/v1/audit?subjectId=${processId}`)).body;
    expect(items).toMatchObject([{ action: 'process.export', actor: operatorId }]);
  });
});

describe('a look at what is another’s (fault 30)', () => {
  let mallflow: Installation;
  let stranger: HttpClient;
  let strangerId: string;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    stranger = await mallflow.as('manager2@demo');
    strangerId = await accountIdOf(stranger);
  });
  afterAll(() => mallflow.stop());

  const traces = () =>
    rows<{ actor: string; subjectId: string; enterpriseId: string }>(
      mallflow.database.db,
      `select actor, subject_id as "subjectId", enterprise_id as "enterpriseId" from audit_log
        where action = 'access.refused' order by id`,
    );

  it('is answered as if it were not there, and written down once an hour', async () => {
    const { id } = await purchaseRows(mallflow);
    const answers = await Promise.all(
      ['', '', '/pay', '/cancel'].map((act) =>
        act === ''
          ? stranger.get(`/v1/purchases/${id}`)
          : stranger.post(`/v1/purchases/${id}${act}`, { method: 'balance' }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect((await stranger.get(`/v1/purchases/${id}`)).status).toBe(404);
    const found = await traces();
    expect(new Set(found.map(({ subjectId }) => subjectId))).toEqual(new Set([id]));
    // Looks at the same moment may not see each other.
    expect(found.length).toBeLessThanOrEqual(4);
    expect(found[0]).toEqual({ actor: strangerId, subjectId: id, enterpriseId: demoTenants[1].enterpriseId });
    const before = found.length;
    await stranger.get(`/v1/purchases/${id}`);
    expect(await traces()).toHaveLength(before);
  });

  it('is written down of an id in a body too', async () => {
    const { commodityId } = await subStockRows(mallflow.database.owner, demoTenants[0]);
    const { status, body } = await stranger.post('/v1/stock-allocations', {
      ...{ commodityId, mallId: demoTenants[1].mallId, quantity: 1, dailyLimit: -1, memberLimits: [], autoAward: true },
    });
    expect([status, body.code]).toEqual([422, 'REFERENCE_NOT_FOUND']);
    expect((await traces()).at(-1)).toMatchObject({ actor: strangerId, subjectId: commodityId });
  });

  it('leaves no trace where there is nothing, nor where it is one’s own, nor of who is not signed in', async () => {
    const before = await traces();
    const { id } = await purchaseRows(mallflow, { of: demoTenants[1] });
    expect((await stranger.get(`/v1/purchases/${id}`)).status).toBe(200);
    expect((await stranger.get('/v1/purchases/pur_01demo00000000000000000099')).status).toBe(404);
    expect((await stranger.get('/v1/purchases/nonsense')).status).toBe(404);
    expect((await mallflow.anonymous.get(`/v1/purchases/${id}`)).status).toBe(401);
    expect(await traces()).toEqual(before);
  });

  it('is answered the same where it cannot be written down', async () => {
    const { id } = await purchaseRows(mallflow);
    await mallflow.database.owner.raw('revoke insert on audit_log from mallflow_app');
    expect((await stranger.get(`/v1/purchases/${id}`)).status).toBe(404);
    await mallflow.database.owner.raw('grant insert on audit_log to mallflow_app');
    expect((await traces()).some(({ subjectId }) => subjectId === id)).toBe(false);
  });
});
