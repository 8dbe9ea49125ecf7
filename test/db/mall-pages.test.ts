import { firstRow, rows, run, type Trx } from '../../db/connection';
import { listCandidates, listListings, shelfOf } from '../../db/mall/listing-queries';
import { listMembers } from '../../db/mall/member-queries';
import { addMall } from '../../db/mall/repository';
import { listSections } from '../../db/mall/section-queries';
import { subStockRows } from '../support/sub-stock-rows';
import { furnish, type Furnished } from './furnished';

const many = 2_000;
const page = { limit: 20, after: null };

let base: Furnished;
let mallId: string;
let sectionId: string;
beforeAll(async () => {
  base = await furnish();
  mallId = await newMall();
  const otherId = await newMall();
  const sections = await listSections(base.db, [mallId], page);
  sectionId = sections.items[0]?.id ?? '';
  // What is looked for is older than everything beside it: the worst for whoever walks all rows, newest first.
  await fill(mallId, 'online', 'a');
  await fill(mallId, 'void', 'b');
  await fill(otherId, 'online', 'c');
  await run(base.owner, 'analyze');
});
afterAll(() => base.drop());

const newMall = () => base.inTrx((trx) => addMall(trx, { enterpriseId: base.enterpriseId, name: '商城', limit: 3 }));

async function fill(into: string, state: string, mark: string): Promise<void> {
  const of = { enterpriseId: base.enterpriseId, mallId: into, accountId: base.managerId };
  const { subStockId } = await subStockRows(base.owner, of);
  const values = { into, mark, many };
  await run(
    base.owner,
    `insert into listings (id, enterprise_id, mall_id, sub_stock_id, section_id, state, name, exchange_kind, points_price)
     select 'lst_' || :mark || lpad(n::text, 25, '0'), :enterpriseId, :into, :subStockId, s.id, :state, '名', 'points', 1
       from mall_sections s, generate_series(1, :many::int) n where s.mall_id = :into and s.is_default`,
    { ...values, enterpriseId: base.enterpriseId, subStockId, state },
  );
  await run(
    base.owner,
    `insert into mall_sections (id, mall_id, name)
     select 'sec_' || :mark || n, :into, :mark || n from generate_series(1, :many::int) n`,
    values,
  );
  await run(
    base.owner,
    `with member as (
       insert into members (id, mall_id, external_id, display_name)
       select 'mem_' || :mark || n, :into, :mark || n, '名' from generate_series(1, :many::int) n returning id
     ), account as (
       insert into ledger_accounts (id, enterprise_id, member_id, purpose, unit)
       select 'points:' || id, :enterpriseId, id, 'points', 'points' from member returning id
     )
     insert into ledger_balances (account_id, may_be_negative) select id, false from account`,
    { ...values, enterpriseId: base.enterpriseId },
  );
}

interface Shown {
  readonly items: readonly { readonly mallId: string }[];
}

/** Of which malls it shows how many rows, and how many rows of the table were read for it. */
async function readFor(table: string, work: (trx: Trx) => Promise<Shown>) {
  return base.inTrx(async (trx) => {
    const read = async () => {
      const sql = 'select seq_tup_read + idx_tup_fetch as n from pg_stat_xact_user_tables where relname = :table';
      return (await firstRow<{ n: number }>(trx, sql, { table }))?.n ?? NaN;
    };
    // The connection may still remember what it did before.
    const before = await read();
    const { items } = await work(trx);
    return {
      malls: [...new Set(items.map((item) => item.mallId))],
      shown: items.length,
      read: (await read()) - before,
    };
  });
}

it.each<[string, string, (trx: Trx) => Promise<Shown>]>([
  ['the shelf', 'listings', (trx) => shelfOf(trx, { mallId, sectionId: null, memberId: null }, page)],
  ['a section of the shelf', 'listings', (trx) => shelfOf(trx, { mallId, sectionId, memberId: null }, page)],
  ['the listings', 'listings', (trx) => listListings(trx, [mallId], { state: null }, page)],
  ['the listings of a state', 'listings', (trx) => listListings(trx, [mallId], { state: 'online' }, page)],
  ['the members', 'members', (trx) => listMembers(trx, [mallId], page)],
  ['the sections', 'mall_sections', (trx) => listSections(trx, [mallId], page)],
])('a page of %s reads as many rows as it shows, and one', async (_, table, work) => {
  expect(await readFor(table, work)).toEqual({ malls: [mallId], shown: 20, read: 21 });
});

it('a page of candidates is read along the index of its mall', async () => {
  const filter = { name: null, source: null, category: null };
  expect(await readFor('sub_stocks', (trx) => listCandidates(trx, [mallId], filter, page))).toMatchObject({ shown: 2 });
  expect(await rows(base.db, 'select id from sub_stocks')).toHaveLength(3);
});
