import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { coupon, pay, place, rightsPack } from '../support/purchases';

const texts = (purchase: Body) => (purchase.history as { text: string }[]).map(({ text }) => text);

describe('purchases', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let stranger: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation();
    manager = await mallflow.as('manager@demo');
    stranger = await mallflow.as('manager2@demo');
  });
  afterAll(() => mallflow.stop());

  const act = (id: string, name: 'cancel' | 'close') => manager.post(`/v1/purchases/${id}/${name}`);
  const eventCount = async (id: string) =>
    (await mallflow.database.owner('case_events').where({ case_id: id.replace('pur_', 'prc_') })).length;

  it('buy now: the answer holds all there is to confirm, frozen', async () => {
    const purchase = await place(manager, 3, rightsPack.id);
    expect(purchase).toEqual({
      id: expect.stringMatching(/^pur_[0-9a-z]{26}$/),
      processId: purchase.id.replace('pur_', 'prc_'),
      state: 'awaiting_payment',
      benefit: {
        id: rightsPack.id,
        name: '出行权益包',
        kind: 'rights_pack',
        priceFen: 9_900,
        validity: { days: 180 },
        exchangeNotes: expect.stringContaining('180'),
      },
      quantity: 3,
      unitPriceFen: 9_900,
      totalFen: 29_700,
      refundable: false,
      expiresAt: expect.any(String),
      payments: [],
      history: [expect.objectContaining({ from: null, to: 'awaiting_payment' })],
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      actions: ['pay', 'cancel'],
    });
    expect(Date.parse(purchase.expiresAt) - Date.parse(purchase.createdAt)).toBe(30 * 60_000);

    const change = { price_fen: 1, name: '改名', exchange_notes: '改了' };
    await mallflow.database.owner('benefits').where({ id: rightsPack.id }).update(change);
    const { body } = await manager.get(`/v1/purchases/${purchase.id}`);
    expect(body).toEqual(purchase);
  });

  it('pay now: paid and stocked, with the commodity it became', async () => {
    const { id } = await place(manager, 2);
    const before = (await manager.get('/v1/enterprise-balance')).body;
    const { status, body } = await pay(manager, id as string);
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'stocked', actions: ['close'], commodityId: expect.stringMatching(/^com_/) });
    const after = (await manager.get('/v1/enterprise-balance')).body;
    expect(after).toEqual({
      balanceFen: before.balanceFen - 2 * coupon.priceFen,
      heldFen: 0,
      availableFen: before.availableFen - 2 * coupon.priceFen,
    });
    expect((await manager.get(`/v1/purchases/${id}`)).body).toEqual(body);
  });

  it('the history tells in words who did what, in both languages', async () => {
    const { id } = await place(manager);
    await pay(manager, id as string);
    await act(id as string, 'close');
    const english = (await manager.get(`/v1/purchases/${id}`)).body;
    expect(texts(english)).toEqual([
      '王店长 placed the order; it waits for payment',
      '王店长 paid from the enterprise balance',
      'The benefit entered the enterprise stock',
      '王店长 closed the order detail; the purchase is finished',
    ]);
    const chinese = (await manager.get(`/v1/purchases/${id}`, { headers: { 'accept-language': 'zh-CN' } })).body;
    expect(texts(chinese)).toEqual([
      '王店长 提交了订单，等待支付',
      '王店长 使用企业余额完成支付',
      '权益已进入企业总库存',
      '王店长 关闭了订单详情，采购结束',
    ]);
  });

  it('repeating pay, cancel or close is answered 200 from the row, without the engine', async () => {
    const [paid, cancelled] = [await place(manager), await place(manager)];
    await pay(manager, paid.id as string);
    await act(cancelled.id as string, 'cancel');
    // From here on an engine that is asked could not answer.
    const { services } = mallflow;
    const asked = jest.spyOn(services.gateway, 'command');
    try {
      const again = await pay(manager, paid.id as string);
      expect([again.status, again.body.state]).toEqual([200, 'stocked']);
      const cancelAgain = await act(cancelled.id as string, 'cancel');
      expect([cancelAgain.status, cancelAgain.body.state]).toEqual([200, 'cancelled']);
      expect(asked).not.toHaveBeenCalled();
      await act(paid.id as string, 'close');
      expect(asked).toHaveBeenCalledTimes(1);
      const closeAgain = await act(paid.id as string, 'close');
      expect([closeAgain.status, closeAgain.body.state]).toEqual([200, 'closed']);
      expect(asked).toHaveBeenCalledTimes(1);
    } finally {
      asked.mockRestore();
    }
    expect(await eventCount(paid.id as string)).toBe(4);
    expect(await eventCount(cancelled.id as string)).toBe(2);
  });

  it('what is not possible in a state is refused with what is: 409 and allowed', async () => {
    const refusal = async (id: string, name: string, body?: unknown) => {
      const reply = await manager.post(`/v1/purchases/${id}/${name}`, body);
      return [reply.status, reply.body.code, reply.body.state, reply.body.allowed];
    };
    const { id } = await place(manager);
    expect(await refusal(id as string, 'close')).toEqual([409, 'WRONG_STATE', 'awaiting_payment', ['pay', 'cancel']]);
    await pay(manager, id as string);
    expect(await refusal(id as string, 'cancel')).toEqual([409, 'WRONG_STATE', 'stocked', ['close']]);
    await act(id as string, 'close');
    expect(await refusal(id as string, 'cancel')).toEqual([409, 'WRONG_STATE', 'closed', []]);
    expect(await refusal(id as string, 'pay', { method: 'balance' })).toEqual([409, 'WRONG_STATE', 'closed', []]);
    const cancelled = await place(manager);
    await act(cancelled.id as string, 'cancel');
    expect(await refusal(cancelled.id as string, 'pay', { method: 'balance' })).toEqual([
      409,
      'WRONG_STATE',
      'cancelled',
      [],
    ]);
  });

  it('a balance that is short says by how much; after a top-up the same order and key are paid', async () => {
    const { balanceFen } = (await manager.get('/v1/enterprise-balance')).body;
    const quantity = Math.floor(balanceFen / coupon.priceFen) + 10;
    const { id, totalFen } = await place(manager, quantity);
    const asked = jest.spyOn(mallflow.services.gateway, 'command');
    const short = await pay(manager, id as string, 'pay-once');
    // Whoever hammers an order they cannot pay meets the rows, not the engine.
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
    expect([short.status, short.body.code, short.body.missingFen]).toEqual([
      422,
      'BALANCE_SHORT',
      totalFen - balanceFen,
    ]);
    expect(short.body.detail).toContain(String(totalFen - balanceFen));
    expect((await manager.get(`/v1/purchases/${id}`)).body).toMatchObject({ state: 'awaiting_payment' });

    const operator = await mallflow.as('operator@demo');
    const { body: me } = await manager.get('/v1/me');
    const topUp = { amountFen: short.body.missingFen as number, reason: '补足余额' };
    expect((await operator.post(`/v1/enterprises/${me.enterpriseId}/top-ups`, topUp)).body.balanceFen).toBe(totalFen);
    const paid = await pay(manager, id as string, 'pay-once');
    expect([paid.status, paid.body.state, paid.headers.get('idempotent-replayed')]).toEqual([200, 'stocked', null]);
    expect((await manager.get('/v1/enterprise-balance')).body.balanceFen).toBe(0);
    await operator.post(`/v1/enterprises/${me.enterpriseId}/top-ups`, { amountFen: 1_000_000, reason: '再次充值' });
  });

  it.each(['wechat_native', 'bank_b2b'])(
    'the channel %s is not available, and the order stays payable',
    async (method) => {
      const { id } = await place(manager);
      const { status, body } = await manager.post(`/v1/purchases/${id}/pay`, { method });
      expect([status, body.code, body.errors[0].path]).toEqual([422, 'CHANNEL_NOT_AVAILABLE', '/method']);
      expect((await pay(manager, id as string)).status).toBe(200);
    },
  );

  it('a benefit that is not there is refused at its path', async () => {
    const { status, body } = await manager.post('/v1/purchases', { benefitId: 'ben_nothing', quantity: 1 });
    expect([status, body.code, body.errors[0].path]).toEqual([422, 'REFERENCE_NOT_FOUND', '/benefitId']);
  });

  it("another tenant's purchase is not there, in lists neither", async () => {
    const { id } = await place(manager);
    for (const path of ['', '/pay', '/cancel', '/close']) {
      const body = path === '/pay' ? { method: 'balance' } : undefined;
      const reply = await stranger.call(path === '' ? 'GET' : 'POST', `/v1/purchases/${id}${path}`, body, { key: 'x' });
      expect([path, reply.status, reply.body.code]).toEqual([path, 404, 'NOT_FOUND']);
    }
    expect((await stranger.get('/v1/purchases')).body.items).toEqual([]);
    expect((await manager.get(`/v1/purchases/${id}`)).body.state).toBe('awaiting_payment');
  });

  it('a list row is the detail without its history, and filters by state', async () => {
    const { id } = await place(manager);
    await act(id as string, 'cancel');
    const { payments: _, history: __, ...summary } = (await manager.get(`/v1/purchases/${id}`)).body;
    const { body } = await manager.get('/v1/purchases?state=cancelled&limit=1');
    expect(body.items).toEqual([summary]);
    expect((await manager.get('/v1/purchases?state=expired')).body.items).toEqual([]);
  });

  describe('enter the enterprise stock', () => {
    it('as one commodity each, online, with its source and what is left of it', async () => {
      const { id } = await place(manager, 5);
      const { commodityId, updatedAt } = (await pay(manager, id as string)).body;
      const { body } = await manager.get(`/v1/commodities/${commodityId}`);
      expect(body).toMatchObject({
        id: commodityId,
        state: 'online',
        source: 'purchased',
        category: 'coupon',
        name: '满 50 减 10 外卖优惠券',
        priceFen: 350,
        expiresAt: null,
        purchaseId: id,
        stock: { total: 5, allocated: 0, held: 0, left: 5 },
      });
      expect(Date.parse(updatedAt)).toBeGreaterThan(0);
      const { history, ...summary } = body;
      expect(history).toMatchObject([{ actor: 'system', from: null, to: 'online' }]);
      expect((await manager.get('/v1/commodities?limit=1')).body.items).toEqual([summary]);
      expect((await stranger.get(`/v1/commodities/${commodityId}`)).status).toBe(404);
    });

    it('and a rights pack starts to run then: 24 hours times its days', async () => {
      const { id } = await place(manager, 1, 'ben_01demo00000000000000000006');
      const { commodityId } = (await pay(manager, id as string)).body;
      const { body } = await manager.get(`/v1/commodities/${commodityId}`);
      expect(body.category).toBe('rights_pack');
      expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(365 * 86_400_000);
    });

    it('which is no draft: what its own commodities’ commands would change is refused with what is possible', async () => {
      const { id } = await place(manager);
      const path = `/v1/commodities/${String((await pay(manager, id as string)).body.commodityId)}`;
      const refusals = [
        await manager.patch(path, { priceFen: 1 }),
        await manager.post(`${path}/discard`),
        await manager.post(`${path}/increase-stock`, { by: 1 }),
      ];
      for (const { status, body } of refusals)
        expect([status, body.code, body.allowed]).toEqual([409, 'WRONG_STATE', ['take-offline']]);
    });

    it('and are found by source, category, state and name', async () => {
      const names = async (query: string) =>
        new Set(((await manager.get(`/v1/commodities?${query}`)).body.items as Body[]).map(({ category }) => category));
      expect(await names('category=coupon')).toEqual(new Set(['coupon']));
      expect(await names('q=外卖&source=purchased&state=online')).toEqual(new Set(['coupon']));
      expect(await names('q=体检')).toEqual(new Set(['rights_pack']));
      for (const query of ['source=own', 'state=offline', 'category=cdk', 'q=没有这个'])
        expect([query, await names(query)]).toEqual([query, new Set()]);
    });
  });

  it('the balance entries tell what moved it, newest first, and add up to it', async () => {
    const { id, totalFen } = await place(stranger, 4);
    await pay(stranger, id as string);
    const { items } = (await stranger.get('/v1/enterprise-balance/entries')).body as { items: Body[] };
    expect(items.map(({ kind, amountFen }) => [kind, amountFen])).toEqual([
      ['purchase_payment', -totalFen],
      ['top_up', 1_000_000],
    ]);
    expect(items[0]?.subjectId).toBe(id);
    const sum = items.reduce<number>((total, { amountFen }) => total + Number(amountFen), 0);
    expect((await stranger.get('/v1/enterprise-balance')).body.balanceFen).toBe(sum);
  });
});
