import { randomUUID } from 'node:crypto';
import { firstRow } from '../../../db/connection';
import { ledgerAccountId } from '../../../domain/ledger/accounts';
import { systemActor } from '../../../domain/case/states';
import type { CommandInput } from '../../../workflows/shared/messages';
import type { Reply } from '../../support/http-client';
import { claimOf } from '../action';
import { benefitId, makeOrderDue, payCall, placeOrder, payOrder, stateOf } from '../steps/purchase';
import { insist, isPassing, nameOf } from '../insist';
import { randomOf } from '../random';
import { RowLock } from '../row-lock';
import type { Strikes } from '../strikes';
import { until } from '../until';
import type { World } from '../world';

const hundred = Array.from({ length: 100 }, (_, at) => at);

const lockOrder = (world: World, id: string): Promise<RowLock> =>
  RowLock.take(world.engines.databaseUrl, 'purchases', id);

export function crowdCases(here: () => World, strikes: Strikes): void {
  it(
    '100 identical creates under one key make one order',
    strikes.case(async (struck) => {
      const world = here();
      const key = randomUUID();
      const body = { benefitId: await benefitId(world), quantity: 1 };
      const create = (): Promise<Reply> => world.manager.post('/v1/purchases', body, { key });
      const first = await Promise.all(hundred.map(() => create()));
      expect(first.filter((reply) => ![201, 409].includes(reply.status)).map(nameOf)).toEqual([]);
      if (first.some((reply) => nameOf(reply) === '409 IDEMPOTENCY_IN_FLIGHT')) struck('creates met one another');

      const { reply } = await insist(create);
      expect(reply.headers.get('idempotent-replayed')).toBe('true');
      const ids = [...first.filter(({ status }) => status === 201), reply].map(({ body: order }) => String(order.id));
      expect(new Set(ids).size).toBe(1);
      expect(await insist(() => world.manager.post(`/v1/purchases/${ids[0]}/cancel`))).toMatchObject({
        reply: { status: 200 },
      });
    }),
  );

  it(
    '100 pays under different keys take effect once, and the crowd is told 429',
    strikes.case(async (struck) => {
      const world = here();
      const id = await placeOrder(world);
      const keys = hundred.map(() => randomUUID());
      const lock = await lockOrder(world, id);
      const first = keys.map((key) => payCall(world, id, key)());
      const early = await Promise.any(first.map((reply) => reply.then(requireTooMany)));
      expect(isPassing(early)).toBe(true);
      struck('turned away while others were under way');
      await lock.release();
      await Promise.all(first);
      const settled = await Promise.all(keys.map((key) => insist(payCall(world, id, key))));
      expect(new Set(settled.map(({ reply }) => nameOf(reply)))).toEqual(new Set(['200']));
      await insist(() => world.manager.post(`/v1/purchases/${id}/close`));
    }),
  );

  it(
    'the engine itself full: the eleventh is told 429 at once, and its key goes through later',
    strikes.case(async (struck) => {
      const world = here();
      const id = await placeOrder(world);
      // Ten that are not ours: with no worker they stay in flight.
      await world.worker.kill9();
      const run = world.temporal.workflow.getHandle(`purchase:${id}`);
      const by = { commandId: 'none', accountId: systemActor, requestId: 'none' };
      const ten = hundred
        .slice(0, 10)
        .map(() => run.executeUpdate<void, [CommandInput]>('pay', { args: [by] }).catch(() => undefined));
      const { apiCalls } = world.wires;
      const refusedBefore = apiCalls.count('UpdateWorkflowExecution', 'status 8');
      let key = '';
      const eleventh = await until('the engine is full', async () => {
        // A new one each time: one that came in before the ten would be attached to, and never be the eleventh.
        key = randomUUID();
        const reply = await payCall(world, id, key)();
        return reply.status === 429 ? reply : undefined;
      });
      expect(isPassing(eleventh)).toBe(true);
      expect(apiCalls.count('UpdateWorkflowExecution', 'status 8')).toBeGreaterThan(refusedBefore);
      struck('the engine refused, and the caller was told');
      await world.worker.start();
      expect(nameOf((await insist(payCall(world, id, key))).reply)).toBe('200');
      await Promise.all(ten);
      await insist(() => world.manager.post(`/v1/purchases/${id}/close`));
    }),
  );
}

function requireTooMany(reply: Reply): Reply {
  if (nameOf(reply) !== '429 TOO_MANY_REQUESTS') throw new Error(nameOf(reply));
  return reply;
}

export function raceCases(here: () => World, strikes: Strikes): void {
  for (const round of [1, 2, 3])
    it(
      `pay against cancel, round ${round}: one wins and both callers are told`,
      strikes.case(async (struck) => {
        const world = here();
        const id = await placeOrder(world);
        const calls = {
          pay: payCall(world, id, `${id}-pay`),
          cancel: () => world.manager.post(`/v1/purchases/${id}/cancel`, undefined, { key: `${id}-cancel` }),
        };
        const lock = await lockOrder(world, id);
        const order = randomOf(`pay or cancel ${round}`).pick([['pay', 'cancel'] as const, ['cancel', 'pay'] as const]);
        const told = order.map((name) => insist(calls[name]));
        await until('both are under way', async () => {
          const claims = await Promise.all([claimOf(world, `${id}-pay`), claimOf(world, `${id}-cancel`)]);
          return claims.every((claim) => claim !== undefined && !claim.hasEffect) && (await lock.struck());
        });
        struck('both were claimed, and the row was held');
        await lock.release();
        const names = (await Promise.all(told)).map(({ reply }) => nameOf(reply)).sort();
        expect(names).toEqual(['200', '409 WRONG_STATE']);
        if ((await stateOf(world, id)) === 'stocked')
          await insist(() => world.manager.post(`/v1/purchases/${id}/close`));
      }),
    );
  expiryCases(here, strikes);
}

function expiryCases(here: () => World, strikes: Strikes): void {
  for (const first of ['pay', 'expiry'] as const)
    it(
      `pay against expiry, ${first} first: it wins and the payer is told`,
      strikes.case(async (struck) => {
        const world = here();
        const id = await placeOrder(world);
        const key = randomUUID();
        await makeOrderDue(world, id, 6_000);
        const lock = await lockOrder(world, id);
        if (first === 'expiry') await until('expiry waits for the row', () => lock.struck());
        const told = insist(payCall(world, id, key));
        await until('pay is under way', async () => {
          const claim = await claimOf(world, key);
          return claim !== undefined && !claim.hasEffect && (await lock.struck());
        });
        await until('the time to pay is over', () => isOver(world, id));
        struck('pay was under way, the row was held, and the time to pay was over');
        await lock.release();
        const { reply } = await told;
        expect(await stateOf(world, id)).toBe(first === 'pay' ? 'stocked' : 'expired');
        expect(nameOf(reply)).toBe(first === 'pay' ? '200' : '409 WRONG_STATE');
        if (first === 'expiry') expect(reply.body.allowed).toEqual([]);
        else await insist(() => world.manager.post(`/v1/purchases/${id}/close`));
      }),
    );
}

async function isOver(world: World, id: string): Promise<boolean> {
  const sql = 'select 1 from purchases where id = :id and expires_at < now()';
  return (await firstRow(world.db, sql, { id })) !== undefined;
}

export function balanceCase(here: () => World, strikes: Strikes): void {
  it(
    'two purchases and balance for one: one is stocked, the other told what is missing, and paid after a top-up',
    strikes.case(async (struck) => {
      const world = here();
      const { body: me } = await world.manager.get('/v1/me');
      const enterpriseId = me.enterpriseId as string;
      const { body: before } = await world.manager.get('/v1/enterprise-balance');
      const quantity = Math.ceil(((before.balanceFen as number) * 0.6) / 1_200);
      const ids = [await placeOrder(world, quantity), await placeOrder(world, quantity)];
      const lock = await RowLock.take(
        world.engines.databaseUrl,
        'ledger_balances',
        ledgerAccountId('balance', enterpriseId),
      );
      const told = ids.map((id) => insist(payCall(world, id, `${id}-pay`)));
      await until('both passed the first look', async () => {
        const claims = await Promise.all(ids.map((id) => claimOf(world, `${id}-pay`)));
        return claims.every((claim) => claim !== undefined && !claim.hasEffect) && (await lock.struck());
      });
      struck('both were claimed with the balance held');
      await lock.release();
      const replies = (await Promise.all(told)).map(({ reply }) => reply);
      expect(replies.map(nameOf).sort()).toEqual(['200', '422 BALANCE_SHORT']);
      const short = replies.findIndex((reply) => reply.status === 422);
      const left = (before.balanceFen as number) - quantity * 1_200;
      expect(replies[short]?.body.missingFen).toBe(quantity * 1_200 - left);

      const topUp = { amountFen: 2 * (before.balanceFen as number), reason: 'to go on' };
      expect((await world.operator.post(`/v1/enterprises/${enterpriseId}/top-ups`, topUp)).status).toBe(201);
      await payOrder(world, ids[short] ?? '');
      for (const id of ids) await insist(() => world.manager.post(`/v1/purchases/${id}/close`));
    }),
  );
}
