import { processIdOf } from '../../domain/shared/ids';
import { purchaseStates, type PurchaseState } from '../../domain/purchase/states';
import { caseById, caseEvents } from '../../db/case/queries';
import { findCommand, hasEffect } from '../../db/command/repository';
import { firstRow, rows, run } from '../../db/connection';
import { verifyLedger } from '../../db/ledger/queries';
import { newId } from '../../db/new-id';
import { listPurchases, purchaseById, purchaseOrigin } from '../../db/purchase/queries';
import { endPurchase, payFromBalance, placePurchase, type PurchaseSnapshot } from '../../db/purchase/repository';
import { commodityById, listCommodities } from '../../db/stock/queries';
import { allAtOnce, furnish, type Furnished } from './furnished';

let base: Furnished;
beforeAll(async () => {
  base = await furnish();
  await base.topUp(100_000_000);
});
afterAll(async () => {
  expect(await verifyLedger(base.db)).toEqual([]);
  await base.drop();
});

const by = () => ({ actor: base.managerId, requestId: 'request-1' });

function pay(purchaseId: string, commandId: string | null = null): Promise<PurchaseSnapshot> {
  return base.inTrx((trx) => payFromBalance(trx, { purchaseId, commandId, by: by(), detailOpenForMs: 60_000 }));
}

type Ending = 'cancel' | 'expire' | 'close' | 'close_unattended';
function end(purchaseId: string, act: Ending, commandId: string | null = null): Promise<PurchaseSnapshot> {
  return base.inTrx((trx) => endPurchase(trx, { purchaseId, act, commandId, by: by() }));
}

const read = async (id: string) => (await purchaseById(base.db, base.enterpriseId, id))!;

async function ended(act: Ending): Promise<string> {
  const id = await base.place();
  await end(id, act);
  return id;
}

/** A purchase brought to a state through the repository; `paid` is never seen at rest. */
const bring: Readonly<Record<Exclude<PurchaseState, 'paid'>, () => Promise<string>>> = {
  awaiting_payment: () => base.place(),
  stocked: async () => {
    const id = await base.place();
    await pay(id);
    return id;
  },
  closed: async () => {
    const id = await bring.stocked();
    await end(id, 'close');
    return id;
  },
  cancelled: () => ended('cancel'),
  expired: () => ended('expire'),
};

describe('placing an order', () => {
  it('freezes the benefit and the total, and opens its case', async () => {
    const id = await base.place({ benefitId: base.rightsPackId, quantity: 7 });
    await run(base.owner, "update benefits set price_fen = 1, name = 'other' where id = :id", {
      id: base.rightsPackId,
    });
    const row = await read(id);
    await run(base.owner, "update benefits set price_fen = 2000, name = '权益包' where id = :id", {
      id: base.rightsPackId,
    });
    expect(row).toMatchObject({
      state: 'awaiting_payment',
      quantity: 7,
      unitPriceFen: 2_000,
      totalFen: 14_000,
      commodityId: null,
      benefit: {
        id: base.rightsPackId,
        name: '权益包',
        kind: 'rights_pack',
        priceFen: 2_000,
        validity: { days: 30 },
        exchangeNotes: '购买的权益不能退回。',
      },
    });
    expect(await caseById(base.db, processIdOf(id))).toMatchObject({ title: '权益包 × 7', dueAt: row.expiresAt });
    expect((await read(await base.place())).benefit.validity).toBeNull();
  });

  it('expires when it was told to', async () => {
    const before = Date.now();
    const { expiresAt } = await read(await base.place({ payWithinMs: 90_000 }));
    expect(Math.abs(expiresAt.getTime() - before - 90_000)).toBeLessThan(5_000);
  });

  it('again gives the order that is there, wherever it stands by now', async () => {
    const id = await bring.stocked();
    const again = await base.inTrx((trx) =>
      placePurchase(trx, {
        purchaseId: id,
        workflowId: `purchase:${id}`,
        enterpriseId: base.enterpriseId,
        benefitId: base.couponId,
        quantity: 99,
        payWithinMs: 1,
        by: by(),
      }),
    );
    expect(again.state).toBe('stocked');
    expect((await read(id)).quantity).toBe(1);
    expect(await caseEvents(base.db, processIdOf(id))).toHaveLength(3);
  });

  it('of a benefit nobody offers is refused, and nothing is left', async () => {
    const purchaseId = newId('purchase');
    await expect(base.place({ purchaseId, benefitId: 'ben_none' })).rejects.toMatchObject({
      code: 'REFERENCE_NOT_FOUND',
      facts: { errors: [expect.objectContaining({ path: '/benefitId' })] },
    });
    expect(await purchaseById(base.db, base.enterpriseId, purchaseId)).toBeUndefined();
  });

  it('happens once when twenty place it at the same time', async () => {
    const purchaseId = newId('purchase');
    await Promise.all(Array.from({ length: 20 }, () => base.place({ purchaseId })));
    expect(await caseEvents(base.db, processIdOf(purchaseId))).toHaveLength(1);
  });
});

describe('paying', () => {
  it('takes the total, stocks the goods and leaves the detail open, in one fact', async () => {
    const id = await base.place({ quantity: 3 });
    const before = await base.balanceFen();
    const claim = await base.claim();
    const snapshot = await pay(id, claim.id);
    expect(snapshot.state).toBe('stocked');
    expect(Math.abs(snapshot.dueAt!.getTime() - Date.now() - 60_000)).toBeLessThan(5_000);
    expect(before - (await base.balanceFen())).toBe(1_500);
    const { commodityId } = await read(id);
    expect(await commodityById(base.db, base.enterpriseId, commodityId!)).toMatchObject({
      state: 'online',
      source: 'purchased',
      category: 'coupon',
      name: '优惠券',
      priceFen: 500,
      redemptionNote: '购买的权益不能退回。',
      total: 3,
      allocated: 0,
      held: 0,
      purchaseId: id,
      expiresAt: null,
    });
    const events = await caseEvents(base.db, processIdOf(id));
    expect(events.map(({ act, from, to }) => [act, from, to])).toEqual([
      ['open', null, 'awaiting_payment'],
      ['pay', 'awaiting_payment', 'paid'],
      ['stock', 'paid', 'stocked'],
    ]);
    expect(await caseById(base.db, processIdOf(id))).toMatchObject({ stage: 'stocked', dueAt: snapshot.dueAt });
    expect(await hasEffect(base.db, claim.id)).toBe(true);
  });

  it('starts the validity of a rights pack: stocked plus its days of 24 hours', async () => {
    const id = await base.place({ benefitId: base.rightsPackId });
    await pay(id);
    const commodity = await commodityById(base.db, base.enterpriseId, (await read(id)).commodityId!);
    expect(commodity!.expiresAt!.getTime() - commodity!.createdAt.getTime()).toBe(30 * 24 * 3_600_000);
  });

  it('happens once when twenty pay at the same time', async () => {
    const id = await base.place();
    const before = await base.balanceFen();
    const sql = 'select id from purchases where id = :id for update';
    const paying = Array.from({ length: 20 }, () => () => pay(id));
    const outcomes = await allAtOnce(base, { sql, bindings: { id }, waiting: 6 }, paying);
    const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refusals).toHaveLength(19);
    for (const { reason } of refusals)
      expect(reason).toMatchObject({ code: 'WRONG_STATE', facts: { state: 'stocked', allowed: ['close'] } });
    expect(before - (await base.balanceFen())).toBe(500);
    const stocked = await rows(base.db, 'select id from commodities where purchase_id = :id', { id });
    expect(stocked).toHaveLength(1);
  });

  it('without enough money changes nothing, and works after a top-up', async () => {
    const poor = await furnish();
    try {
      const id = await poor.place({ quantity: 2 });
      const paying = () =>
        poor.inTrx((trx) => payFromBalance(trx, { purchaseId: id, commandId: null, by: by(), detailOpenForMs: 1_000 }));
      await poor.topUp(999);
      await expect(paying()).rejects.toMatchObject({ code: 'BALANCE_SHORT', facts: { missingFen: 1 } });
      expect((await purchaseById(poor.db, poor.enterpriseId, id))?.state).toBe('awaiting_payment');
      expect(await poor.count('commodities')).toBe(0);
      await poor.topUp(1);
      expect((await paying()).state).toBe('stocked');
      expect(await poor.balanceFen()).toBe(0);
    } finally {
      await poor.drop();
    }
  });
});

describe('every act in every state', () => {
  const acts = ['pay', 'cancel', 'expire', 'close', 'close_unattended'] as const;
  const allowed: Readonly<Record<string, readonly string[]>> = {
    awaiting_payment: ['pay', 'cancel', 'expire'],
    stocked: ['close', 'close_unattended'],
  };
  const outcome = {
    pay: 'stocked',
    cancel: 'cancelled',
    expire: 'expired',
    close: 'closed',
    close_unattended: 'closed',
  };
  const states = purchaseStates.filter((state) => state !== 'paid');

  it.each(states.flatMap((state) => acts.map((act) => [state, act] as const)))('%s: %s', async (state, act) => {
    const id = await bring[state]();
    const row = await read(id);
    const work = act === 'pay' ? pay(id) : end(id, act);
    if (allowed[state]?.includes(act)) {
      expect((await work).state).toBe(outcome[act]);
      expect((await caseEvents(base.db, processIdOf(id))).at(-1)).toMatchObject({ to: outcome[act] });
      if (act !== 'pay') expect((await caseById(base.db, processIdOf(id)))?.dueAt).toBeNull();
      return;
    }
    await expect(work).rejects.toMatchObject({ code: 'WRONG_STATE', facts: { state } });
    expect(await read(id)).toEqual(row);
  });

  it('tells a refused clock when the row is due', async () => {
    const id = await bring.stocked();
    const { dueAt } = (await firstRow<{ dueAt: Date }>(
      base.db,
      'select due_at as "dueAt" from purchases where id = :id',
      { id },
    ))!;
    await expect(end(id, 'expire')).rejects.toMatchObject({ facts: { state: 'stocked', dueAt: dueAt.toISOString() } });
  });
});

describe('the same command again', () => {
  it('that took effect is done, not refused, and does nothing again', async () => {
    const id = await base.place();
    const claim = await base.claim();
    await pay(id, claim.id);
    const before = await base.balanceFen();
    expect((await pay(id, claim.id)).state).toBe('stocked');
    expect(await base.balanceFen()).toBe(before);
    const closing = await base.claim();
    await end(id, 'close', closing.id);
    expect((await end(id, 'close', closing.id)).state).toBe('closed');
    expect(await caseEvents(base.db, processIdOf(id))).toHaveLength(4);
    // Where it stands by now, not where the command left it.
    expect((await pay(id, claim.id)).state).toBe('closed');
  });

  it('that had no effect is refused by where the row stands', async () => {
    const id = await bring.cancelled();
    const claim = await base.claim();
    await expect(pay(id, claim.id)).rejects.toMatchObject({
      code: 'WRONG_STATE',
      facts: { state: 'cancelled', allowed: [] },
    });
    expect(await hasEffect(base.db, claim.id)).toBe(false);
  });

  it('marks its claim done in the transaction of the change', async () => {
    const id = await base.place();
    const claim = await base.claim({ key: 'cancel-key' });
    await end(id, 'cancel', claim.id);
    const seen = await findCommand(base.db, { accountId: base.managerId, route: claim.route, key: 'cancel-key' });
    expect(seen).toMatchObject({ state: 'done', effectAt: expect.any(Date) });
  });
});

describe('reading', () => {
  it('shows an enterprise its own purchases and stock alone', async () => {
    const id = await bring.stocked();
    const { commodityId } = await read(id);
    expect(await purchaseById(base.db, 'ent_other', id)).toBeUndefined();
    expect(await commodityById(base.db, 'ent_other', commodityId!)).toBeUndefined();
    const all = { limit: 200, after: null };
    expect((await listPurchases(base.db, 'ent_other', { state: null }, all)).items).toEqual([]);
    const nothing = { state: null, source: null, category: null, q: null };
    expect((await listCommodities(base.db, 'ent_other', nothing, all)).items).toEqual([]);
  });

  it('knows what a purchase was opened with, to start its run again', async () => {
    const id = await base.place({ quantity: 4 });
    expect(await purchaseOrigin(base.db, id)).toEqual({
      purchaseId: id,
      enterpriseId: base.enterpriseId,
      benefitId: base.couponId,
      quantity: 4,
      placedBy: base.managerId,
    });
  });
});
