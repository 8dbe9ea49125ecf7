import { randomUUID } from 'node:crypto';
import { type HttpClient, type Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { coupon, pay, place } from '../support/purchases';

const outcome = ({ status, body }: Reply) => [status, body.code] as const;

/** api.md §1: "Checked in this order". Each request breaks two rules; the test says which one is told. */
describe('the order of checks', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let operator: HttpClient;
  const text = { 'content-type': 'text/plain' };
  const tooLarge = JSON.stringify({ filler: 'x'.repeat(70_000) });

  beforeAll(async () => {
    mallflow = await startInstallation();
    manager = await mallflow.as('manager@demo');
    operator = await mallflow.as('operator@demo');
  });
  afterAll(() => mallflow.stop());

  it('the method (405, with Allow) comes before the sign-in (401)', async () => {
    const reply = await mallflow.anonymous.call('PUT', '/v1/purchases', { x: 1 });
    expect(outcome(reply)).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(reply.headers.get('allow')).toBe('HEAD, POST, GET');
    const only = await mallflow.anonymous.call('PATCH', '/v1/purchases/pur_1/pay', {});
    expect([only.status, only.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('the sign-in (401) comes before roles, existence and shape', async () => {
    const { anonymous } = mallflow;
    expect(outcome(await anonymous.get('/v1/enterprises'))).toEqual([401, 'SIGN_IN_REQUIRED']);
    expect(outcome(await anonymous.get('/v1/purchases/pur_nothing'))).toEqual([401, 'SIGN_IN_REQUIRED']);
    expect(outcome(await anonymous.post('/v1/purchases', '{"broken'))).toEqual([401, 'SIGN_IN_REQUIRED']);
    expect(outcome(await anonymous.post('/v1/purchases', tooLarge))).toEqual([401, 'SIGN_IN_REQUIRED']);
    expect(outcome(await anonymous.post('/v1/purchases', 'x', { headers: text }))).toEqual([401, 'SIGN_IN_REQUIRED']);
    expect(outcome(await anonymous.get('/v1/purchases?limit=0'))).toEqual([401, 'SIGN_IN_REQUIRED']);
  });

  it('the role (403) comes before existence and shape', async () => {
    expect(outcome(await operator.get('/v1/purchases/pur_nothing'))).toEqual([403, 'FORBIDDEN']);
    expect(outcome(await operator.post('/v1/purchases', '{"broken'))).toEqual([403, 'FORBIDDEN']);
    expect(outcome(await manager.post('/v1/enterprises/ent_nothing/top-ups', {}, { key: null }))).toEqual([
      403,
      'FORBIDDEN',
    ]);
    expect(outcome(await manager.get('/v1/audit?limit=0'))).toEqual([403, 'FORBIDDEN']);
  });

  it.each(['pur_nothing', 'pur_01hzzzzzzzzzzzzzzzzzzzzzzz', '1', "'; drop table purchases; --", '%00', '%zz', '..%2f'])(
    'existence (404) comes before every fault of shape, also for the id %s',
    async (id) => {
      const path = `/v1/purchases/${id}/pay`;
      expect(outcome(await manager.post(path, '{"broken'))).toEqual([404, 'NOT_FOUND']);
      expect(outcome(await manager.post(path, 'x', { headers: text }))).toEqual([404, 'NOT_FOUND']);
      expect(outcome(await manager.post(path, tooLarge))).toEqual([404, 'NOT_FOUND']);
      expect(outcome(await manager.post(path, { method: 'balance' }, { key: null }))).toEqual([404, 'NOT_FOUND']);
      expect(outcome(await manager.get(`/v1/purchases/${id}?x=1`))).toEqual([404, 'NOT_FOUND']);
    },
  );

  it("another tenant's id is 404 before every fault of shape, and stays as it is", async () => {
    const { id } = await place(manager);
    const stranger = await mallflow.as('manager2@demo');
    expect(outcome(await stranger.post(`/v1/purchases/${id}/pay`, { x: 1 }, { key: null }))).toEqual([
      404,
      'NOT_FOUND',
    ]);
    expect(outcome(await stranger.post(`/v1/purchases/${id}/cancel`))).toEqual([404, 'NOT_FOUND']);
    expect((await manager.get(`/v1/purchases/${id}`)).body.state).toBe('awaiting_payment');
  });

  it('size (413) and type (415) come before the shape (400), the shape before the missing key', async () => {
    const broken = `{"broken ${'x'.repeat(300_000)}`;
    expect(outcome(await manager.post('/v1/purchases', broken))).toEqual([413, 'TOO_LARGE']);
    expect(outcome(await manager.post('/v1/purchases', '{"broken', { headers: text }))).toEqual([
      415,
      'UNSUPPORTED_TYPE',
    ]);
    const typeAndKey = await manager.post('/v1/purchases', 'x', { key: null, headers: text });
    expect(outcome(typeAndKey)).toEqual([415, 'UNSUPPORTED_TYPE']);
    expect(outcome(await manager.post('/v1/purchases', {}, { key: null }))).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('the missing key (400) comes before facts (422)', async () => {
    const order = { benefitId: 'ben_nothing', quantity: 1 };
    expect(outcome(await manager.post('/v1/purchases', order, { key: null }))).toEqual([
      400,
      'IDEMPOTENCY_KEY_MISSING',
    ]);
  });

  it('the shape (400) comes before what the key has to say', async () => {
    const key = randomUUID();
    const order = { benefitId: coupon.id, quantity: 1 };
    expect((await manager.post('/v1/purchases', order, { key })).status).toBe(201);
    const misshapen = await manager.post('/v1/purchases', { ...order, quantity: 0 }, { key });
    expect(outcome(misshapen)).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('the key comes before the state (409): its outcome is given again, its misuse is told', async () => {
    const { id } = await place(manager);
    const key = randomUUID();
    expect((await pay(manager, id, key)).body.state).toBe('stocked');
    expect((await manager.post(`/v1/purchases/${id}/close`)).body.state).toBe('closed');
    // Without the key's memory this would be 409 WRONG_STATE: a closed purchase cannot be paid.
    const again = await pay(manager, id, key);
    expect([again.status, again.body.state, again.headers.get('idempotent-replayed')]).toEqual([
      200,
      'stocked',
      'true',
    ]);
    const otherBody = await manager.post(`/v1/purchases/${id}/pay`, { method: 'bank_b2b' }, { key });
    expect(outcome(otherBody)).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('the state (409) comes before facts (422)', async () => {
    const { id } = await place(manager, 100_000); // far more than the balance
    await manager.post(`/v1/purchases/${id}/cancel`);
    expect(outcome(await pay(manager, id))).toEqual([409, 'WRONG_STATE']);
    const otherChannel = await manager.post(`/v1/purchases/${id}/pay`, { method: 'wechat_native' });
    expect(outcome(otherChannel)).toEqual([409, 'WRONG_STATE']);
  });
});
