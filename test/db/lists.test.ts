import fc from 'fast-check';
import { processIdOf } from '../../domain/shared/ids';
import { accountsInRole } from '../../db/account/queries';
import { countOpenCases, listAudit, listCases, type CaseFilter } from '../../db/case/queries';
import { casesToWatch, markStuck, runMissing, watchedCase, whileOpenAndLocked } from '../../db/case/repository';
import { benefitById, listBenefits } from '../../db/catalogue/queries';
import { exportCase } from '../../db/case/export';
import { rows, run, type Queryable, type Trx } from '../../db/connection';
import { pageOf, type Page, type PageRequest } from '../../db/lists';
import { balanceEntries } from '../../db/ledger/queries';
import { listEnterprises, enterpriseById } from '../../db/mall/queries';
import { listPurchases } from '../../db/purchase/queries';
import { endPurchase, payFromBalance } from '../../db/purchase/repository';
import { listCommodities } from '../../db/stock/queries';
import { eventually } from '../support/eventually';
import { allAtOnce, furnish, type Furnished } from './furnished';

let base: Furnished;
const placed: string[] = [];

/** Five purchases: two open, one stocked, one cancelled, one overdue. */
beforeAll(async () => {
  base = await furnish();
  await base.topUp(10_000);
  await base.topUp(1);
  for (let n = 0; n < 5; n += 1) placed.push(await base.place({ payWithinMs: n === 4 ? 0 : 600_000 }));
  const by = { actor: base.managerId, requestId: null };
  const order = { commandId: null, by };
  await base.inTrx((trx) => payFromBalance(trx, { ...order, purchaseId: placed[2]!, detailOpenForMs: 60_000 }));
  await base.inTrx((trx) => endPurchase(trx, { ...order, purchaseId: placed[3]!, act: 'cancel' }));
});
afterAll(() => base.drop());

async function pages<R>(list: (request: PageRequest) => Promise<Page<R>>, limit: number): Promise<R[][]> {
  const found: R[][] = [];
  for (let after: string | null = null; ;) {
    const page: Page<R> = await list({ limit, after });
    found.push(page.items);
    if (page.nextCursor === null) return found;
    after = page.nextCursor;
  }
}

const all: CaseFilter = {
  kind: null,
  state: null,
  stage: null,
  whoseTurn: null,
  overdue: null,
  stuck: null,
  q: null,
};

describe('a page', () => {
  it('is cut from one row more than asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 10 }), (there, limit) => {
        const asked = Array.from({ length: Math.min(there, limit + 1) }, (_, n) => ({ id: String(n) }));
        const page = pageOf(asked, { limit, after: null }, (row) => row.id);
        expect(page.items).toHaveLength(Math.min(there, limit));
        expect(page.nextCursor).toBe(there > limit ? String(limit - 1) : null);
      }),
    );
  });
});

describe('every list', () => {
  const lists: Readonly<Record<string, (request: PageRequest) => Promise<Page<object>>>> = {
    cases: (request) => listCases(base.db, all, request),
    audit: (request) => listAudit(base.db, { actor: null, subjectId: null }, request),
    benefits: (request) => listBenefits(base.db, { kind: null, q: null }, request),
    entries: (request) => balanceEntries(base.db, base.enterpriseId, request),
    enterprises: (request) => listEnterprises(base.db, request),
    purchases: (request) => listPurchases(base.db, base.enterpriseId, { state: null }, request),
    commodities: (request) =>
      listCommodities(base.db, base.enterpriseId, { state: null, source: null, category: null, q: null }, request),
  };

  it.each(Object.keys(lists))('of %s is the same by pages of one, two or all at once, newest first', async (name) => {
    const list = lists[name]!;
    const whole = (await pages(list, 200)).flat() as { id: string | number }[];
    expect(whole.length).toBeGreaterThan(0);
    for (const limit of [1, 2]) {
      const cut = await pages(list, limit);
      expect(cut.flat()).toEqual(whole);
      expect(Math.max(...cut.map((page) => page.length))).toBeLessThanOrEqual(limit);
    }
    const ids = whole.map(({ id }) => id);
    expect([...ids].sort((a, b) => (a < b ? 1 : -1))).toEqual(ids);
  });

  it('stays as it is while rows are added', async () => {
    const list = (request: PageRequest) => listBenefits(base.db, { kind: null, q: null }, request);
    const first = await list({ limit: 1, after: null });
    const before = (await list({ limit: 10, after: first.nextCursor })).items.map(({ id }) => id);
    await run(
      base.owner,
      `insert into benefits (id, name, kind, price_fen, exchange_notes) values ('ben_z', 'new', 'coupon', 1, 'n')`,
    );
    expect((await list({ limit: 10, after: first.nextCursor })).items.map(({ id }) => id)).toEqual(before);
    await run(base.owner, `delete from benefits where id = 'ben_z'`);
  });
});

describe('filters', () => {
  const cases = async (filter: Partial<CaseFilter>) =>
    (await listCases(base.db, { ...all, ...filter }, { limit: 50, after: null })).items.map(({ subjectId }) =>
      placed.indexOf(subjectId),
    );

  it('find cases by state, stage, turn, lateness and words', async () => {
    await markStuck(base.db, `purchase:${placed[0]!}`, runMissing);
    expect(await cases({ kind: 'purchase' })).toHaveLength(5);
    expect((await cases({ state: 'open' })).sort()).toEqual([0, 1, 2, 4]);
    expect(await cases({ state: 'cancelled' })).toEqual([3]);
    expect(await cases({ stage: 'stocked' })).toEqual([2]);
    expect(await cases({ whoseTurn: 'nobody' })).toEqual([3]);
    expect(await cases({ overdue: true })).toEqual([4]);
    expect((await cases({ overdue: false })).sort()).toEqual([0, 1, 2, 3]);
    expect(await cases({ stuck: true })).toEqual([0]);
    expect((await cases({ stuck: false })).sort()).toEqual([1, 2, 3, 4]);
    expect(await cases({ q: placed[1]! })).toEqual([1]);
    expect(await cases({ q: processIdOf(placed[1]!) })).toEqual([1]);
    expect(await cases({ q: '优惠券' })).toHaveLength(5);
    expect(await cases({ q: '%' })).toEqual([]);
    expect(await cases({ state: 'open', stage: 'stocked', overdue: true })).toEqual([]);
  });

  it('look for a title in the newest cases, or in all that are not over', async () => {
    const found = async (filter: object) => {
      const { items } = await listCases(base.db, { ...all, q: '优惠券', ...filter }, { limit: 50, after: null }, 2);
      return items.map(({ subjectId }) => placed.indexOf(subjectId));
    };
    expect(await found({})).toEqual([4, 3]);
    for (const few of [{ state: 'open' }, { whoseTurn: 'manager' }]) expect(await found(few)).toEqual([4, 2, 1, 0]);
    expect(await found({ q: placed[0] })).toEqual([0]);
  });

  it('find purchases, stock, benefits and audit', async () => {
    const page = { limit: 50, after: null };
    const purchases = await listPurchases(base.db, base.enterpriseId, { state: 'cancelled' }, page);
    expect(purchases.items.map(({ id }) => id)).toEqual([placed[3]]);
    const none = { state: null, source: null, category: null, q: null };
    const stock = async (filter: object) =>
      (await listCommodities(base.db, base.enterpriseId, { ...none, ...filter }, page)).items.length;
    expect(await stock({ state: 'online', source: 'purchased', category: 'coupon', q: '优惠' })).toBe(1);
    expect(await stock({ state: 'offline' })).toBe(0);
    expect(await stock({ source: 'own' })).toBe(0);
    expect(await stock({ category: 'rights_pack' })).toBe(0);
    expect(await stock({ q: '_' })).toBe(0);
    const benefits = async (filter: object) =>
      (await listBenefits(base.db, { kind: null, q: null, ...filter }, page)).items.map(({ id }) => id);
    expect(await benefits({ kind: 'rights_pack' })).toEqual([base.rightsPackId]);
    expect(await benefits({ q: '优惠' })).toEqual([base.couponId]);
    const audit = async (actor: string | null, subjectId: string | null) =>
      (await listAudit(base.db, { actor, subjectId }, page)).items.map(({ action }) => action);
    expect(await audit(base.managerId, placed[2]!)).toEqual(['purchase.stock', 'purchase.pay', 'purchase.open']);
    expect(await audit('nobody', null)).toEqual([]);
  });

  it('find one by its id', async () => {
    expect((await benefitById(base.db, base.couponId))?.priceFen).toBe(500);
    expect(await benefitById(base.db, 'ben_none')).toBeUndefined();
    expect((await enterpriseById(base.db, base.enterpriseId))?.name).toBe('星河零售');
    expect((await watchedCase(base.db, placed[1]!))?.workflowId).toBe(`purchase:${placed[1]!}`);
    expect((await watchedCase(base.db, processIdOf(placed[1]!)))?.subjectId).toBe(placed[1]);
  });
});

describe('counts', () => {
  it('are exact for open cases, by kind and stage', async () => {
    expect(await countOpenCases(base.db)).toEqual([
      { kind: 'purchase', stage: 'awaiting_payment', count: 3 },
      { kind: 'purchase', stage: 'stocked', count: 1 },
    ]);
  });

  it('read the partial index of open cases alone', async () => {
    const plan = await base.owner.transaction(async (trx) => {
      await run(trx, 'set local enable_seqscan = off');
      return rows<Record<string, string>>(
        trx,
        `explain select kind, stage, count(*) from process_cases where state = 'open' group by kind, stage`,
      );
    });
    expect(plan.map((line) => Object.values(line)[0]).join('\n')).toContain('process_cases_open');
  });
});

describe('a look-up', () => {
  const lookUps: readonly [string, (trx: Trx) => Promise<unknown>][] = [
    ['accounts_by_role', (trx) => accountsInRole(trx, 'operator')],
    ['commands_of_resource', (trx) => exportCase(trx, processIdOf(placed[0]!))],
  ];

  it.each(lookUps)('reads %s', async (index, look) => {
    const scans = async (db: Queryable) =>
      (
        await rows<{ n: number }>(db, 'select idx_scan as n from pg_stat_user_indexes where indexrelname = :index', {
          index,
        })
      )[0]!.n;
    const before = await scans(base.db);
    await base.owner.transaction(async (trx) => {
      // With so few rows any way is as good; what is left are the indexes that fit.
      await run(trx, 'set local enable_seqscan = off');
      await run(trx, 'set local enable_indexscan = off');
      await look(trx);
      await rows(trx, 'select pg_stat_force_next_flush()');
    });
    await eventually(
      () => scans(base.db),
      (after) => after > before,
    );
  });
});

describe('cases to watch', () => {
  it('are those flagged or late, and open', async () => {
    await markStuck(base.db, `purchase:${placed[0]!}`, runMissing);
    const found = await casesToWatch(base.db, { overdueByMs: 0, limit: 10 });
    expect(found.map(({ subjectId }) => placed.indexOf(subjectId)).sort()).toEqual([0, 4]);
    const patient = await casesToWatch(base.db, { overdueByMs: 3_600_000, limit: 10 });
    expect(patient.map(({ subjectId }) => placed.indexOf(subjectId))).toEqual([0]);
    expect(await casesToWatch(base.db, { overdueByMs: 0, limit: 1 })).toHaveLength(1);
  });

  it('are restarted one at a time, and never once they are over', async () => {
    const inside: number[] = [];
    let now = 0;
    const rescue = () =>
      whileOpenAndLocked(base.db, `purchase:${placed[0]!}`, async () => {
        now += 1;
        inside.push(now);
        await rows(base.db, 'select 1');
        now -= 1;
      });
    const sql = 'select id from process_cases where subject_id = :id for update';
    const outcomes = await allAtOnce(base, { sql, bindings: { id: placed[0] }, waiting: 3 }, [rescue, rescue, rescue]);
    expect(outcomes).toEqual(Array(3).fill({ status: 'fulfilled', value: true }));
    expect(inside).toEqual([1, 1, 1]);
    const over = await whileOpenAndLocked(base.db, `purchase:${placed[3]!}`, () => Promise.reject(new Error('ran')));
    expect(over).toBe(false);
  });
});
