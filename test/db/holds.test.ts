import { ledgerAccountId } from '../../domain/ledger/accounts';
import { firstRow, run } from '../../db/connection';
import { placeHold, postHold, voidHold } from '../../db/ledger/holds';
import { enterpriseBalance, verifyLedger } from '../../db/ledger/queries';
import { post } from '../../db/ledger/repository';
import { addEnterprise } from '../../db/mall/repository';
import { newId } from '../../db/new-id';
import { allAtOnce, failureOf, furnish, type Furnished } from './furnished';

let base: Furnished;
let enterpriseId: string;
beforeAll(async () => {
  base = await furnish();
});
afterAll(() => base.drop());

/** An enterprise of its own with 1,000 fen for every test. */
beforeEach(async () => {
  enterpriseId = await base.inTrx((trx) => addEnterprise(trx, { name: 'holds' }));
  const lines = [
    { accountId: ledgerAccountId('funding', enterpriseId), amount: -1_000 },
    { accountId: balance(), amount: 1_000 },
  ];
  await base.inTrx((trx) => post(trx, { source: enterpriseId, kind: 'top_up', lines }));
});
afterEach(async () => {
  expect(await verifyLedger(base.db)).toEqual([]);
});

const balance = () => ledgerAccountId('balance', enterpriseId);
const spent = () => ledgerAccountId('spent', enterpriseId);

function hold(amountFen: number, source = newId('purchase')): Promise<string> {
  return base.inTrx((trx) => placeHold(trx, { accountId: balance(), amount: amountFen, source, kind: 'payment' }));
}

const posting = (holdId: string) =>
  base.inTrx((trx) =>
    postHold(trx, { holdId, toAccountId: spent(), source: `journal of ${holdId}`, kind: 'purchase_payment' }),
  );
const voiding = (holdId: string) => base.inTrx((trx) => voidHold(trx, holdId));

describe('a hold', () => {
  it('keeps its amount from being spent', async () => {
    await hold(700);
    expect(await enterpriseBalance(base.db, enterpriseId)).toEqual({ balanceFen: 1_000, heldFen: 700 });
    const paying = base.inTrx((trx) =>
      post(trx, {
        source: `payment of ${enterpriseId}`,
        kind: 'purchase_payment',
        lines: [
          { accountId: balance(), amount: -301 },
          { accountId: spent(), amount: 301 },
        ],
      }),
    );
    await expect(paying).rejects.toMatchObject({ code: 'BALANCE_SHORT', facts: { missingFen: 1 } });
    await expect(hold(301)).rejects.toMatchObject({ code: 'BALANCE_SHORT', facts: { missingFen: 1 } });
    await hold(300);
  });

  it('for the same fact is the hold that is there, and other terms are a fault', async () => {
    const first = await hold(100, `order of ${enterpriseId}`);
    expect(await hold(100, `order of ${enterpriseId}`)).toBe(first);
    expect((await enterpriseBalance(base.db, enterpriseId)).heldFen).toBe(100);
    await expect(hold(101, `order of ${enterpriseId}`)).rejects.toThrow('other terms');
  });

  it('that is posted pays its amount on, once', async () => {
    const id = await hold(400);
    expect(await posting(id)).toBe(true);
    expect(await posting(id)).toBe(false);
    expect(await voiding(id)).toBe(false);
    expect(await enterpriseBalance(base.db, enterpriseId)).toEqual({ balanceFen: 600, heldFen: 0 });
    expect(await firstRow(base.db, 'select state from ledger_holds where id = :id', { id })).toEqual({
      state: 'posted',
    });
  });

  it('that is voided gives its amount back, once', async () => {
    const id = await hold(400);
    expect(await voiding(id)).toBe(true);
    expect(await voiding(id)).toBe(false);
    expect(await posting(id)).toBe(false);
    expect(await enterpriseBalance(base.db, enterpriseId)).toEqual({ balanceFen: 1_000, heldFen: 0 });
  });

  it('is settled exactly once when ten post it and ten void it at the same time', async () => {
    const id = await hold(400);
    const settling = Array.from({ length: 20 }, (_, n) => () => (n % 2 === 0 ? posting(id) : voiding(id)));
    const sql = 'select id from ledger_holds where id = :id for update';
    const outcomes = await allAtOnce(base, { sql, bindings: { id }, waiting: 6 }, settling);
    const settledBy = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason));
    expect(settledBy.sort()).toEqual([...Array<boolean>(19).fill(false), true]);
    const { balanceFen, heldFen } = await enterpriseBalance(base.db, enterpriseId);
    expect({ heldFen, ends: [600, 1_000].includes(balanceFen) }).toEqual({ heldFen: 0, ends: true });
  });

  it('is placed once when twenty place it for the same fact, and only as often as there is money', async () => {
    const same = await Promise.all(Array.from({ length: 20 }, () => hold(10, `fact of ${enterpriseId}`)));
    expect(new Set(same).size).toBe(1);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => hold(100)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
    expect((await enterpriseBalance(base.db, enterpriseId)).heldFen).toBe(910);
  });

  it('is settled with a time, and posted by a journal: by constraint', async () => {
    const id = await hold(10);
    const set = (assignments: string) =>
      failureOf(run(base.owner, `update ledger_holds set ${assignments} where id = :id`, { id }));
    expect(await set("state = 'voided'")).toMatchObject({ constraint: 'ledger_holds_settled' });
    expect(await set("state = 'posted', settled_at = now()")).toMatchObject({
      constraint: 'ledger_holds_posted_by_journal',
    });
    expect(await set('amount = 0')).toMatchObject({ code: '23514' });
  });
});
