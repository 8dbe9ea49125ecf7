import { randomUUID } from 'node:crypto';
import { claimCommand } from '../../db/command/repository';
import { newId } from '../../db/new-id';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { pay, place, purchaseRows } from '../support/purchases';

describe('processes', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let operator: HttpClient;
  /** One purchase in each stage, oldest first. */
  let stages: { waiting: Body; stocked: Body; closed: Body; cancelled: Body };

  beforeAll(async () => {
    mallflow = await startInstallation();
    manager = await mallflow.as('manager@demo');
    operator = await mallflow.as('operator@demo');
    const [waiting, stocked, closed, cancelled] = [
      await place(manager),
      await place(manager, 2),
      await place(manager, 3, 'ben_01demo00000000000000000005'),
      await place(manager, 4),
    ] as [Body, Body, Body, Body];
    await pay(manager, stocked.id as string);
    await pay(manager, closed.id as string);
    await manager.post(`/v1/purchases/${closed.id}/close`);
    await manager.post(`/v1/purchases/${cancelled.id}/cancel`);
    stages = { waiting, stocked, closed, cancelled };
  });
  afterAll(() => mallflow.stop());

  const found = async (query: string) =>
    ((await operator.get(`/v1/processes?${query}`)).body.items as Body[]).map(({ subjectId }) => subjectId as string);
  const idsOf = (...names: (keyof typeof stages)[]) => names.map((name) => stages[name].id as string);

  it('are listed newest first, each with where it stands and whose turn it is', async () => {
    expect(await found('')).toEqual(idsOf('cancelled', 'closed', 'stocked', 'waiting'));
    const { body } = await operator.get('/v1/processes?stage=stocked');
    expect(body.items).toEqual([
      {
        id: stages.stocked.processId,
        kind: 'purchase',
        subjectId: stages.stocked.id,
        enterpriseId: 'ent_01demo00000000000000000001',
        sellerId: null,
        title: '满 50 减 10 外卖优惠券 × 2',
        state: 'open',
        stage: 'stocked',
        whoseTurn: 'manager',
        dueAt: expect.any(String),
        overdue: false,
        stuck: null,
        lost: null,
        openedAt: expect.any(String),
        closedAt: null,
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
        actions: ['resume', 'retry_now', 'extend_deadline'],
      },
    ]);
  });

  it('are found by kind, state, stage, turn and words', async () => {
    expect(await found('kind=purchase&state=open')).toEqual(idsOf('stocked', 'waiting'));
    expect(await found('state=completed')).toEqual(idsOf('closed'));
    expect(await found('state=cancelled')).toEqual(idsOf('cancelled'));
    expect(await found('stage=awaiting_payment')).toEqual(idsOf('waiting'));
    expect(await found('whoseTurn=manager')).toEqual(idsOf('stocked', 'waiting'));
    expect(await found('whoseTurn=nobody')).toEqual(idsOf('cancelled', 'closed'));
    expect(await found('q=出行')).toEqual(idsOf('closed'));
    expect(await found('q=%20出行%20')).toEqual(idsOf('closed'));
    expect(await found(`q=${stages.waiting.id}`)).toEqual(idsOf('waiting'));
    expect(await found(`q=${stages.waiting.processId}`)).toEqual(idsOf('waiting'));
    expect(await found('q=外卖&state=open&stage=stocked')).toEqual(idsOf('stocked'));
    expect(await found('stage=expired')).toEqual([]);
    expect(await found('stuck=true')).toEqual([]);
    expect(await found('stuck=false')).toHaveLength(4);
  });

  it.each([
    ...['stocked', 'processing', 'draft', 'awaiting_confirmation', 'enterprise_verification'],
    ...['unpaid', 'claimed', 'verify_account'],
  ])('are looked for by the stages of every kind: %s', async (stage) => {
    const { status, body } = await operator.get(`/v1/processes?stage=${stage}`);
    expect([status, body.items.map((one: Body) => one.stage)]).toEqual([200, stage === 'stocked' ? [stage] : []]);
  });

  it('a stage that no kind knows is refused at its name, with those there are', async () => {
    const { status, body } = await operator.get('/v1/processes?kind=review&stage=redeemed');
    expect([status, body.code, body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', '/stage']);
    expect(body.errors[0].message).toContain('enterprise_verification');
  });

  it('are counted exactly while open, by kind and stage', async () => {
    const { body } = await operator.get('/v1/processes/counts');
    expect(body).toEqual({
      items: [
        { kind: 'purchase', stage: 'awaiting_payment', count: 1 },
        { kind: 'purchase', stage: 'stocked', count: 1 },
      ],
      unconfirmed: 0,
    });
  });

  it('before they exist are counted as unconfirmed: claims past their lease without effect', async () => {
    const { body: me } = await manager.get('/v1/me');
    const id = newId('command');
    await claimCommand(mallflow.database.db, {
      id,
      accountId: me.id as string,
      route: 'POST /v1/purchases',
      key: randomUUID(),
      bodySha256: Buffer.alloc(32),
      workflowId: 'purchase:pur_nothing',
      resourceId: newId('purchase'),
      updateId: randomUUID(),
      leaseMs: 0,
    });
    expect((await operator.get('/v1/processes/counts')).body.unconfirmed).toBe(1);
    await mallflow.database.owner('commands').where({ id }).delete();
    expect((await operator.get('/v1/processes/counts')).body.unconfirmed).toBe(0);
  });

  it('tell their story in the words of a shop manager, in both languages', async () => {
    const path = `/v1/processes/${stages.closed.processId}`;
    const { body } = await operator.get(path);
    const { body: me } = await manager.get('/v1/me');
    expect(body).toMatchObject({ state: 'completed', stage: 'closed', dueAt: null, closedAt: expect.any(String) });
    expect(body.timeline).toEqual([
      {
        at: expect.any(String),
        actor: me.id,
        text: '王店长 placed the order; it waits for payment',
        from: null,
        to: 'awaiting_payment',
      },
      expect.objectContaining({ actor: me.id, from: 'awaiting_payment', to: 'paid' }),
      expect.objectContaining({ text: 'The benefit entered the enterprise stock', from: 'paid', to: 'stocked' }),
      expect.objectContaining({ actor: me.id, from: 'stocked', to: 'closed' }),
    ]);
    const chinese = (await operator.get(path, { headers: { 'accept-language': 'zh-CN' } })).body;
    expect((chinese.timeline as Body[]).map(({ text }) => text as string)).toEqual([
      '王店长 提交了订单，等待支付',
      '王店长 使用企业余额完成支付',
      '权益已进入企业总库存',
      '王店长 关闭了订单详情，采购结束',
    ]);
  });

  it('show what their run is doing: nothing, while it waits for a person', async () => {
    for (const { processId } of [stages.waiting, stages.cancelled]) {
      const { body } = await operator.get(`/v1/processes/${processId}`);
      expect(body.live).toEqual({ available: true, pending: [] });
    }
  });

  it('show their rows also when there is no run to ask', async () => {
    const { id } = await purchaseRows(mallflow);
    const { status, body } = await operator.get(`/v1/processes/${id.replace('pur_', 'prc_')}`);
    expect([status, body.stage, body.live]).toEqual([200, 'awaiting_payment', { available: false, pending: [] }]);
    await mallflow.database.owner('case_events').where({ case_id: body.id }).delete();
    await mallflow.database.owner('process_cases').where({ id: body.id }).delete();
    await mallflow.database.owner('purchases').where({ id }).delete();
  });

  it('are overdue when their time is over and they are still open', async () => {
    expect(await found('overdue=true')).toEqual([]);
    const overdue = { due_at: new Date(Date.now() - 1_000) };
    const { processId } = stages.waiting;
    await mallflow.database.owner('process_cases').where({ id: processId }).update(overdue);
    expect(await found('overdue=true')).toEqual(idsOf('waiting'));
    expect(await found('overdue=false')).toEqual(idsOf('cancelled', 'closed', 'stocked'));
    expect((await operator.get(`/v1/processes/${processId}`)).body.overdue).toBe(true);
  });

  it('that nobody knows are 404', async () => {
    for (const id of ['prc_nothing', stages.waiting.id as string, 'counts2']) {
      const { status, body } = await operator.get(`/v1/processes/${id}`);
      expect([id, status, body.code]).toEqual([id, 404, 'NOT_FOUND']);
    }
  });
});
