import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import { watchCases } from '../../worker/loops/watchdog';
import { eventually } from '../support/eventually';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { coupon, pay } from '../support/purchases';

const told = ({ status, body, headers }: Reply) => [status, body.code, headers.get('retry-after') !== null];

/** What a caller is told while something is away, and what the same key gives afterwards. */
describe('commands while something is away', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let operator: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation({ environment: { MALLFLOW_ACCEPT_MS: '400' } });
    manager = await mallflow.as('manager@demo');
    operator = await mallflow.as('operator@demo');
  });
  afterAll(() => mallflow.stop());

  /** The same call until it is through: what a caller does with TRY_AGAIN. */
  const untilDone = (send: () => Promise<Reply>) =>
    eventually(send, ({ status, body }) => {
      if (status >= 400) expect(['TRY_AGAIN', 'IDEMPOTENCY_IN_FLIGHT']).toContain(body.code);
      return status === 200 || status === 201;
    });
  const purchases = async () => (await manager.get('/v1/purchases?limit=200')).body.items as Body[];
  const balance = async () => (await manager.get('/v1/enterprise-balance')).body.balanceFen as number;

  it('no worker: TRY_AGAIN with Retry-After; the same key later gives the outcome, done exactly once', async () => {
    const order = await untilDone(() =>
      manager.post('/v1/purchases', { benefitId: coupon.id, quantity: 1 }, { key: 'order' }),
    );
    const id = order.body.id as string;
    const [before, had] = [await balance(), await purchases()];
    await mallflow.stopWorker();

    const keys = { pay: randomUUID(), place: randomUUID() };
    const sendPay = () => pay(manager, id, keys.pay);
    const sendPlace = () => manager.post('/v1/purchases', { benefitId: coupon.id, quantity: 2 }, { key: keys.place });
    for (const send of [sendPay, sendPlace, sendPay, sendPlace])
      expect(told(await send())).toEqual([503, 'TRY_AGAIN', true]);
    // GET shows the truth, and operators see that two commands are not confirmed.
    expect((await manager.get(`/v1/purchases/${id}`)).body.state).toBe('awaiting_payment');
    expect((await operator.get('/v1/processes/counts')).body.unconfirmed).toBe(2);

    await mallflow.startWorker();
    expect((await untilDone(sendPay)).body).toMatchObject({ id, state: 'stocked' });
    const placed = (await untilDone(sendPlace)).body;
    expect((await untilDone(sendPlace)).body).toEqual(placed);
    expect((await purchases()).map((purchase) => purchase.id as string)).toEqual([
      placed.id,
      ...had.map((purchase) => purchase.id as string),
    ]);
    expect(await balance()).toBe(before - coupon.priceFen);
    expect((await operator.get('/v1/processes/counts')).body.unconfirmed).toBe(0);
  });

  it('no run: CASE_STUCK, the case is in the list; the watchdog starts it from facts and the same key pays', async () => {
    const order = await untilDone(() =>
      manager.post('/v1/purchases', { benefitId: coupon.id, quantity: 3 }, { key: 'to-be-lost' }),
    );
    const { id, processId } = order.body as { id: string; processId: string };
    const { services, database, config } = mallflow;
    await services.temporal.workflow.getHandle(purchaseWorkflowId(id)).terminate('the test ends it');
    const key = randomUUID();
    // On a busy machine the first look may not be answered in time; the same key looks again.
    const lost = await eventually(
      () => pay(manager, id, key),
      ({ body }) => body.code !== 'TRY_AGAIN',
    );
    expect(told(lost)).toEqual([503, 'CASE_STUCK', true]);
    const stuck = (await operator.get('/v1/processes?stuck=true')).body.items as Body[];
    expect(stuck).toMatchObject([{ id: processId, stuck: { code: 'RUN_MISSING', since: expect.any(String) } }]);

    await watchCases({
      db: database.db,
      gateway: services.gateway,
      temporal: services.temporal,
      log: pino({ level: 'silent' }),
      settings: services.settings,
      overdueByMs: config.MALLFLOW_WATCHDOG_SECONDS,
      graceMs: config.MALLFLOW_LOST_GRACE_SECONDS,
    });
    expect((await untilDone(() => pay(manager, id, key))).body).toMatchObject({ id, state: 'stocked' });
    expect((await operator.get('/v1/processes?stuck=true')).body.items).toEqual([]);
  });

  it('no Postgres for a moment: TRY_AGAIN, and then all is as it was', async () => {
    const before = await purchases();
    // A table that somebody locks is a database that does not answer.
    const trx = await mallflow.database.owner.transaction();
    await trx.raw('lock table sessions in access exclusive mode');
    const reply = await manager.get('/v1/purchases');
    await trx.rollback();
    expect(told(reply)).toEqual([503, 'TRY_AGAIN', true]);
    expect(await purchases()).toEqual(before);
  });
});

describe('commands while Temporal is away', () => {
  it('answer TRY_AGAIN, while reads go on', async () => {
    const environment = { TEMPORAL_ADDRESS: '127.0.0.1:1', MALLFLOW_ACCEPT_MS: '300' };
    const mallflow = await startInstallation({ worker: false, environment });
    try {
      const manager = await mallflow.as('manager@demo');
      const reply = await manager.post('/v1/purchases', { benefitId: coupon.id, quantity: 1 });
      expect(told(reply)).toEqual([503, 'TRY_AGAIN', true]);
      expect((await manager.get('/v1/purchases')).status).toBe(200);
    } finally {
      await mallflow.stop();
    }
  });
});
