import { startInstallation, type Installation } from '../support/installation';

describe('a purchase, end to end', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    mallflow = await startInstallation();
  });
  afterAll(() => mallflow.stop());

  it('follows the guide: buy now, confirm, pay now, close', async () => {
    const manager = await mallflow.as('manager@demo');
    const { body: benefits } = await manager.get('/v1/benefits?kind=coupon');
    const placed = await manager.post('/v1/purchases', { benefitId: benefits.items[0].id, quantity: 3 });
    expect(placed.status).toBe(201);
    expect(placed.body).toMatchObject({ state: 'awaiting_payment', actions: ['pay', 'cancel'], refundable: false });

    const paid = await manager.post(`/v1/purchases/${placed.body.id}/pay`, { method: 'balance' });
    expect(paid.status).toBe(200);
    expect(paid.body).toMatchObject({ state: 'stocked', actions: ['close'] });

    const closed = await manager.post(`/v1/purchases/${placed.body.id}/close`);
    expect(closed.body.state).toBe('closed');
    expect(closed.body.history.map((event: { to: string }) => event.to)).toEqual([
      'awaiting_payment',
      'paid',
      'stocked',
      'closed',
    ]);
  });
});
