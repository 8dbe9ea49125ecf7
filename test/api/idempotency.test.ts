import { randomUUID } from 'node:crypto';
import { bodyFingerprint } from '../../api/http/fingerprint';
import { claimCommand, recordRefusal, type Command } from '../../db/command/repository';
import { newId } from '../../db/new-id';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';
import type { HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { coupon, pay, place } from '../support/purchases';

const replayed = (reply: Reply) => reply.headers.get('idempotent-replayed');

describe('Idempotency-Key', () => {
  let mallflow: Installation;
  let manager: HttpClient;
  let operator: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation();
    manager = await mallflow.as('manager@demo');
    operator = await mallflow.as('operator@demo');
  });
  afterAll(() => mallflow.stop());

  const order = { benefitId: coupon.id, quantity: 1 };
  const countPurchases = async () => (await manager.get('/v1/purchases?limit=200')).body.items.length as number;

  describe('as a header', () => {
    it('is required where money moves', async () => {
      const { id } = await place(manager);
      const { body: me } = await manager.get('/v1/me');
      const calls: [HttpClient, string, unknown][] = [
        [manager, '/v1/purchases', order],
        [manager, `/v1/purchases/${id}/pay`, { method: 'balance' }],
        [operator, `/v1/enterprises/${me.enterpriseId}/top-ups`, { amountFen: 1, reason: 'transfer' }],
      ];
      for (const [client, path, body] of calls) {
        const reply = await client.post(path, body, { key: null });
        expect([path, reply.status, reply.body.code]).toEqual([path, 400, 'IDEMPOTENCY_KEY_MISSING']);
      }
    });

    it('may be left out elsewhere', async () => {
      expect((await operator.post('/v1/enterprises', { name: '无键企业' }, { key: null })).status).toBe(201);
      const { id } = await place(manager);
      expect((await manager.post(`/v1/purchases/${id}/cancel`, undefined, { key: null })).status).toBe(200);
    });

    it.each(['', ' ', 'two words', 'x'.repeat(256), 'caf\u00e9', 'tab\there'])('%j is malformed', async (key) => {
      const reply = await operator.post('/v1/enterprises', { name: '某企业' }, { key });
      expect([reply.status, reply.body.errors]).toEqual([
        400,
        [{ path: '/Idempotency-Key', code: 'FORMAT', message: expect.stringMatching(/\S/) }],
      ]);
    });

    it.each(['x', '!'.repeat(255), '~#{}"\\'])('%s is fine', async (key) => {
      expect((await operator.post('/v1/enterprises', { name: '某企业' }, { key })).status).toBe(201);
    });

    it('means nothing to a sign-in: each is one of its own', async () => {
      const signIn = { login: 'member@demo', password: 'mallflow-demo' };
      const [first, second] = [
        await mallflow.anonymous.post('/v1/sessions', signIn, { key: 'same' }),
        await mallflow.anonymous.post('/v1/sessions', signIn, { key: 'same' }),
      ];
      expect([first.status, second.status, replayed(second)]).toEqual([201, 201, null]);
      expect(second.body.token).not.toBe(first.body.token);
    });
  });

  describe('given again', () => {
    it('gives the outcome again, done once', async () => {
      const key = randomUUID();
      const before = await countPurchases();
      const first = await manager.post('/v1/purchases', order, { key });
      const second = await manager.post('/v1/purchases', order, { key });
      expect([first.status, replayed(first)]).toEqual([201, null]);
      expect([second.status, replayed(second)]).toEqual([201, 'true']);
      expect(second.body).toEqual(first.body);
      expect(await countPurchases()).toBe(before + 1);
    });

    it('reads the body as it is meant: order of members and blanks do not matter', async () => {
      const key = randomUUID();
      const first = await manager.post('/v1/purchases', order, { key });
      const other = `{ "quantity" : 1,\n "benefitId" : "${coupon.id}" }`;
      const second = await manager.post('/v1/purchases', other, { key });
      expect([second.status, replayed(second), second.body.id]).toEqual([201, 'true', first.body.id]);
    });

    it('with another body is refused, and nothing is done', async () => {
      const key = randomUUID();
      await manager.post('/v1/purchases', order, { key });
      const before = await countPurchases();
      const reply = await manager.post('/v1/purchases', { ...order, quantity: 2 }, { key });
      expect([reply.status, reply.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
      expect(await countPurchases()).toBe(before);

      await operator.post('/v1/enterprises', { name: '甲' }, { key });
      const transaction = await operator.post('/v1/enterprises', { name: '乙' }, { key });
      expect([transaction.status, transaction.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    });

    it('on another path, or by another account, is another key', async () => {
      const key = randomUUID();
      const [one, two] = [await place(manager), await place(manager)];
      const paid = [await pay(manager, one.id, key), await pay(manager, two.id, key)];
      expect(paid.map(({ status, body }) => [status, body.id])).toEqual([
        [200, one.id],
        [200, two.id],
      ]);
      expect(paid.map(replayed)).toEqual([null, null]);

      const stranger = await mallflow.as('manager2@demo');
      const placed = [
        await manager.post('/v1/purchases', order, { key }),
        await stranger.post('/v1/purchases', order, { key }),
      ];
      expect(placed.map(({ status }) => status)).toEqual([201, 201]);
      expect(placed[0]?.body.id).not.toBe(placed[1]?.body.id);
    });

    it('after a refusal is tried anew: only what succeeded is kept', async () => {
      const key = randomUUID();
      const unknown = await manager.post('/v1/purchases', { benefitId: 'ben_nothing', quantity: 1 }, { key });
      expect([unknown.status, unknown.body.code]).toEqual([422, 'REFERENCE_NOT_FOUND']);
      const corrected = await manager.post('/v1/purchases', order, { key });
      expect([corrected.status, replayed(corrected)]).toEqual([201, null]);

      const staff = { login: 'MANAGER@demo', password: 'long enough', displayName: '甲', roles: ['reviewer'] };
      const taken = await operator.post('/v1/accounts/staff', staff, { key });
      expect([taken.status, taken.body.code]).toEqual([422, 'LOGIN_TAKEN']);
      const free = await operator.post('/v1/accounts/staff', { ...staff, login: 'free@demo' }, { key });
      expect([free.status, replayed(free)]).toEqual([201, null]);
    });

    it('also gives again what had nothing left to do', async () => {
      const { id } = await place(manager);
      const path = `/v1/purchases/${id}/cancel`;
      await manager.post(path);
      const key = randomUUID();
      const [first, second] = [
        await manager.post(path, undefined, { key }),
        await manager.post(path, undefined, { key }),
      ];
      expect([first.status, replayed(first)]).toEqual([200, null]);
      expect([second.status, replayed(second), second.body]).toEqual([200, 'true', first.body]);
    });

    it('after a command that kept a secret gives its outcome, and nothing stored tells the secret', async () => {
      const key = randomUUID();
      const reviewer = await mallflow.as('reviewer2@demo');
      const change = { current: 'mallflow-demo', next: 'a new and secret one' };
      const first = await reviewer.post('/v1/me/password', change, { key });
      const second = await reviewer.post('/v1/me/password', change, { key });
      expect([first.status, second.status, replayed(second)]).toEqual([204, 204, 'true']);
      const rows = await mallflow.database.owner('commands').where({ key });
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain('secret one');
    });
  });

  describe('given at the same time', () => {
    it('20 identical creations make one purchase; the others are told so or asked to wait', async () => {
      const key = randomUUID();
      const before = await countPurchases();
      const replies = await Promise.all(
        Array.from({ length: 20 }, () => manager.post('/v1/purchases', order, { key })),
      );
      const made = replies.filter(({ status }) => status === 201);
      const waiting = replies.filter(({ body }) => body.code === 'IDEMPOTENCY_IN_FLIGHT');
      expect(made.length).toBeGreaterThan(0);
      expect(made.length + waiting.length).toBe(20);
      expect(new Set(made.map(({ body }) => body.id as string)).size).toBe(1);
      expect(await countPurchases()).toBe(before + 1);
    });

    it('10 identical commands of one transaction are done once, and all are answered alike', async () => {
      const key = randomUUID();
      const replies = await Promise.all(
        Array.from({ length: 10 }, () => operator.post('/v1/enterprises', { name: '一次' }, { key })),
      );
      expect(replies.map(({ status }) => status)).toEqual(Array<number>(10).fill(201));
      expect(new Set(replies.map(({ body }) => body.id as string)).size).toBe(1);
      expect(replies.filter((reply) => replayed(reply) === null)).toHaveLength(1);
    });

    /** The claim of a creation whose first call has got no further. */
    async function claimed(key: string, leaseMs: number): Promise<Command> {
      const { body: me } = await manager.get('/v1/me');
      const resourceId = newId('purchase');
      const claim = await claimCommand(mallflow.database.db, {
        id: newId('command'),
        accountId: me.id as string,
        route: 'POST /v1/purchases',
        key,
        bodySha256: bodyFingerprint(mallflow.config.MALLFLOW_SECRET, order),
        workflowId: purchaseWorkflowId(resourceId),
        resourceId,
        updateId: randomUUID(),
        leaseMs,
      });
      if (claim === undefined) throw new Error('the key is in use');
      return claim;
    }

    it('while the first call is still running is 409, but another body is told first', async () => {
      const key = randomUUID();
      await claimed(key, 60_000);
      const reply = await manager.post('/v1/purchases', order, { key });
      expect([reply.status, reply.body.code]).toEqual([409, 'IDEMPOTENCY_IN_FLIGHT']);
      const other = await manager.post('/v1/purchases', { ...order, quantity: 2 }, { key });
      expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    });

    it('after the run refused makes a claim of its own, with another body if need be', async () => {
      const key = randomUUID();
      const claim = await claimed(key, 0);
      await recordRefusal(mallflow.database.db, claim, { code: 'REFERENCE_NOT_FOUND', facts: {} });
      const reply = await manager.post('/v1/purchases', { ...order, quantity: 2 }, { key });
      expect([reply.status, replayed(reply), reply.body.quantity]).toEqual([201, null, 2]);
      expect(reply.body.id).not.toBe(claim.resourceId);
    });

    it('after an answer that was lost is answered from the effect, without the engine', async () => {
      const { id } = await place(manager);
      const key = randomUUID();
      const paid = await pay(manager, id as string, key);
      expect(paid.status).toBe(200);
      // As if the API had been killed between the effect and its answer.
      await mallflow.database.owner('commands').where({ key }).update({ outcome_status: null, outcome_body: null });
      const asked = jest.spyOn(mallflow.services.gateway, 'command');
      const again = await pay(manager, id as string, key);
      expect([again.status, replayed(again), again.body]).toEqual([200, 'true', paid.body]);
      expect(asked).not.toHaveBeenCalled();
      asked.mockRestore();
    });

    it('after the first call died goes on where it stood, with the ids it had', async () => {
      const key = randomUUID();
      const { resourceId } = await claimed(key, 0);
      const reply = await manager.post('/v1/purchases', order, { key });
      expect([reply.status, reply.body.id]).toEqual([201, resourceId]);
    });
  });
});
