import { countUnconfirmed, unconfirmedClaims } from '../../db/command/queries';
import {
  claimCommand,
  commandById,
  deleteCommandsOlderThan,
  endLease,
  findCommand,
  hasEffect,
  keepOutcome,
  keepOutcomeOfEffect,
  markAccepted,
  reclaimCommand,
  recordCreation,
  recordEffect,
  recordLapse,
  recordRefusal,
  renewUpdateId,
  type Command,
  type Outcome,
} from '../../db/command/repository';
import { run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { failureOf, furnish, type Furnished } from './furnished';

let base: Furnished;
beforeAll(async () => {
  base = await furnish();
});
afterAll(() => base.drop());
afterEach(() => run(base.owner, 'delete from commands'));

const read = async (claim: Command) => (await commandById(base.db, claim.id))!;
const effect = (claim: Command) => base.inTrx((trx) => recordEffect(trx, claim.id));
const refusal = { code: 'BALANCE_SHORT', facts: { missingFen: 1 } } as const;

function fresh() {
  return {
    workflowId: 'purchase:new',
    resourceId: newId('purchase'),
    updateId: newId('command'),
    bodySha256: Buffer.alloc(32, 2),
    leaseMs: 60_000,
  };
}

describe('a claim', () => {
  it('is made once per account, route and key, also when twenty try', async () => {
    const key = newId('command');
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => base.claim({ key })));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await base.claim({ key, route: 'POST /v1/other' });
  });

  it('without a key is always its own', async () => {
    await base.claim({ key: null });
    await base.claim({ key: null });
    expect(await base.count('commands')).toBe(2);
  });

  it('is found with everything it allocated', async () => {
    const claim = await base.claim({ key: 'k', resourceId: 'pur_1' });
    const found = await findCommand(base.db, { accountId: base.managerId, route: claim.route, key: 'k' });
    expect(found).toEqual(claim);
    expect(found).toMatchObject({
      state: 'claimed',
      leaseAlive: true,
      effectAt: null,
      outcome: null,
      resourceId: 'pur_1',
    });
    expect(found?.bodySha256.equals(Buffer.alloc(32, 1))).toBe(true);
    expect(await findCommand(base.db, { accountId: 'other', route: claim.route, key: 'k' })).toBeUndefined();
    expect(await findCommand(base.db, { accountId: base.managerId, route: 'POST /v1/x', key: 'k' })).toBeUndefined();
  });

  it('lets a second one under its key be told apart, not made', async () => {
    const claim = await base.claim({ key: 'k' });
    const second = await claimCommand(base.db, { ...claim, id: newId('command'), leaseMs: 1_000 });
    expect(second).toBeUndefined();
  });
});

describe('taking a claim over', () => {
  it('waits for the lease', async () => {
    const claim = await base.claim();
    expect(await reclaimCommand(base.db, claim, fresh())).toBeUndefined();
    await endLease(base.db, claim.id);
    expect((await read(claim)).leaseAlive).toBe(false);
    const again = fresh();
    expect(await reclaimCommand(base.db, claim, again)).toMatchObject({
      id: claim.id,
      state: 'claimed',
      leaseAlive: true,
      updateId: again.updateId,
      resourceId: again.resourceId,
      workflowId: 'purchase:new',
    });
  });

  it('succeeds for one of twenty', async () => {
    const claim = await base.claim({ leaseMs: 0 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => reclaimCommand(base.db, claim, fresh())));
    expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
  });

  it('needs the ids that were seen', async () => {
    const claim = await base.claim({ leaseMs: 0 });
    expect(await reclaimCommand(base.db, { ...claim, updateId: 'other' }, fresh())).toBeUndefined();
  });

  it('of a refused or lapsed one need not wait, and forgets the refusal', async () => {
    const refused = await base.claim();
    await recordRefusal(base.db, refused, refusal);
    expect(await read(refused)).toMatchObject({ state: 'refused', refusal });
    expect(await reclaimCommand(base.db, refused, fresh())).toMatchObject({ state: 'claimed', refusal: null });
    const lapsed = await base.claim({ leaseMs: 0 });
    await recordLapse(base.db, lapsed);
    expect(await reclaimCommand(base.db, lapsed, fresh())).toMatchObject({ state: 'claimed' });
  });

  it('is impossible once it took effect', async () => {
    const claim = await base.claim({ leaseMs: 0 });
    await effect(claim);
    expect(await reclaimCommand(base.db, claim, fresh())).toBeUndefined();
  });
});

describe('an effect', () => {
  it('is there from the commit on, and keeps its first moment', async () => {
    const claim = await base.claim();
    expect(await hasEffect(base.db, claim.id)).toBe(false);
    await effect(claim);
    const first = await read(claim);
    expect(first).toMatchObject({ state: 'done', effectAt: expect.any(Date) });
    await effect(claim);
    expect((await read(claim)).effectAt).toEqual(first.effectAt);
    expect(await hasEffect(base.db, claim.id)).toBe(true);
  });

  it('rolled back is none', async () => {
    const claim = await base.claim();
    const failing = base.inTrx(async (trx) => {
      await recordEffect(trx, claim.id);
      throw new Error('later in the transaction');
    });
    await expect(failing).rejects.toThrow('later');
    expect(await hasEffect(base.db, claim.id)).toBe(false);
  });

  it('of a creation belongs to the resource the claim allocated', async () => {
    const claim = await base.claim();
    const create = (resourceId: string) => base.inTrx((trx) => recordCreation(trx, claim.id, resourceId));
    await expect(create('another')).rejects.toMatchObject({ code: 'TRY_AGAIN' });
    expect(await hasEffect(base.db, claim.id)).toBe(false);
    await create(claim.resourceId);
    expect(await hasEffect(base.db, claim.id)).toBe(true);
    await base.inTrx((trx) => recordCreation(trx, 'op_gone', 'anything'));
  });

  it('of a claim that is gone changes nothing', async () => {
    await base.inTrx((trx) => recordEffect(trx, 'op_gone'));
    expect(await hasEffect(base.db, 'op_gone')).toBe(false);
  });

  it('outlives everything said afterwards', async () => {
    const claim = await base.claim({ leaseMs: 0 });
    await effect(claim);
    await recordRefusal(base.db, claim, refusal);
    await recordLapse(base.db, claim);
    await markAccepted(base.db, claim.id);
    await endLease(base.db, claim.id);
    await renewUpdateId(base.db, claim, { updateId: 'another', leaseMs: 1_000 });
    expect(await read(claim)).toMatchObject({ state: 'done', refusal: null, updateId: claim.updateId });
  });

  it('corrects a refusal that came too early', async () => {
    const claim = await base.claim();
    await recordRefusal(base.db, claim, refusal);
    await effect(claim);
    expect(await read(claim)).toMatchObject({ state: 'done', refusal: null });
  });

  it('and a refusal exclude each other, by constraint', async () => {
    const claim = await base.claim();
    const set = (assignments: string) =>
      failureOf(run(base.db, `update commands set ${assignments} where id = :id`, { id: claim.id }));
    expect(await set(`state = 'refused', refusal = '{}', effect_at = now()`)).toMatchObject({
      constraint: 'commands_refused_without_effect',
    });
    expect(await set(`state = 'refused'`)).toMatchObject({ constraint: 'commands_refused_has_reason' });
  });
});

describe('a refusal', () => {
  it('belongs to the update it answers', async () => {
    const claim = await base.claim();
    await renewUpdateId(base.db, claim, { updateId: 'newer', leaseMs: 1_000 });
    await recordRefusal(base.db, claim, refusal);
    expect((await read(claim)).state).toBe('claimed');
  });
});

describe('a new update id', () => {
  it('comes with a new lease, to whoever has the claim', async () => {
    const claim = await base.claim({ leaseMs: 0 });
    await renewUpdateId(base.db, { ...claim, updateId: 'somebody else’s' }, { updateId: 'x', leaseMs: 60_000 });
    expect(await read(claim)).toMatchObject({ updateId: claim.updateId, leaseAlive: false });
    await renewUpdateId(base.db, claim, { updateId: 'newer', leaseMs: 60_000 });
    expect(await read(claim)).toMatchObject({ updateId: 'newer', leaseAlive: true });
  });
});

describe('a lapse', () => {
  it('comes only after the lease', async () => {
    const claim = await base.claim();
    await recordLapse(base.db, claim);
    expect((await read(claim)).state).toBe('claimed');
    await endLease(base.db, claim.id);
    await recordLapse(base.db, { ...claim, updateId: 'other' });
    expect((await read(claim)).state).toBe('claimed');
    await recordLapse(base.db, claim);
    expect((await read(claim)).state).toBe('lapsed');
  });
});

describe('an outcome', () => {
  it.each([
    { of: 'a transaction', keep: (id: string, o: Outcome) => base.db.transaction((trx) => keepOutcome(trx, id, o)) },
    { of: 'a committed effect', keep: (id: string, o: Outcome) => keepOutcomeOfEffect(base.db, id, o) },
  ])('of $of is kept as it was given first', async ({ keep }) => {
    const claim = await base.claim();
    await keep(claim.id, { status: 201, body: { id: 'pur_1', 价: [1, null] } });
    await keep(claim.id, { status: 200, body: null });
    expect((await read(claim)).outcome).toEqual({ status: 201, body: { id: 'pur_1', 价: [1, null] } });
    // Only what succeeded is kept: then the command has happened.
    expect(await hasEffect(base.db, claim.id)).toBe(true);
  });
});

describe('unconfirmed claims', () => {
  it('are past their lease without effect', async () => {
    const alive = await base.claim({ resourceId: 'alive' });
    const over = await base.claim({ leaseMs: 0 });
    const done = await base.claim({ leaseMs: 0 });
    const refused = await base.claim({ leaseMs: 0 });
    const accepted = await base.claim();
    await effect(done);
    await recordRefusal(base.db, refused, refusal);
    await markAccepted(base.db, accepted.id);
    expect((await read(alive)).leaseAlive).toBe(true);
    expect(await countUnconfirmed(base.db)).toBe(2);
    // Only those that were sent to a run can be settled by asking it.
    expect(await unconfirmedClaims(base.db, { overForMs: 0, limit: 10 })).toEqual([]);
    await run(base.owner, 'update commands set workflow_id = :id', { id: 'purchase:1' });
    const found = await unconfirmedClaims(base.db, { overForMs: 0, limit: 10 });
    expect(found.map(({ id }) => id).sort()).toEqual([over.id, accepted.id].sort());
    expect(await unconfirmedClaims(base.db, { overForMs: 3_600_000, limit: 10 })).toEqual([]);
  });
});

it('a key is kept for its days and no longer', async () => {
  const old = await base.claim();
  const young = await base.claim();
  await run(base.owner, `update commands set created_at = now() - interval '31 days' where id = :id`, { id: old.id });
  await run(base.owner, `update commands set created_at = now() - interval '29 days' where id = :id`, { id: young.id });
  const settledLate = await base.claim();
  await effect(settledLate);
  await run(base.owner, `update commands set created_at = now() - interval '31 days' where id = :id`, {
    id: settledLate.id,
  });
  await deleteCommandsOlderThan(base.db, 30);
  expect(await commandById(base.db, settledLate.id)).toBeDefined();
  expect(await commandById(base.db, old.id)).toBeUndefined();
  expect(await commandById(base.db, young.id)).toBeDefined();
});
