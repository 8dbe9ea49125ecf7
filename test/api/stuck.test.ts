import { verifyLedger } from '../../db/ledger/queries';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { coupon, finished, pay, place } from '../support/purchases';

describe('a step that keeps failing', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let operator: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation({ environment: { MALLFLOW_RESULT_MS: '200', MALLFLOW_ACCEPT_MS: '15000' } });
    manager = await mallflow.as('manager@demo');
    operator = await mallflow.as('operator@demo');
  });
  afterAll(() => mallflow.stop());

  it('marks its case stuck with the code; once the row is mended the case goes on by itself', async () => {
    const { owner, db } = mallflow.database;
    const { id, processId, totalFen } = await place(manager, 7);
    const other = await place(manager);
    await owner.raw(`alter table ledger_lines add constraint poisoned check (amount <> ${Number(totalFen)})`);
    const slow = await pay(manager, id as string, 'poisoned');
    expect(slow.status).toBe(202);

    const stuck = await eventually(
      async () => (await operator.get('/v1/processes?stuck=true')).body.items as Body[],
      (items) => items.length > 0,
    );
    expect(stuck).toMatchObject([
      { id: processId, subjectId: id, stage: 'awaiting_payment', stuck: { code: 'DB_23514:poisoned' } },
    ]);
    const { body: detail } = await operator.get(`/v1/processes/${processId}`);
    expect(detail.live).toMatchObject({ available: true, pending: [{ activity: 'payFromBalance' }] });
    expect(detail.live.pending[0].attempt).toBeGreaterThanOrEqual(5);
    expect(detail.live.pending[0].lastFailure).toContain('poisoned');
    // Nothing of the failing step is left behind, and other cases are not held up.
    expect((await manager.get(`/v1/purchases/${id}`)).body).toMatchObject({ state: 'awaiting_payment' });
    expect((await finished(() => pay(manager, other.id as string, 'other'))).state).toBe('stocked');

    await owner.raw('alter table ledger_lines drop constraint poisoned');
    await eventually(
      async () => (await manager.get(`/v1/purchases/${id}`)).body.state as string,
      (state) => state === 'stocked',
    );
    await eventually(
      async () => (await operator.get(`/v1/processes/${processId}`)).body,
      (found) => found.stuck === null && found.stage === 'stocked' && found.live.pending.length === 0,
    );
    expect((await finished(() => pay(manager, id as string, 'poisoned'))).state).toBe('stocked');
    const close = () => manager.post(`/v1/purchases/${id}/close`, undefined, { key: 'close' });
    expect((await finished(close)).state).toBe('closed');
    expect((await manager.get('/v1/enterprise-balance')).body.balanceFen).toBe(1_000_000 - 8 * coupon.priceFen);
    expect(await verifyLedger(db)).toEqual([]);
  });
});
