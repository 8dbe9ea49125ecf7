import { pgCode } from '../../db/errors';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { coupon, pay } from '../support/purchases';

describe('what was done', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let operator: HttpClient;
  let purchaseId: string;
  const requestIds: string[] = [];

  beforeAll(async () => {
    mallflow = await startInstallation();
    manager = await mallflow.as('manager@demo');
    operator = await mallflow.as('operator@demo');
    const placed = await manager.post('/v1/purchases', { benefitId: coupon.id, quantity: 1 });
    purchaseId = placed.body.id as string;
    const paid = await pay(manager, purchaseId);
    const closed = await manager.post(`/v1/purchases/${purchaseId}/close`);
    requestIds.push(...[placed, paid, paid, closed].map(({ headers }) => headers.get('x-request-id') ?? ''));
    await operator.post('/v1/enterprises', { name: '北辰百货' });
  });
  afterAll(() => mallflow.stop());

  const audit = async (query: string) => (await operator.get(`/v1/audit?${query}`)).body.items as Body[];

  it('stands in the audit log: who, what, upon what, by which request', async () => {
    const { body: me } = await manager.get('/v1/me');
    const rows = await audit(`subjectId=${purchaseId}`);
    expect(rows.map(({ action }) => action as string)).toEqual([
      'purchase.close',
      'purchase.stock',
      'purchase.pay',
      'purchase.open',
    ]);
    expect(rows.map(({ requestId }) => requestId as string)).toEqual([...requestIds].reverse());
    for (const row of rows) expect(row).toMatchObject({ actor: me.id, subjectId: purchaseId, reason: null });
  });

  it('is found by actor, by subject, and by both', async () => {
    const [{ body: me }, { body: other }] = [await manager.get('/v1/me'), await operator.get('/v1/me')];
    const byManager = await audit(`actor=${me.id}`);
    expect(byManager).toHaveLength(4);
    expect((await audit(`actor=${other.id}`)).map(({ action }) => action as string)).toEqual(['enterprise.add']);
    expect(await audit(`actor=${me.id}&subjectId=${purchaseId}`)).toEqual(byManager);
    expect(await audit(`actor=${other.id}&subjectId=${purchaseId}`)).toEqual([]);
    expect(await audit('subjectId=pur_nothing')).toEqual([]);
  });

  it('tells no password and no token', async () => {
    const all = JSON.stringify(await mallflow.database.owner('audit_log').select());
    expect(all).not.toMatch(/mallflow-demo|Bearer/);
    expect(all).not.toContain(manager.token);
  });

  /** Through the very pool of the running API: what its role may not do, no fault of ours can do. */
  it.each([
    ['ledger_lines', 'amount'],
    ['ledger_journals', 'kind'],
    ['audit_log', 'action'],
    ['case_events', 'act'],
  ])('can not be changed or taken back in %s', async (table, column) => {
    const { db } = mallflow.services;
    expect((await db(table).select()).length).toBeGreaterThan(0);
    const before: unknown = await mallflow.database.owner(table).select();
    const attempts = [
      () => db.raw(`update ${table} set ${column} = ${column}`),
      () => db.raw(`delete from ${table}`),
      () => db.raw(`truncate ${table} cascade`),
    ];
    for (const attempt of attempts)
      expect(
        await attempt().then(
          () => 'done',
          (error: unknown) => pgCode(error),
        ),
      ).toBe('42501');
    expect(await mallflow.database.owner(table).select()).toEqual(before);
  });
});
