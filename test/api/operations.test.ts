import { randomUUID } from 'node:crypto';
import { claimCommand, recordEffect } from '../../db/command/repository';
import { run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { endPurchase } from '../../db/purchase/repository';
import type { Trx } from '../../db/connection';
import { onboardingIdOf } from '../../domain/shared/ids';
import { reviewWorkflowId } from '../../workflows/review/contract';
import { newAccount } from '../support/accounts';
import { firstFeeRow } from '../support/certification-fees';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { merchantIdRows } from '../support/merchants';
import { coupon, pay, place } from '../support/purchases';
import { accountIdOf, createForms, reviewRows } from '../support/reviews';
import { sellerRows } from '../support/sellers';

/** Commands that are accepted but not finished in time: 202 and the operation. */
describe('operations', () => {
  let mallflow: Installation;
  let manager: HttpClient;

  beforeAll(async () => {
    // The deadline for the result is shorter than a step waits for a row that is locked.
    mallflow = await startInstallation({ environment: { MALLFLOW_RESULT_MS: '200', MALLFLOW_ACCEPT_MS: '15000' } });
    manager = await mallflow.as('manager@demo');
  });
  afterAll(() => mallflow.stop());

  /** Holds the row of a purchase, so that its next step has to wait, and gives the way to end that. */
  async function lock(id: string): Promise<Trx> {
    const trx = await mallflow.database.owner.transaction();
    await trx.raw('select 1 from purchases where id = ? for update', [id]);
    return trx;
  }
  const operationOf = async (id: string) => (await manager.get(`/v1/operations/${id}`)).body;
  const settled = (id: string) =>
    eventually(
      () => operationOf(id),
      ({ state }) => state !== 'running',
    );

  it('a slow payment is told as an operation, and the same key gives its outcome later', async () => {
    const purchase = await place(manager, 2);
    const id = purchase.id as string;
    const before = (await manager.get('/v1/enterprise-balance')).body.balanceFen as number;
    const key = randomUUID();
    const trx = await lock(id);
    let operationId: string;
    try {
      const slow = await pay(manager, id, key);
      expect([slow.status, Object.keys(slow.body as object)]).toEqual([202, ['operationId']]);
      operationId = slow.body.operationId as string;
      expect(slow.headers.get('location')).toBe(`/v1/operations/${operationId}`);
      expect(await operationOf(operationId)).toEqual({ id: operationId, state: 'running' });

      const again = await pay(manager, id, key);
      expect([again.status, again.body.operationId]).toEqual([202, operationId]);
      const otherBody = await manager.post(`/v1/purchases/${id}/pay`, { method: 'bank_b2b' }, { key });
      expect(otherBody.body.code).toBe('IDEMPOTENCY_KEY_REUSED');
      expect((await manager.get(`/v1/purchases/${id}`)).body.state).toBe('awaiting_payment');
    } finally {
      await trx.rollback();
    }
    const done = await settled(operationId);
    expect(done).toMatchObject({ id: operationId, state: 'done', result: { id, state: 'stocked' } });
    const outcome = await pay(manager, id, key);
    expect([outcome.status, outcome.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(outcome.body).toEqual((await manager.get(`/v1/purchases/${id}`)).body);
    expect((await manager.get('/v1/enterprise-balance')).body.balanceFen).toBe(before - 2 * coupon.priceFen);
  });

  it('a slow payment that is refused in the end says why, and the same key is judged anew', async () => {
    const { id } = await place(manager);
    const key = randomUUID();
    const trx = await lock(id as string);
    const slow = await pay(manager, id as string, key);
    expect(slow.status).toBe(202);
    // Meanwhile the order ends by other means.
    const by = { actor: 'system', requestId: null };
    await endPurchase(trx, { purchaseId: id as string, commandId: null, by, act: 'cancel' });
    await trx.commit();

    const refused = await settled(slow.body.operationId as string);
    expect(refused).toMatchObject({
      state: 'refused',
      problem: { status: 409, code: 'WRONG_STATE', state: 'cancelled', allowed: [], detail: expect.any(String) },
    });
    const again = await pay(manager, id as string, key);
    expect([again.status, again.body.code]).toEqual([409, 'WRONG_STATE']);
  });

  it('an operation is nobody else’s, and an id that is none is 404', async () => {
    const { id } = await place(manager);
    const trx = await lock(id as string);
    const slow = await pay(manager, id as string);
    await trx.rollback();
    expect(slow.status).toBe(202);
    const path = `/v1/operations/${slow.body.operationId}`;
    for (const login of ['manager2@demo', 'operator@demo'])
      expect([login, (await (await mallflow.as(login)).get(path)).status]).toEqual([login, 404]);
    for (const unknown of ['op_nothing', 'x', id as string])
      expect((await manager.get(`/v1/operations/${unknown}`)).status).toBe(404);
    await settled(slow.body.operationId as string);
  });

  /** A seller's or reviewer's command that was answered 202 and has happened since. */
  async function done(client: HttpClient, resourceId: string, workflowId: string | null = null): Promise<Body> {
    const id = newId('command');
    const accountId = await accountIdOf(client);
    const claim = { id, accountId, resourceId, workflowId, updateId: id, route: 'POST /anything', key: null };
    await claimCommand(mallflow.database.db, { ...claim, bodySha256: Buffer.alloc(32), leaseMs: 1_000 });
    await mallflow.database.db.transaction((trx) => recordEffect(trx, id));
    const { status, body } = await client.get(`/v1/operations/${id}`);
    expect([status, body]).toMatchObject([200, { id, state: 'done' }]);
    return body.result;
  }

  it('of a seller’s and a reviewer’s commands tell what came of them', async () => {
    const seller = await newAccount(mallflow, { login: 'slow-seller@demo', roles: [] });
    const sellerId = await sellerRows(mallflow, seller);
    const onboarding = (await seller.get('/v1/seller-onboardings')).body.items[0];
    expect(await done(seller, onboardingIdOf(sellerId))).toEqual(onboarding);
    expect(await done(seller, sellerId)).toEqual(onboarding);
    const feeId = await firstFeeRow(mallflow, sellerId);
    await run(mallflow.database.owner, 'update certification_fees set deferred_at = now() where id = :feeId', {
      feeId,
    });
    expect(await done(seller, feeId)).toEqual({ state: 'deferred' });
    const merchantId = await merchantIdRows(mallflow, seller, sellerId);
    expect(await done(seller, merchantId)).toMatchObject({ items: [{ applicationId: merchantId }] });

    // What a seller sent to a review is its shop.
    const draft = (await seller.get(`/v1/sellers/${sellerId}/shop/draft`)).body;
    expect(await done(seller, sellerId, reviewWorkflowId(newId('submission')))).toEqual(draft);

    await createForms(mallflow.database);
    const { reviewId } = await reviewRows(mallflow.database, sellerId);
    expect(await done(await mallflow.as('reviewer@demo'), reviewId)).toMatchObject({ id: reviewId, state: 'waiting' });
  });
});
