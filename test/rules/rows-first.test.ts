import { coupon, pay, place, purchaseRows } from '../support/purchases';
import type { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';

/** What an engine that is never asked proves: the answer came from rows. */
describe('the rows answer', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  beforeAll(async () => {
    mallflow = await startInstallation();
    manager = await mallflow.as('manager@demo');
  });
  afterAll(() => mallflow.stop());

  it('a key with its outcome as it was, although the purchase has moved on', async () => {
    const order = { benefitId: coupon.id, quantity: 1 };
    const key = 'the-key-of-a-creation';
    const placed = await manager.post('/v1/purchases', order, { key });
    expect(placed.status).toBe(201);
    expect((await pay(manager, placed.body.id as string)).body.state).toBe('stocked');
    const again = await manager.post('/v1/purchases', order, { key });
    expect(again).toMatchObject({ status: 201, body: placed.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('what cannot be paid, while no worker is there to be asked', async () => {
    const tooDear = await place(manager, 100_000);
    await mallflow.stopWorker();
    const short = await pay(manager, tooDear.id as string);
    expect(short).toMatchObject({ status: 422, body: { code: 'BALANCE_SHORT' } });
    const channel = await manager.post(`/v1/purchases/${(await purchaseRows(mallflow)).id}/pay`, {
      method: 'bank_b2b',
    });
    expect(channel).toMatchObject({ status: 422, body: { code: 'CHANNEL_NOT_AVAILABLE' } });
  });
});
