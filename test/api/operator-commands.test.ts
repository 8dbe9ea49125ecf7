import { firstRow, rows } from '../../db/connection';
import { proposalOf, commodityRow } from '../support/allocations';
import { eventually } from '../support/eventually';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { finished, place } from '../support/purchases';

const reason = '客户来电要求';
const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

describe('an operator’s commands', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let operator: HttpClient;
  let operatorId: string;

  beforeAll(async () => {
    mallflow = await startInstallation();
    manager = await mallflow.as('manager@demo');
    operator = await mallflow.as('operator@demo');
    operatorId = (await operator.get('/v1/me')).body.id as string;
  });
  afterAll(() => mallflow.stop());

  const give = (processId: unknown, body: Readonly<Record<string, unknown>>, key?: string): Promise<Reply> =>
    operator.post(`/v1/processes/${String(processId)}/commands`, { reason, ...body }, key === undefined ? {} : { key });
  const detail = async (processId: unknown): Promise<Body> =>
    (await operator.get(`/v1/processes/${String(processId)}`)).body as Body;
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
    expect(done.body.timeline.at(-1).text).toContain('moved the deadline');
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
    const until = new Date(Date.now() + 3_000);
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
});
